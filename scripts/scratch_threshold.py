"""From which value of the network a pixel counts as scratched: what thresholds reach on training photos.

    python scripts/scratch_threshold.py --data TRAINING_PHOTOS [--model runs/scratches/model.safetensors]

For each threshold: intersection over union under seeded `Scratches`, the share of the unharmed photos that is found by
mistake, and PSNR and SSIM of the first steps of the chain for old photos: `despeckle`, then what is still found is
filled. Damage is of two kinds in turn: painted, and added as light. The threshold stands in
`src/ganvas/api/scratches.py`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

import ganvas
from ganvas.api.scratches import four_looks
from ganvas.data.sources import Folder
from ganvas.degrade.damage.scratches import Scratches
from ganvas.evaluate.despeckle import worn
from ganvas.evaluate.old_photo import UNFADED
from ganvas.evaluate.protocol import to_uint8
from ganvas.metrics.psnr import psnr
from ganvas.metrics.ssim import ssim

SEED = 11
THRESHOLDS = (0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8)


def _old(truth: np.ndarray, number: int) -> np.ndarray:
    """The photo with the damage of the even or the odd numbers."""
    rng = np.random.default_rng([SEED + 1, number])
    if number % 2:
        return worn(truth, rng).astype(np.float32) / np.float32(255)
    return UNFADED.example(truth.astype(np.float32) / np.float32(255), rng).damaged


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of training photos")
    parser.add_argument("--model", default="scratches")
    parser.add_argument("--despeckle", default="despeckle", help="the model that comes before")
    parser.add_argument("--every", type=int, default=13, help="photos to pass over, plus one")
    given = parser.parse_args()
    folder, model = Folder(given.data), ganvas.load(given.model)
    fill, despeckle = ganvas.load("inpaint"), ganvas.load(given.despeckle)
    told: dict[float, list[tuple[float, float, float, float]]] = {level: [] for level in THRESHOLDS}

    def white(image: np.ndarray) -> np.ndarray:
        return four_looks(model, image)

    for number in range(0, len(folder), given.every):
        clean = folder.read(number).astype(np.float32) / np.float32(255)
        damaged, mask = Scratches().damage(clean, np.random.default_rng([SEED, number]))
        truth = to_uint8(clean)
        old = despeckle.session.array(_old(truth, number))
        of_scratches, of_clean, of_old = white(damaged), white(clean), white(old)
        for level, values in told.items():
            found = of_scratches > level
            missing = of_old > level
            filled = fill.masked.fill(old.copy(), missing) if missing.any() else old
            filled = to_uint8(filled)
            overlap = (found & mask).sum() / max(1, (found | mask).sum())
            values.append((overlap, 100 * (of_clean > level).mean(), psnr(filled, truth), ssim(filled, truth)))
    print("threshold   IoU   false area   PSNR    SSIM")
    for level, values in told.items():
        overlap, wrong, decibels, similarity = np.mean(values, axis=0)
        print(f"{level:9.2f} {overlap:6.3f} {wrong:10.3f} % {decibels:8.2f} {similarity:7.3f}")


if __name__ == "__main__":
    main()
