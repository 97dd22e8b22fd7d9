"""Draws the pictures of docs/degradations.md: a photo, and three draws of each degradation beside it.

    python scripts/degradation_sheet.py

The photos are scikit-image's own, the seeds fixed, so the pictures change only when a degradation does.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from skimage import data

from ganvas.degrade.blur import GaussianBlur
from ganvas.degrade.defocus import Defocus
from ganvas.degrade.degradation import Degradation
from ganvas.degrade.haze import Haze
from ganvas.degrade.jpeg import Jpeg, JpegChain
from ganvas.degrade.low_light import LowLight
from ganvas.degrade.noise import NoiseMix
from ganvas.degrade.second_order import SecondOrder
from ganvas.degrade.shake import CameraShake
from ganvas.degrade.tone import ToneLoss
from ganvas.degrade.underwater import Underwater

FOLDER = Path(__file__).parents[1] / "docs" / "assets" / "degradations"
LIMIT_BYTES = 40_000
SIDE, GAP = 200, 4  # px
SHEETS: dict[str, Degradation] = {
    "blur": GaussianBlur(sigma=(1.0, 3.0)),
    "defocus": Defocus(clean=0.0),
    "haze": Haze(clean=0.0),
    "jpeg-chain": JpegChain(clean=0.0, jpeg=Jpeg(quality=(5, 40))),
    "low-light": replace(LowLight(clean=0.0), exposure=(-4.0, -1.0)),
    "noise": NoiseMix(shares=(0.5, 0.1, 0.4)),
    "second-order": SecondOrder(scale=2),
    "shake": CameraShake(clean=0.0),
    "tone": ToneLoss(clean=0.0),
    "underwater": Underwater(clean=0.0),
}


def photos() -> list[np.ndarray]:
    """Returns square uint8 photos of ``SIDE`` px."""
    crops = data.astronaut()[:400, 40:440], data.coffee()[:400, 60:460], data.chelsea()[:300, 60:360]
    return [cv2.resize(crop, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for crop in crops]


def sheet(degradation: Degradation, photo: np.ndarray) -> np.ndarray:
    """Returns the photo and three draws side by side; smaller results are enlarged by whole pixels."""
    clean = photo.astype(np.float32) / np.float32(255)
    parts = [clean, *(degradation(clean, np.random.default_rng(seed)) for seed in range(3))]
    parts = [cv2.resize(part, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST) for part in parts]
    gap = np.ones((SIDE, GAP, 3), np.float32)
    row = [piece for part in parts for piece in (part, gap)][:-1]
    return np.rint(np.hstack(row) * 255).astype(np.uint8)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    pictures = photos()
    for number, (name, degradation) in enumerate(SHEETS.items()):
        picture = sheet(degradation, pictures[number % len(pictures)])
        for quality in range(90, 20, -5):
            encoded = cv2.imencode(".jpg", picture[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
            if len(encoded) <= LIMIT_BYTES:
                break
        path = FOLDER / f"{name}.jpg"
        path.write_bytes(encoded.tobytes())
        print(f"{path.name}: {len(encoded)} bytes at quality {quality}")


if __name__ == "__main__":
    main()
