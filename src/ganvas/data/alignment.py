"""How far two pictures of the same scene lie apart."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import UInt8

__all__ = ["shift"]

_SIDE = 512  # px, from the middle of a pair
_LEAST = 32  # px; in less there is too little to go by


def shift(source: UInt8[np.ndarray, "h w 3"], target: UInt8[np.ndarray, "H W 3"]) -> tuple[float, float]:
    """Returns how far the target lies to the right of and below its source, in source px.

    By phase correlation of the middle (Kuglin and Hines 1975); where the images do not agree better after the shift
    than before it, the answer is no shift.
    """
    height, width = source.shape[:2]
    if min(height, width) < _LEAST:
        return 0.0, 0.0
    if target.shape[:2] != (height, width):
        target = cv2.resize(target, (width, height), interpolation=cv2.INTER_AREA)
    tall, wide = min(height, _SIDE), min(width, _SIDE)
    box = np.s_[(height - tall) // 2 : (height + tall) // 2, (width - wide) // 2 : (width + wide) // 2]
    first, second = (cv2.cvtColor(image[box], cv2.COLOR_RGB2GRAY).astype(np.float32) for image in (source, target))
    window = cv2.createHanningWindow(first.shape[::-1], cv2.CV_32F)
    # Copies: where no padding is needed, OpenCV multiplies its arguments by the window in place.
    (across, down), _ = cv2.phaseCorrelate(first.copy(), second.copy(), window)
    moved = np.array([[1, 0, -across], [0, 1, -down]], np.float32)
    back = cv2.warpAffine(second, moved, first.shape[::-1])
    inner = np.s_[tall // 4 : tall - tall // 4, wide // 4 : wide - wide // 4]
    if _agreement(first[inner], back[inner]) <= _agreement(first[inner], second[inner]):
        return 0.0, 0.0
    return float(across), float(down)


def _agreement(first: np.ndarray, second: np.ndarray) -> float:
    """Correlation of the two images; 0 where one of them is flat."""
    a, b = (image - image.mean(dtype=np.float64) for image in (first, second))
    spread = float(a.std() * b.std())
    return float((a * b).mean()) / spread if spread > 0.25 else 0.0
