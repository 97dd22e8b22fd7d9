"""The thumbnail by which a model judges a whole picture: its size, and how pixels are averaged into it. Numpy alone.

The averaging is a triangle whose half-width is the reduction factor (one pixel where the picture is enlarged), cut off
at the border of the picture and normalised: what ``torch.nn.functional.interpolate`` does with ``mode="bilinear"`` and
``antialias=True``, so that a model sees the same thumbnail in training and when a picture is streamed by rows.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

__all__ = ["CELL", "reduced_size", "thumbnail_band", "thumbnail_size"]

CELL = 8  # px of the thumbnail per cell of the grid


def thumbnail_size(height: int, width: int, side: int) -> tuple[int, int]:
    """Returns height and width of the thumbnail: its longer side is ``side``, both are multiples of a cell."""
    longer = max(height, width)
    return tuple(max(CELL, round(length * side / longer / CELL) * CELL) for length in (height, width))  # type: ignore[return-value]


def reduced_size(height: int, width: int, side: int) -> tuple[int, int]:
    """Returns height and width of the picture reduced to a longer side of ``side``; its own where that is no less."""
    longer = max(height, width)
    if longer <= side:
        return height, width
    return max(1, round(height * side / longer)), max(1, round(width * side / longer))


def thumbnail_band(
    length: int, new_length: int, start: int, stop: int
) -> tuple[int, int, Float[np.ndarray, "n window"]]:
    """Returns how new pixels ``start:stop`` of an axis come from old ones, as (first, last, matrix).

    New pixels ``start:stop`` are ``matrix @ old[first:last]``; the float64 rows of the matrix sum to one.

    Args:
        length: of the axis in the picture, px.
        new_length: of the axis in the thumbnail, px.
    """
    factor = length / new_length
    half = max(1.0, factor)
    centre = (np.arange(start, stop) + 0.5) * factor - 0.5
    first = max(0, int(np.floor(centre[0] - half)) + 1)
    last = min(length, int(np.ceil(centre[-1] + half)))
    weight = np.clip(1 - np.abs(centre[:, None] - np.arange(first, last)) / half, 0, None)
    return first, last, weight / weight.sum(1, keepdims=True)
