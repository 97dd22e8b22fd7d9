"""Draws the pictures of docs/tasks/inpaint.md: two masts are taken out of scikit-image's photo of a rocket.

    python scripts/inpaint_example.py [FOLDER]

With a folder, the photo and the mask are written there too, for the command of the page.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from skimage import data

import ganvas

TARGET = Path(__file__).parents[1] / "docs" / "assets" / "inpaint" / "masts.jpg"
LIMIT_BYTES = 40_000
SIZE, GAP = (320, 214), 4  # px
# Corners around each mast, (x, y): generous, so that no bright rim is left.
MASTS = (((195, 112), (206, 112), (212, 380), (160, 380)), ((438, 112), (452, 112), (482, 400), (440, 400)))


def masts_mask(height: int, width: int) -> np.ndarray:
    """Returns the mask, (height, width), 255 where a mast stands."""
    mask = np.zeros((height, width), np.uint8)
    for corners in MASTS:
        cv2.fillPoly(mask, [np.array(corners)], 255)
    return mask


def main() -> None:
    photo = data.rocket()
    mask = masts_mask(*photo.shape[:2])
    if len(sys.argv) > 1:
        folder = Path(sys.argv[1])
        folder.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / "rocket.png"), photo[:, :, ::-1])
        cv2.imwrite(str(folder / "masts.png"), mask)
    marked = np.where(mask[:, :, None] > 0, np.uint8(255), photo)
    panels = [photo, marked, ganvas.inpaint(photo, mask, model="classical/patchmatch")]
    sheet = np.full((SIZE[1], 3 * SIZE[0] + 2 * GAP, 3), 255, np.uint8)
    for number, panel in enumerate(panels):
        left = number * (SIZE[0] + GAP)
        sheet[:, left : left + SIZE[0]] = cv2.resize(panel, SIZE, interpolation=cv2.INTER_AREA)
    written = next(
        jpeg
        for quality in range(90, 10, -5)
        if len(jpeg := cv2.imencode(".jpg", sheet[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]) <= LIMIT_BYTES
    )
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(written.tobytes())
    print(f"{TARGET.name}: {len(written)} bytes, {mask.mean() / 255:.1%} of the photo filled")


if __name__ == "__main__":
    main()
