"""All measures of one picture of any size: fine ones on windows at full size, coarse ones on a small copy."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from jaxtyping import Float

from ganvas.measure.blocks import blocks
from ganvas.measure.blur import blur
from ganvas.measure.haze import haze
from ganvas.measure.light import light
from ganvas.measure.noise import noise

__all__ = ["SMALLEST_PX", "measures", "shrunk"]

SMALLEST_PX = 64  # a side below this shows too little to be judged
_WHOLE_PIXELS = 1_000_000
_WINDOW_PX = 384  # a multiple of JPEG's 16, so that all windows see its grid alike
_WINDOWS_A_SIDE = 3
_SMALL_PX = 512


def measures(image: Float[np.ndarray, "h w c"]) -> dict[str, float]:
    """Returns every measure of the picture by name; see the functions of this room for what each one means.

    Pictures above a megapixel are measured on nine windows of 384 px spread evenly, of which the middle value counts.
    Light and haze, which do not need fine detail, are measured on a copy of at most 512 px.

    Args:
        image: values in [0, 1], one or three channels, both sides at least ``SMALLEST_PX``.
    """
    fine = [noise(window) | blocks(window) | blur(window) for window in _windows(image)]
    told = {name: float(np.median([found[name] for found in fine])) for name in fine[0]}
    small = shrunk(image, _SMALL_PX)
    return told | light(small) | haze(small) | {"gray": float(image.shape[2] == 1)}


def _windows(image: Float[np.ndarray, "h w c"]) -> Iterator[Float[np.ndarray, "_h _w c"]]:
    height, width = image.shape[:2]
    if height * width <= _WHOLE_PIXELS:
        yield np.ascontiguousarray(image)
        return
    for top in _starts(height):
        for left in _starts(width):
            yield np.ascontiguousarray(image[top : top + _WINDOW_PX, left : left + _WINDOW_PX])


def _starts(side: int) -> list[int]:
    """First pixels of the windows along one axis, on JPEG's grid."""
    last = max(0, side - _WINDOW_PX)
    found = {int(share * last) // 16 * 16 for share in np.linspace(0.1, 0.9, _WINDOWS_A_SIDE)}
    return sorted(found)


def shrunk(image: Float[np.ndarray, "h w c"], side: int) -> Float[np.ndarray, "_h _w c"]:
    """Returns a copy whose longer side is at most ``side`` px and whose shorter one, where it was, at least 64 px."""
    height, width = image.shape[:2]
    skip = max(1, max(height, width) // (8 * side))  # of a very large picture every few pixels are enough
    image, height, width = image[::skip, ::skip], -(-height // skip), -(-width // skip)
    factor = side / max(height, width)
    if factor >= 1:
        return np.ascontiguousarray(image)
    size = (max(SMALLEST_PX, round(width * factor)), max(SMALLEST_PX, round(height * factor)))
    small = cv2.resize(np.ascontiguousarray(image), size, interpolation=cv2.INTER_AREA)
    return small.reshape(size[1], size[0], image.shape[2])
