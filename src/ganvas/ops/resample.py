"""Separable antialiased resampling as two small matrix products, in numpy alone.

The bicubic kernel is Keys 1981 (a = -0.5); with ``antialias`` it is stretched by the reduction factor, and pixels
outside the image mirror it, which together is what MATLAB's ``imresize`` does and what the super-resolution papers use.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Literal

import numpy as np
from jaxtyping import Float

Kernel = Literal["bicubic", "bilinear", "box", "lanczos3"]
__all__ = ["Kernel", "resample", "resize_band", "resize_matrix"]

_SUPPORT: dict[str, float] = {"bicubic": 2.0, "bilinear": 1.0, "box": 0.5, "lanczos3": 3.0}


def _kernel(x: np.ndarray, kind: str) -> np.ndarray:
    a = np.abs(x)
    if kind == "bicubic":
        near = 1.5 * a**3 - 2.5 * a**2 + 1
        far = -0.5 * a**3 + 2.5 * a**2 - 4 * a + 2
        return np.where(a <= 1, near, np.where(a < 2, far, 0.0))
    if kind == "bilinear":
        return np.clip(1 - a, 0, None)
    if kind == "box":
        return ((x >= -0.5) & (x < 0.5)).astype(np.float64)
    return np.where(a < 3, np.sinc(x) * np.sinc(x / 3), 0.0)


@lru_cache(maxsize=256)
def _taps(length: int, new_length: int, kind: str, antialias: bool, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Old pixels that make each new one, and their weights: two arrays (new_length, taps)."""
    stretch = max(1.0, 1.0 / scale) if antialias else 1.0
    centre = (np.arange(new_length) + 0.5) / scale - 0.5
    support = _SUPPORT[kind] * stretch
    index = np.floor(centre - support).astype(np.int64)[:, None] + np.arange(math.ceil(2 * support) + 2)
    weight = _kernel((centre[:, None] - index) / stretch, kind)
    weight /= weight.sum(1, keepdims=True)
    used = np.any(weight != 0, axis=0)
    mirrored = np.mod(index[:, used], 2 * length)
    mirrored = np.where(mirrored >= length, 2 * length - 1 - mirrored, mirrored)
    return mirrored, weight[:, used]


@lru_cache(maxsize=64)
def _matrix(length: int, new_length: int, kind: str, antialias: bool, scale: float) -> np.ndarray:
    index, weight = _taps(length, new_length, kind, antialias, scale)
    matrix = np.zeros((new_length, length))
    np.add.at(matrix, (np.arange(new_length)[:, None], index), weight)
    return matrix


def resize_matrix(
    length: int, new_length: int, *, kind: Kernel = "bicubic", antialias: bool = True, scale: float | None = None
) -> Float[np.ndarray, "new_length length"]:
    """Returns the float64 resampling matrix along one axis; rows sum to one.

    Args:
        scale: new pixels per old pixel; the exact ratio of the lengths when left out. MATLAB's ``imresize(x, s)``
            keeps ``s`` even where the length was rounded.

    Raises:
        ValueError: a length below one.
    """
    if length < 1 or new_length < 1:
        raise ValueError(f"Cannot resize {length} pixels to {new_length}: both must be at least 1.")
    return _matrix(length, new_length, kind, antialias, scale or new_length / length)


def resize_band(
    length: int,
    new_length: int,
    start: int,
    stop: int,
    *,
    kind: Kernel = "bicubic",
    antialias: bool = True,
    scale: float | None = None,
) -> tuple[int, int, Float[np.ndarray, "n window"]]:
    """Returns rows ``start:stop`` of :func:`resize_matrix` without its empty columns, as (first, last, matrix).

    New pixels ``start:stop`` are ``matrix @ old[first:last]``: for images streamed by rows, or too long for the whole
    matrix.

    Raises:
        ValueError: a length below one, or an empty or impossible range.
    """
    if length < 1 or not 0 <= start < stop <= new_length:
        raise ValueError(f"Cannot resize {length} pixels to {start}:{stop} of {new_length}.")
    taps = _taps(length, new_length, kind, antialias, scale or new_length / length)
    index, weight = (part[start:stop] for part in taps)
    first, last = int(index.min()), int(index.max()) + 1
    matrix = np.zeros((stop - start, last - first))
    np.add.at(matrix, (np.arange(stop - start)[:, None], index - first), weight)
    return first, last, matrix


def resample(
    image: Float[np.ndarray, "h w *c"], size: tuple[int, int], *, kind: Kernel = "bicubic", antialias: bool = True
) -> Float[np.ndarray, "H W *c"]:
    """Returns the float image resampled to ``size`` (height, width), in its own dtype and range (no clipping).

    It adds up one shifted copy per tap, so that no matrix of image size squared is built.

    Raises:
        ValueError: a side below one.
    """
    result = image
    for axis, new_length in enumerate(size):
        length = result.shape[axis]
        if length < 1 or new_length < 1:
            raise ValueError(f"Cannot resize {length} pixels to {new_length}: both must be at least 1.")
        index, weight = _taps(length, new_length, kind, antialias, new_length / length)
        along = [-1 if a == axis else 1 for a in range(image.ndim)]
        weight = weight.astype(image.dtype, copy=False)
        result = sum(
            np.take(result, index[:, k], axis=axis) * weight[:, k].reshape(along) for k in range(index.shape[1])
        )
    return result
