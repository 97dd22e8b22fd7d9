"""From which value of the network a pixel counts as scratched: what thresholds reach on training photos.

    python scripts/scratch_threshold.py --data TRAINING_PHOTOS [--model runs/scratches/model.safetensors]

For each threshold: intersection over union under seeded `Scratches`, the share of the unharmed photos that is found by
mistake, and the PSNR after what is found under folds, scratches and specks was filled (Telea). The threshold stands in
`src/ganvas/api/scratches.py`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

import ganvas
from ganvas.api.scratches import four_looks
from ganvas.data.sources import Folder
from ganvas.degrade.damage.scratches import Scratches
from ganvas.evaluate.old_photo import UNFADED
from ganvas.evaluate.protocol import to_uint8
from ganvas.metrics.psnr import psnr
from ganvas.metrics.ssim import ssim

SEED = 11
THRESHOLDS = (0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of training photos")
    parser.add_argument("--model", default="scratches")
    parser.add_argument("--every", type=int, default=13, help="photos to pass over, plus one")
    given = parser.parse_args()
    folder, model = Folder(given.data), ganvas.load(given.model)
    told: dict[float, list[tuple[float, float, float, float]]] = {level: [] for level in THRESHOLDS}

    def white(image: np.ndarray) -> np.ndarray:
        return four_looks(model, image)

    for number in range(0, len(folder), given.every):
        clean = folder.read(number).astype(np.float32) / np.float32(255)
        damaged, mask = Scratches().damage(clean, np.random.default_rng([SEED, number]))
        old = UNFADED.example(clean, np.random.default_rng([SEED + 1, number])).damaged
        of_scratches, of_clean, of_old = white(damaged), white(clean), white(old)
        for level, values in told.items():
            found = of_scratches > level
            filled = cv2.inpaint(to_uint8(old), (of_old > level).astype(np.uint8), 3, cv2.INPAINT_TELEA)
            truth = to_uint8(clean)
            overlap = (found & mask).sum() / max(1, (found | mask).sum())
            values.append((overlap, 100 * (of_clean > level).mean(), psnr(filled, truth), ssim(filled, truth)))
    print("threshold   IoU   false area   PSNR    SSIM")
    for level, values in told.items():
        overlap, wrong, decibels, similarity = np.mean(values, axis=0)
        print(f"{level:9.2f} {overlap:6.3f} {wrong:10.3f} % {decibels:8.2f} {similarity:7.3f}")


if __name__ == "__main__":
    main()
