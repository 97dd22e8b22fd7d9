"""Dull and wrong colour: loss of contrast and saturation, wrong exposure, gamma and white balance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganvas.degrade.degradation import Image, quantise
from ganvas.degrade.draw import between, log_between

GAMMA = np.float32(2.2)
LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # BT.601, on stored values
__all__ = ["ToneLoss"]


@dataclass(frozen=True, kw_only=True)
class ToneLoss:
    """Each loss befalls the image with the same chance, in the order of a camera; rounds to 8 bits.

    Attributes:
        chance: of each loss.
        exposure: range of the exposure error in EV (stops), in linear light.
        cast: largest factor between the gains of two channels, in stops.
        linear: chance that the cast is in linear light; otherwise on stored values.
        gamma: range of the exponent, drawn evenly in the logarithm.
        saturation: range of what is left of the distance to gray.
        contrast: range of what is left of the distance to the pivot.
        pivot: range of the value that loss of contrast leaves alone.
        clean: chance that the image stays as it is, so that a good photo comes back unchanged.
    """

    chance: float = 0.7
    exposure: tuple[float, float] = (-1.5, 1.0)
    cast: float = 0.6
    linear: float = 0.5
    gamma: tuple[float, float] = (0.7, 1.5)
    saturation: tuple[float, float] = (0.2, 1.0)
    contrast: tuple[float, float] = (0.3, 1.0)
    pivot: tuple[float, float] = (0.2, 0.8)
    clean: float = 0.05

    def __call__(self, clean: Image, rng: np.random.Generator) -> Image:
        if rng.random() < self.clean:
            return quantise(clean)
        exposed, cast, bent, faded, flat = rng.random(5) < self.chance
        image = _lit(clean, np.float32(2 ** between(rng, self.exposure))) if exposed else clean
        colour = clean.shape[2] == 3
        if cast and colour:
            stops = rng.uniform(0, self.cast, 3)
            gains = (2 ** (stops - stops.mean())).astype(np.float32)
            image = _lit(image, gains) if rng.random() < self.linear else np.clip(image * gains, 0, 1)
        if bent:
            image = np.clip(image, 0, 1) ** np.float32(log_between(rng, self.gamma))
        if faded and colour:
            luma = (image @ LUMA)[:, :, None]
            image = luma + np.float32(between(rng, self.saturation)) * (image - luma)
        if flat:
            pivot = np.float32(between(rng, self.pivot))
            image = pivot + np.float32(between(rng, self.contrast)) * (image - pivot)
        return quantise(image)


def _lit(image: Image, gain: np.ndarray | np.float32) -> Image:
    """The stored image under ``gain`` times the light."""
    lit: Image = np.clip(np.clip(image, 0, 1) ** GAMMA * gain, 0, 1) ** (1 / GAMMA)
    return lit
