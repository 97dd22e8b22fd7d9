"""Depth fields that no sensor measured: smooth, sloping and layered ones, mixed at random.

A network that must read the depth from the haze alone should meet fields that follow the picture's own edges and
fields that do not; RESIDE's indoor set (Li et al. 2019) has measured depth, which photos lack.
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float

from ganvas.degrade.degradation import Image
from ganvas.degrade.draw import between, smooth_noise, which

Field = Float[np.ndarray, "h w"]
__all__ = ["depth_field", "layers", "ramp"]


def depth_field(image: Image, rng: np.random.Generator) -> Float[np.ndarray, "_h _w"]:
    """Returns a float32 field from 0 (nearest) to 1 (farthest) as large as the image.

    It is one of smooth noise, a slope, layers bounded by noise, and layers bounded by the picture's own brightness;
    half of the time two of them are mixed.
    """
    field = _one(image, rng)
    if rng.random() < 0.5:
        share = np.float32(rng.uniform(0.2, 0.8))
        field = _stretched(share * field + (1 - share) * _one(image, rng))
    return field


def ramp(shape: tuple[int, int], angle: float, bend: float) -> Float[np.ndarray, "_h _w"]:
    """Returns a slope from 0 to 1 along ``angle`` (radians, 0 to the right), raised to the power ``bend``."""
    rows, columns = np.indices(shape, dtype=np.float32)
    field = np.float32(np.cos(angle)) * columns + np.float32(np.sin(angle)) * rows
    return _stretched(field) ** np.float32(bend)


def layers(guide: Field, rng: np.random.Generator, *, count: int, soft: float) -> Field:
    """Returns ``count`` flat depths in random order, bounded by the guide's quantiles; ``soft`` px blurs the edges."""
    ends = np.quantile(guide[::4, ::4], np.sort(rng.uniform(0, 1, count - 1)))
    depths = rng.permutation(np.linspace(0, 1, count, dtype=np.float32))
    field = depths[np.searchsorted(ends, guide)]
    return cv2.GaussianBlur(field, (0, 0), soft) if soft > 0.2 else field


def _one(image: Image, rng: np.random.Generator) -> Float[np.ndarray, "_h _w"]:
    shape = image.shape[:2]
    kind = which(rng, (0.3, 0.25, 0.2, 0.25))
    if kind == 0:
        return _stretched(smooth_noise(shape, rng, cells=int(rng.integers(1, 5)), octaves=int(rng.integers(1, 4))))
    if kind == 1:
        upright = rng.random() < 0.6  # the ground runs away upwards
        angle = -np.pi / 2 + rng.normal(0, 0.15) if upright else rng.uniform(0, 2 * np.pi)
        return ramp(shape, float(angle), between(rng, (0.5, 2.5)))
    if kind == 2:
        guide = smooth_noise(shape, rng, cells=int(rng.integers(1, 6)), octaves=3)
    else:
        guide = cv2.GaussianBlur(image.mean(axis=2), (0, 0), between(rng, (1.0, 4.0)))
    return layers(guide, rng, count=int(rng.integers(2, 7)), soft=between(rng, (0.0, 4.0)))


def _stretched(field: Field) -> Field:
    lowest, highest = float(field.min()), float(field.max())
    return (field - np.float32(lowest)) / np.float32(max(highest - lowest, 1e-6))
