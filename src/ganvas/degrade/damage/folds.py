"""Folds: creases that shade the print on both sides and crack the emulsion along the line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganvas.degrade.damage.canvas import along
from ganvas.degrade.damage.damage import Damage, Mask, covered, numbers_between
from ganvas.degrade.degradation import Image
from ganvas.degrade.draw import between

__all__ = ["Folds"]


@dataclass(frozen=True, kw_only=True)
class Folds(Damage):
    """Folds the picture along lines from border to border, or that end inside.

    Attributes:
        count: fewest and most folds.
        ends: chance that a fold ends inside the picture.
        shade: range of the light and dark on its two sides, 0 to 1.
        reach: range of how far they reach, px.
        crack: range of the width of the crack, px.
        cracked: range of the share of the line that is cracked.
        paper: range of the brightness of what a crack bares.
    """

    count: tuple[int, int] = (1, 2)
    ends: float = 0.4
    shade: tuple[float, float] = (0.05, 0.25)
    reach: tuple[float, float] = (2.0, 8.0)
    crack: tuple[float, float] = (0.8, 3.0)
    cracked: tuple[float, float] = (0.2, 0.9)
    paper: tuple[float, float] = (0.8, 1.0)

    def damage(self, clean: Image, rng: np.random.Generator) -> tuple[Image, Mask]:
        """Returns the folded image and the mask of the cracks."""
        image, mask = clean, np.zeros(clean.shape[:2], bool)
        for _ in range(numbers_between(rng, self.count)):
            image, cracks = self._fold(image, rng)
            mask |= cracks
        return image, mask

    def _fold(self, image: Image, rng: np.random.Generator) -> tuple[Image, Mask]:
        height, width = image.shape[:2]
        along_line, across = self._frame((height, width), rng)
        # Where on the line a pixel lies, in points 2 px apart: what changes along the line is drawn there.
        first, count = float(along_line.min()), int(np.ptp(along_line)) // 2 + 2
        place = np.clip(((along_line - first) / 2).astype(np.intp), 0, count - 1)
        across = across + (0.6 * along(rng, count, 15) + 0.5 * along(rng, count, 3))[place]
        there = self._presence(count, rng)
        reach = between(rng, self.reach)
        bend = np.exp(0.5 - 0.5 * np.square(across / reach)) * across / reach  # at most 1, of opposite signs
        ridge = np.exp(-np.square(2 * across / reach))
        shade = between(rng, self.shade) * float(rng.choice([-1, 1])) * bend + between(rng, self.shade) * ridge
        image = image * (1 + shade * there[place]).astype(np.float32)[:, :, None]
        gaps = along(rng, count, 4)
        open_there = (gaps > np.quantile(gaps, 1 - between(rng, self.cracked))) & (there > 0.5)
        half = open_there * between(rng, self.crack) / 2 * np.exp(0.35 * along(rng, count, 3))
        cover = np.where(open_there[place], np.clip(half[place] - np.abs(across) + 0.5, 0, 1), 0)
        paper = np.float32(between(rng, self.paper)) * np.array([1, 0.98, 0.94], np.float32)
        return covered(image, cover, paper)

    def _frame(self, shape: tuple[int, int], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Each pixel's coordinate along the line and distance from it with its sign, px."""
        height, width = shape
        angle = float(rng.choice([0, np.pi / 2])) + float(rng.normal(0, 0.25))
        x, y = width * between(rng, (0.1, 0.9)), height * between(rng, (0.1, 0.9))
        cosine, sine = np.cos(angle), np.sin(angle)
        columns, rows = np.arange(width)[None] - x, np.arange(height)[:, None] - y
        return columns * cosine + rows * sine, rows * cosine - columns * sine

    def _presence(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """1 along the fold; one that ends fades to 0 on the way."""
        if rng.random() >= self.ends:
            return np.ones(count)
        end = between(rng, (0.3, 0.8)) * count
        there = 1 / (1 + np.exp(np.clip((np.arange(count) - end) / (0.03 * count + 1), -30, 30)))
        return there if rng.random() < 0.5 else there[::-1]
