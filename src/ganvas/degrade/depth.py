"""Depth fields that no sensor measured: smooth, sloping and layered ones, mixed at random, and the sky behind all.

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
__all__ = ["depth_field", "layers", "ramp", "sky"]

_SKY_LUMA = 0.5
_SKY_SLOPE = 0.02  # per px, after smoothing
_SKY_SHARE = 0.04


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


def sky(image: Image) -> Float[np.ndarray, "_h _w"]:
    """Returns how much of each pixel is sky, 0 to 1: bright, even areas that touch the border and are not small.

    A white wall passes for sky, too. That does no harm here: what matters is that skies, whose light no haze model can
    bring back, are far whenever the picture has one, so that a network learns to leave them bright.
    """
    luma = cv2.GaussianBlur(image.mean(axis=2), (0, 0), 1.5)
    down, along = (cv2.Sobel(luma, cv2.CV_32F, 1 - axis, axis, ksize=1, scale=0.5) for axis in (1, 0))
    even = ((luma > _SKY_LUMA) & (np.hypot(down, along) < _SKY_SLOPE)).astype(np.uint8)
    even = cv2.morphologyEx(even, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    _, parts, facts, _ = cv2.connectedComponentsWithStats(even)
    border = np.unique(np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]]))
    large = [n for n in border if n and facts[n, cv2.CC_STAT_AREA] >= _SKY_SHARE * parts.size]
    return cv2.GaussianBlur(np.isin(parts, large).astype(np.float32), (0, 0), 1.0)


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
