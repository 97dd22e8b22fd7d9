"""The whole-pixel shift that a result fits its truth best by: a blur kernel need not be centred."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int, UInt8

from ganvas.metrics.colour import crop

__all__ = ["best_shift"]


def best_shift(
    result: UInt8[np.ndarray, "h w c"], truth: UInt8[np.ndarray, "h w c"], *, radius: int, border: int
) -> tuple[int, int]:
    """Returns (dy, dx) for which ``result[y + dy, x + dx]`` has the least squared error to ``truth[y, x]``.

    All shifts of up to ``radius`` px along each axis are compared on the same part of the truth, the one without
    ``border`` px on each side; the border must not be smaller than the radius. The sums are exact: those of products
    come from a Fourier transform in float64, whose error is far below one half, and are rounded to whole numbers.

    Raises:
        ImageError: nothing is left without the border.
    """
    inside = crop(truth, border).astype(np.int64)
    around = crop(result, border - radius).astype(np.int64)
    shape = around.shape[:2]
    spectra = (np.fft.rfft2(image, shape, axes=(0, 1)) for image in (around, inside))
    product = next(spectra) * np.conj(next(spectra))
    lags = 2 * radius + 1
    crossed = np.rint(np.fft.irfft2(product.sum(axis=2), shape, axes=(0, 1))[:lags, :lags]).astype(np.int64)
    # The truth's own energy is the same for all shifts.
    error = _window_sums((around**2).sum(axis=2), (inside.shape[0], inside.shape[1])) - 2 * crossed
    dy, dx = np.unravel_index(int(np.argmin(error)), error.shape)
    return int(dy) - radius, int(dx) - radius


def _window_sums(plane: Int[np.ndarray, "h w"], size: tuple[int, int]) -> Int[np.ndarray, "H W"]:
    """Sums over all windows of that size inside the plane."""
    total = np.pad(plane, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    rows = total[size[0] :] - total[: -size[0]]
    return rows[:, size[1] :] - rows[:, : -size[1]]
