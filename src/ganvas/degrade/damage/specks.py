"""Specks: flakes of emulsion that came off, bright as the paper below, or dark dirt, of any outline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganvas.degrade.damage.canvas import Canvas
from ganvas.degrade.damage.damage import Damage, Mask, covered, numbers_between
from ganvas.degrade.degradation import Image
from ganvas.degrade.draw import between, log_between

__all__ = ["Specks"]


@dataclass(frozen=True, kw_only=True)
class Specks(Damage):
    """Draws blots of uneven outline, some of them in clusters.

    Attributes:
        count: fewest and most in a megapixel.
        radius: range of their radius, px, drawn evenly in the logarithm: small ones are many.
        uneven: deviation of the outline from the circle, as a share of the radius.
        cluster: chance that one lies close to the one before.
        strength: range of how much one hides.
        dark: chance that one is dark.
        paper: range of the brightness of the bright ones of a picture.
    """

    count: tuple[int, int] = (30, 400)
    radius: tuple[float, float] = (0.7, 6.0)
    uneven: float = 0.35
    cluster: float = 0.3
    strength: tuple[float, float] = (0.6, 1.0)
    dark: float = 0.2
    paper: tuple[float, float] = (0.8, 1.0)

    def damage(self, clean: Image, rng: np.random.Generator) -> tuple[Image, Mask]:
        """Returns the image with specks and their mask."""
        height, width = clean.shape[:2]
        light, dark = Canvas((height, width)), Canvas((height, width))
        place = rng.uniform((0, 0), (width, height))
        for _ in range(round(numbers_between(rng, self.count) * height * width / 1e6)):
            radius = log_between(rng, self.radius)
            near = rng.random() < self.cluster
            place = place + rng.normal(0, 5 * radius, 2) if near else rng.uniform((0, 0), (width, height))
            canvas = dark if rng.random() < self.dark else light
            canvas.shape(place + self._outline(radius, rng), between(rng, self.strength))
        paper = np.float32(between(rng, self.paper)) * np.array([1, 0.98, 0.93], np.float32)
        image, mask = covered(clean, light.cover(), paper)
        image, under = covered(image, dark.cover(), np.full(1, between(rng, (0, 0.15)), np.float32))
        return image, mask | under

    def _outline(self, radius: float, rng: np.random.Generator) -> np.ndarray:
        angles = np.linspace(0, 2 * np.pi, 14, endpoint=False)
        waves = sum(rng.normal(0, self.uneven / k) * np.cos(k * angles + rng.uniform(0, 7)) for k in (1, 2, 3))
        radii = radius * np.clip(1 + waves, 0.3, 2.0)
        stretch = np.sqrt(log_between(rng, (1.0, 3.0)))
        turn = rng.uniform(0, np.pi)
        x, y = radii * np.cos(angles) * stretch, radii * np.sin(angles) / stretch
        return np.stack([x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)], axis=1)
