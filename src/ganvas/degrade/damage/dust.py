"""Dust: fibres and grains that lay on the print or the negative when it was copied."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganvas.degrade.damage.canvas import Canvas, wandering
from ganvas.degrade.damage.damage import Damage, Mask, covered, numbers_between
from ganvas.degrade.degradation import Image
from ganvas.degrade.draw import between, log_between

__all__ = ["Dust"]


@dataclass(frozen=True, kw_only=True)
class Dust(Damage):
    """Draws short curled fibres and fine grains.

    Attributes:
        fibres: fewest and most fibres.
        length: range of their length, px, drawn evenly in the logarithm.
        width: range of their width, px.
        curl: range of how far a fibre turns from end to end, radians.
        grains: fewest and most grains in a megapixel.
        grain: range of the diameter of a grain, px.
        strength: range of how much one of them hides.
        dark: chance that all are dark, as on a print; bright otherwise, as from a negative.
    """

    fibres: tuple[int, int] = (0, 8)
    length: tuple[float, float] = (8.0, 60.0)
    width: tuple[float, float] = (0.7, 1.4)
    curl: tuple[float, float] = (0.5, 5.0)
    grains: tuple[int, int] = (50, 800)
    grain: tuple[float, float] = (0.8, 2.0)
    strength: tuple[float, float] = (0.4, 1.0)
    dark: float = 0.3

    def damage(self, clean: Image, rng: np.random.Generator) -> tuple[Image, Mask]:
        """Returns the dusty image and the mask of the dust."""
        height, width = clean.shape[:2]
        canvas = Canvas((height, width))
        tone = between(rng, (0.0, 0.15)) if rng.random() < self.dark else between(rng, (0.8, 1.0))
        for _ in range(numbers_between(rng, self.fibres)):
            path = wandering(
                rng,
                start=(between(rng, (0, width)), between(rng, (0, height))),
                angle=between(rng, (-np.pi, np.pi)),
                length=log_between(rng, self.length),
                bend=between(rng, self.curl) * float(rng.choice([-1, 1])),
                unrest=0.4,
            )
            thick, strength = np.full(len(path), between(rng, self.width)), between(rng, self.strength)
            canvas.line(path, thick, np.full(len(path), strength))
        for _ in range(round(numbers_between(rng, self.grains) * height * width / 1e6)):
            place = rng.uniform((0, 0), (width, height))
            ends = np.stack([place, place + rng.normal(0, 0.4, 2)])
            canvas.line(ends, np.full(2, between(rng, self.grain)), np.full(2, between(rng, self.strength)))
        return covered(clean, canvas.cover(), np.full(1, tone, np.float32))
