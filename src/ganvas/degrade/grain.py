"""The grain of film: as damage, and in photos to be reduced, whose enlargement is to be as grainy as they were.

A reduced photo still shows whether it had grain. A generator that has seen both learns to tell them apart; one that has
seen smooth photos alone smooths all, and one whose photos are all a little noisy spreads noise over skies.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from ganvas.degrade.bicubic import Bicubic
from ganvas.degrade.degradation import Degraded, Image, quantise

__all__ = ["FilmGrain", "Grainy"]


@dataclass(frozen=True, kw_only=True)
class FilmGrain:
    """Adds grain and rounds to 8 bits.

    Attributes:
        sigma: range of its standard deviation in 1/255, drawn evenly.
        colour: chance that the channels' grain differs; one grain for all otherwise, as of silver.
        soft: range of the Gaussian that gives the grains their size, px.
        midtones: how much weaker it is in black and white than in middle gray: 0 alike, 1 none there.
    """

    sigma: tuple[float, float] = (2.0, 12.0)
    colour: float = 0.3
    soft: tuple[float, float] = (0.0, 1.2)
    midtones: float = 0.6

    def __call__(self, clean: Image, rng: np.random.Generator) -> Image:
        channels = clean.shape[2] if rng.random() < self.colour else 1
        grain = rng.standard_normal((*clean.shape[:2], channels), dtype=np.float32)
        sigma, soft = rng.uniform(*self.sigma), rng.uniform(*self.soft)
        if soft > 0.2:
            grain = cv2.GaussianBlur(grain, (0, 0), soft).reshape(grain.shape)
            grain /= grain.std() + np.float32(1e-6)
        if self.midtones > 0:
            tone = np.clip(clean.mean(axis=2, keepdims=True), 0, 1)
            grain = grain * (1 - np.float32(self.midtones) * np.square(2 * tone - 1))
        return quantise(clean + grain * np.float32(sigma / 255))


@dataclass(frozen=True, kw_only=True)
class Grainy:
    """Adds grain to some photos, which source and target then show, and reduces them.

    Attributes:
        reduction: photo to source.
        share: chance of grain.
        sigma: range of its standard deviation in 1/255, drawn evenly.
        colour: chance that the channels' grain differs; one grain for all otherwise, as of silver.
        soft: range of the Gaussian that gives the grains their size, px.
    """

    reduction: Bicubic = field(default_factory=Bicubic)
    share: float = 0.35
    sigma: tuple[float, float] = (1.0, 9.0)
    colour: float = 0.5
    soft: tuple[float, float] = (0.0, 0.7)

    def __call__(self, clean: Image, rng: np.random.Generator) -> Degraded:
        return self.pair(clean, rng)[0]

    def pair(self, clean: Image, rng: np.random.Generator) -> tuple[Degraded, Image]:
        """Returns the reduced photo and the photo, both with its grain."""
        grainy = self._grainy(clean, rng)
        return self.reduction(grainy, rng), grainy

    def _grainy(self, clean: Image, rng: np.random.Generator) -> Image:
        if rng.random() >= self.share:
            return clean
        grain = FilmGrain(sigma=self.sigma, colour=self.colour, soft=self.soft, midtones=0.0)
        return grain(clean, rng)
