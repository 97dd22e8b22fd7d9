"""Draws that the degradations share, and noise that is smooth in the plane."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import Float

__all__ = ["between", "log_between", "smooth_noise", "which"]


def between(rng: np.random.Generator, bounds: tuple[float, float]) -> float:
    """Returns a number between the bounds, drawn evenly."""
    return float(rng.uniform(*bounds))


def log_between(rng: np.random.Generator, bounds: tuple[float, float]) -> float:
    """Returns a number between the bounds (both above 0), drawn evenly in the logarithm."""
    return float(np.exp(rng.uniform(np.log(bounds[0]), np.log(bounds[1]))))


def which(rng: np.random.Generator, shares: Sequence[float]) -> int:
    """Returns an index drawn by its share; the shares need not add up to one."""
    ends = np.cumsum(shares)
    return min(int(np.searchsorted(ends, rng.random() * ends[-1], side="right")), len(ends) - 1)


def smooth_noise(
    shape: tuple[int, int], rng: np.random.Generator, *, cells: int, octaves: int = 1
) -> Float[np.ndarray, "h w"]:
    """Returns float32 noise of about unit variance that varies over 1/``cells`` of the longer side.

    Each further octave has twice the cells and half the amplitude.
    """
    height, width = shape
    total = np.zeros(shape, np.float32)
    for octave in range(octaves):
        side = max(height, width) / (cells * 2**octave)
        rows, columns = max(2, round(height / side) + 1), max(2, round(width / side) + 1)
        coarse = rng.standard_normal((rows, columns), dtype=np.float32)
        total += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC) * np.float32(0.5**octave)
    return total
