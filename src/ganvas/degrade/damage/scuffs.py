"""Scuffs: where the emulsion was rubbed, it is gone in clouds of specks and ragged flakes, drawn out along the rub.

Noise is drawn out along a direction and cut off at a height that changes over the picture, so that what stands above it
comes in clouds, bands and streaks: the wear that no list of single scratches and specks is dense enough for.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float

from ganvas.degrade.damage.damage import Damage, Mask, covered, numbers_between
from ganvas.degrade.degradation import Image
from ganvas.degrade.draw import between, log_between, smooth_noise

__all__ = ["Scuffs"]


@dataclass(frozen=True, kw_only=True)
class Scuffs(Damage):
    """Rubs a picture one or several times, each in a direction of its own.

    Attributes:
        count: fewest and most times.
        share: range of how much of the picture one of them takes away, drawn evenly in the logarithm.
        length: range of the deviation of the specks along the rub, px, drawn evenly in the logarithm.
        width: range of their deviation across it, px, drawn evenly in the logarithm.
        ragged: range of the finest noise beside the drawn one: how ragged larger flakes are.
        soft: range of the height, in deviations of the noise, over which their borders fade.
        upright: chance that it was rubbed along the picture's sides.
        cloudy: range of how unevenly they are strewn, in deviations of the noise.
        strength: range of how much they hide.
        dark: chance that they are dark, as dirt that was rubbed in.
        paper: range of the brightness of what the others bare.
    """

    count: tuple[int, int] = (1, 3)
    share: tuple[float, float] = (0.001, 0.1)
    length: tuple[float, float] = (0.3, 12.0)
    width: tuple[float, float] = (0.3, 4.0)
    ragged: tuple[float, float] = (0.0, 0.5)
    soft: tuple[float, float] = (0.1, 0.6)
    upright: float = 0.4
    cloudy: tuple[float, float] = (0.2, 1.5)
    strength: tuple[float, float] = (0.4, 1.0)
    dark: float = 0.1
    paper: tuple[float, float] = (0.85, 1.0)

    def damage(self, clean: Image, rng: np.random.Generator) -> tuple[Image, Mask]:
        """Returns the scuffed image and the mask of what was rubbed off."""
        image, mask = clean, np.zeros(clean.shape[:2], bool)
        for _ in range(numbers_between(rng, self.count)):
            cover = self._rub(clean.shape[:2], rng) * np.float32(between(rng, self.strength))
            paper = np.float32(between(rng, self.paper)) * np.array([1, 0.98, between(rng, (0.9, 1))], np.float32)
            paint = np.full(1, between(rng, (0, 0.15)), np.float32) if rng.random() < self.dark else paper
            image, under = covered(image, cover, paint)
            mask |= under
        return image, mask

    def _rub(self, shape: tuple[int, int], rng: np.random.Generator) -> Float[np.ndarray, "h w"]:
        """How much of each pixel one rub takes away, 0 to 1."""
        angle = between(rng, (0, np.pi))
        if rng.random() < self.upright:
            angle = float(rng.integers(2)) * np.pi / 2 + float(rng.normal(0, 0.03))
        width = log_between(rng, self.width)
        stroke = _stroke(angle, max(width, log_between(rng, self.length)), width)
        fine = rng.standard_normal(shape, dtype=np.float32)
        drawn = cv2.filter2D(fine, -1, stroke, borderType=cv2.BORDER_REFLECT)
        height = drawn / max(float(drawn.std()), 1e-6)
        fine = rng.standard_normal(shape, dtype=np.float32)
        height += np.float32(between(rng, self.ragged)) * cv2.GaussianBlur(fine, (0, 0), 0.6) / np.float32(0.45)
        cells = numbers_between(rng, (1, 6))
        height += np.float32(between(rng, self.cloudy)) * smooth_noise(shape, rng, cells=cells, octaves=2)
        edge = np.quantile(height, 1 - log_between(rng, self.share))
        return np.clip((height - edge) / np.float32(between(rng, self.soft)), 0, 1).astype(np.float32)


def _stroke(angle: float, length: float, width: float) -> Float[np.ndarray, "n n"]:
    """A Gaussian, drawn out in the direction of the angle, that adds up to one."""
    reach = int(np.ceil(2.5 * max(length, width)))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    kernel = np.exp(-0.5 * (np.square(along / length) + np.square(across / width)))
    return (kernel / kernel.sum()).astype(np.float32)
