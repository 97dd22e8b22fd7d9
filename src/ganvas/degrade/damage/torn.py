"""Torn prints: corners that are gone and frayed sides, with a strip of white fibres along the tear."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ganvas.degrade.damage.damage import Damage, Mask, covered, numbers_between
from ganvas.degrade.degradation import Image
from ganvas.degrade.draw import between, smooth_noise

__all__ = ["Torn"]


@dataclass(frozen=True, kw_only=True)
class Torn(Damage):
    """Tears corners off and frays sides; what lay below the print on the scanner is seen there.

    Attributes:
        corners: fewest and most corners that are gone, 0 to 4.
        size: range of what a corner takes of each of its two sides, as a share of the shorter side.
        sides: chance that a side is frayed, each.
        frayed: range of how deep, as a share of the shorter side.
        rough: range of the tear's deviation from a line, as a share of the shorter side.
        fibres: range of the width of the bare paper along the tear, px.
        beneath: brightnesses that may lie below, drawn evenly.
    """

    corners: tuple[int, int] = (1, 2)
    size: tuple[float, float] = (0.06, 0.3)
    sides: float = 0.25
    frayed: tuple[float, float] = (0.005, 0.03)
    rough: tuple[float, float] = (0.003, 0.015)
    fibres: tuple[float, float] = (1.0, 6.0)
    beneath: tuple[float, ...] = (0.0, 0.1, 0.5, 0.95, 1.0)

    def damage(self, clean: Image, rng: np.random.Generator) -> tuple[Image, Mask]:
        """Returns the torn image and the mask of what is gone or bare."""
        shape = clean.shape[:2]
        left = self._left(shape, rng)
        rough = min(shape) * between(rng, self.rough)
        left = left + np.float32(rough) * smooth_noise(shape, rng, cells=12, octaves=4)
        # The top layer tears off farther than the paper below it, here more, there less.
        strip = between(rng, self.fibres) * (1 + np.float32(0.6) * smooth_noise(shape, rng, cells=16, octaves=3))
        bare = np.clip(strip - left + np.float32(0.5), 0, 1)
        gone = np.clip(np.float32(0.5) - left, 0, 1)
        grain = np.float32(0.03) * rng.standard_normal((*shape, 1), dtype=np.float32)
        paper = np.array([0.93, 0.91, 0.86], np.float32) + grain
        image, mask = covered(clean, bare, np.clip(paper, 0, 1))
        image, outside = covered(image, gone, np.full(1, rng.choice(self.beneath), np.float32))
        return image, mask | outside

    def _left(self, shape: tuple[int, int], rng: np.random.Generator) -> Float[np.ndarray, "h w"]:
        """Distance in px from the nearest tear, below 0 where the print is gone."""
        height, width = shape
        x, y = np.arange(width, dtype=np.float32) + 0.5, np.arange(height, dtype=np.float32)[:, None] + 0.5
        shorter = min(shape)
        left = np.full(shape, np.inf, np.float32)
        for corner in rng.permutation(4)[: numbers_between(rng, self.corners)]:
            from_x, from_y = (width - x if corner & 1 else x), (height - y if corner & 2 else y)
            a, b = (shorter * between(rng, self.size) for _ in range(2))
            left = np.minimum(left, (from_x / a + from_y / b - 1) * np.float32(a * b / np.hypot(a, b)))
        for side in (x, width - x, y, height - y):
            if rng.random() < self.sides:
                left = np.minimum(left, side - np.float32(shorter * between(rng, self.frayed)))
        return np.minimum(left, np.float32(height + width))
