"""Draws the pictures of docs/degradations.md: a photo, and three draws of each degradation beside it; and damage.

Damage is one sheet: in the order of ``DAMAGES`` two in a row, a draw and its mask beside it, or a second draw.

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
from ganvas.degrade.damage.damage import Damage
from ganvas.degrade.damage.dust import Dust
from ganvas.degrade.damage.folds import Folds
from ganvas.degrade.damage.holes import Strokes
from ganvas.degrade.damage.scratches import Scratches
from ganvas.degrade.damage.specks import Specks
from ganvas.degrade.damage.stains import Stains
from ganvas.degrade.damage.torn import Torn
from ganvas.degrade.defocus import Defocus
from ganvas.degrade.degradation import Degradation
from ganvas.degrade.fading import Fading
from ganvas.degrade.grain import FilmGrain
from ganvas.degrade.halftone import Halftone
from ganvas.degrade.haze import Haze
from ganvas.degrade.jpeg import Jpeg, JpegChain
from ganvas.degrade.low_light import LowLight
from ganvas.degrade.noise import NoiseMix
from ganvas.degrade.old_photo import OldPhoto
from ganvas.degrade.second_order import SecondOrder
from ganvas.degrade.shake import CameraShake
from ganvas.degrade.tone import ToneLoss
from ganvas.degrade.underwater import Underwater

FOLDER = Path(__file__).parents[1] / "docs" / "assets" / "degradations"
LIMIT_BYTES, DAMAGE_LIMIT_BYTES = 40_000, 150_000
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
    "old-photo": OldPhoto(),
}
DAMAGES: tuple[tuple[Degradation, int], ...] = (  # and the seed of the draw
    (Strokes(share=(0.1, 0.2)), 1),
    (Scratches(), 2),
    (Dust(fibres=(5, 8), grains=(2000, 3000)), 0),
    (Specks(count=(900, 1200)), 3),
    (Stains(count=(2, 3)), 4),
    (Folds(count=(2, 2), shade=(0.15, 0.3)), 5),
    (Torn(corners=(2, 2), sides=0.5, beneath=(0.1,)), 1),
    (Fading(), 0),
    (FilmGrain(sigma=(14.0, 18.0)), 0),
    (Halftone(cell=(4.0, 5.0)), 3),
)


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


def damage_sheet(pictures: list[np.ndarray]) -> np.ndarray:
    """Returns all damages, two in a row; those that hide something with their mask, white where it is missing."""
    cells = []
    for number, (degradation, seed) in enumerate(DAMAGES):
        clean = pictures[number % len(pictures)].astype(np.float32) / np.float32(255)
        if isinstance(degradation, Damage):
            damaged, mask = degradation.damage(clean, np.random.default_rng(seed))
            beside = np.repeat(mask[:, :, None], 3, axis=2).astype(np.float32)
        else:
            damaged, beside = (degradation(clean, np.random.default_rng(s)) for s in (seed, seed + 1))
        cells.append(np.pad(np.hstack([damaged, beside]), ((0, GAP), (0, GAP), (0, 0)), constant_values=0.6))
    rows = [np.hstack(cells[first : first + 2]) for first in range(0, len(cells), 2)]
    return np.rint(np.vstack(rows) * 255).astype(np.uint8)


def write(name: str, picture: np.ndarray, limit_bytes: int) -> None:
    """Writes the picture at the best quality that stays within the limit."""
    for quality in range(90, 20, -5):
        encoded = cv2.imencode(".jpg", picture[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        if len(encoded) <= limit_bytes:
            break
    path = FOLDER / f"{name}.jpg"
    path.write_bytes(encoded.tobytes())
    print(f"{path.name}: {len(encoded)} bytes at quality {quality}")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    pictures = photos()
    for number, (name, degradation) in enumerate(SHEETS.items()):
        write(name, sheet(degradation, pictures[number % len(pictures)]), LIMIT_BYTES)
    write("damage", damage_sheet(pictures), DAMAGE_LIMIT_BYTES)


if __name__ == "__main__":
    main()
