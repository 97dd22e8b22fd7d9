"""Faded photographs: dyes that bleach each at its own pace, yellowed paper, and sepia toning.

Worked in densities (minus the logarithm of the light that comes back, base 10), in which dyes bleach in proportion and
stains add up (Hunt 2004, "The Reproduction of Colour", chapter 15).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganvas.degrade.degradation import Image, quantise
from ganvas.degrade.draw import between, smooth_noise

GAMMA = np.float32(2.2)
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
YELLOW = np.array([0.15, 0.45, 1.0], np.float32)  # density of yellowed paper in red, green and blue, relative
SEPIA = np.array([0.72, 1.0, 1.35], np.float32)  # density of silver sulphide, relative to that of silver
_DARKEST = np.float32(10**-2.5)
__all__ = ["Fading", "black_and_white"]


@dataclass(frozen=True, kw_only=True)
class Fading:
    """Bleaches, yellows and tones; what lost its colour to black and white is to stay so in the target.

    Attributes:
        monochrome: chance that the picture is black and white.
        sepia: chance that a black-and-white one is toned.
        tone: range of how far, 1 being pure silver sulphide.
        bleached: range of what is left of each dye, drawn per dye; of silver, of which there is one.
        fog: range of the density added everywhere, as by stray light.
        yellow: range of the density of the yellowed paper in blue.
        uneven: range of how much the bleaching changes over the picture, 0 to 1.
        clean: chance that the picture stays as it is, so that a good photo comes back unchanged.
    """

    monochrome: float = 0.6
    sepia: float = 0.6
    tone: tuple[float, float] = (0.3, 1.0)
    bleached: tuple[float, float] = (0.4, 0.95)
    fog: tuple[float, float] = (0.0, 0.06)
    yellow: tuple[float, float] = (0.0, 0.25)
    uneven: tuple[float, float] = (0.0, 0.3)
    clean: float = 0.0

    def __call__(self, clean: Image, rng: np.random.Generator) -> Image:
        return self.pair(clean, rng)[0]

    def pair(self, clean: Image, rng: np.random.Generator) -> tuple[Image, Image]:
        """Returns the faded image and the image as it was: black and white where it was that."""
        if self.clean and rng.random() < self.clean:
            return clean, clean
        gray = rng.random() < self.monochrome
        return self.fade(clean, rng, gray=gray), black_and_white(clean) if gray else clean

    def fade(self, clean: Image, rng: np.random.Generator, *, gray: bool) -> Image:
        """Returns the faded image, of a black-and-white print if ``gray``."""
        gray = gray or clean.shape[2] == 1
        toned = rng.random() < self.sepia
        tone, kept = between(rng, self.tone), rng.uniform(*self.bleached, size=3)
        fog, yellow, uneven = between(rng, self.fog), between(rng, self.yellow), between(rng, self.uneven)
        where = smooth_noise(clean.shape[:2], rng, cells=3)[:, :, None]
        clean = black_and_white(clean) if gray else clean
        share = np.full(3, kept[0]) if gray else kept
        if gray and toned:
            share = share * (1 + tone * (SEPIA - 1))
        left = share.astype(np.float32) * np.clip(1 - np.float32(uneven) * (where + 1) / 2, 0.2, 1.2)
        added = np.float32(fog) + np.float32(yellow) * YELLOW
        if clean.shape[2] == 1:
            left, added = left.mean(axis=2, keepdims=True), added.mean(keepdims=True)
        density = -np.log10(np.maximum(np.clip(clean, 0, 1) ** GAMMA, _DARKEST))
        faded = np.float32(10) ** (-(density * left + added))
        return quantise(faded ** (1 / GAMMA))


def black_and_white(image: Image) -> Image:
    """Returns the luma in as many channels as the image has."""
    return np.repeat((image @ LUMA)[:, :, None], 3, axis=2) if image.shape[2] == 3 else image
