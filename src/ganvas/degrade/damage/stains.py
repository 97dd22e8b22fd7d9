"""Stains: dried water and coffee with a dark rim, and foxing, the brown spots of old paper."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float

from ganvas.degrade.damage.damage import Damage, Mask, numbers_between
from ganvas.degrade.degradation import Image, quantise
from ganvas.degrade.draw import between, log_between, smooth_noise

BROWN = np.array([0.35, 0.8, 1.5], np.float32)  # absorption of tannin and rust in red, green and blue, relative
OPAQUE = 0.5  # of the light: where less of it comes through, the picture counts as hidden
__all__ = ["Stains"]


@dataclass(frozen=True, kw_only=True)
class Stains(Damage):
    """Lays stains over the picture: they take light (Beer-Lambert), so the picture shows through all but the darkest.

    Attributes:
        count: fewest and most stains.
        radius: range of their radius in longer sides of the picture, drawn evenly in the logarithm.
        depth: range of a stain's mean absorbance.
        rim: range of the absorbance of its rim, where the last of the liquid dried.
        spots: fewest and most spots of foxing.
        spot: range of their radius, px, drawn evenly in the logarithm.
    """

    count: tuple[int, int] = (1, 3)
    radius: tuple[float, float] = (0.06, 0.3)
    depth: tuple[float, float] = (0.05, 0.35)
    rim: tuple[float, float] = (0.0, 0.5)
    spots: tuple[int, int] = (0, 25)
    spot: tuple[float, float] = (1.0, 5.0)

    def damage(self, clean: Image, rng: np.random.Generator) -> tuple[Image, Mask]:
        """Returns the stained image and the mask of what is too dark to be seen through."""
        shape = clean.shape[:2]
        absorbance = np.zeros(shape, np.float32)
        for _ in range(numbers_between(rng, self.count)):
            absorbance += self._stain(shape, rng)
        absorbance += self._foxing(shape, rng)
        colour = BROWN * rng.uniform(0.7, 1.3, 3).astype(np.float32)
        passed = np.exp(-absorbance[:, :, None] * colour)
        if clean.shape[2] == 1:
            passed = passed.mean(axis=2, keepdims=True)
        return quantise(clean * passed), passed.mean(axis=2) < OPAQUE

    def _stain(self, shape: tuple[int, int], rng: np.random.Generator) -> Float[np.ndarray, "h w"]:
        height, width = shape
        longer = max(shape)
        radius = longer * log_between(rng, self.radius)
        x, y = np.arange(width) - between(rng, (0, width)), np.arange(height) - between(rng, (0, height))
        stretch = log_between(rng, (0.6, 1.6))
        distance = np.hypot(x[None] * stretch, y[:, None] / stretch).astype(np.float32)
        outline = smooth_noise(shape, rng, cells=max(2, round(2 * longer / radius)), octaves=3)
        inside = radius * (1 + np.float32(0.2) * outline) - distance  # px from the border, positive inside
        soft = np.float32(max(1.0, radius * between(rng, (0.01, 0.06))))
        body = 1 / (1 + np.exp(-np.clip(4 * inside / soft, -30, 30)))
        edge = np.exp(-np.square((inside - soft) / (1.5 * soft)))
        mottled = np.clip(1 + np.float32(0.3) * smooth_noise(shape, rng, cells=8, octaves=3), 0, 2)
        stain: np.ndarray = mottled * (between(rng, self.depth) * body + between(rng, self.rim) * edge)
        return stain.astype(np.float32)

    def _foxing(self, shape: tuple[int, int], rng: np.random.Generator) -> Float[np.ndarray, "h w"]:
        spots = np.zeros(shape, np.float32)
        for _ in range(numbers_between(rng, self.spots)):
            place = int(rng.integers(shape[1])), int(rng.integers(shape[0]))
            radius = log_between(rng, self.spot)
            cv2.circle(spots, place, max(0, round(radius)), between(rng, (0.2, 1.2)), -1)
        return cv2.GaussianBlur(spots, (0, 0), 1.2)
