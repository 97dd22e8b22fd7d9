"""What every degradation is: settings, and a function of a clean image and a seeded generator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

Image = Float[np.ndarray, "h w c"]
Degraded = Float[np.ndarray, "_h _w c"]  # a reduction changes the size
__all__ = ["Chain", "Degradation", "Degraded", "Image", "Pairing", "quantise"]


@runtime_checkable
class Degradation(Protocol):
    """Returns the degraded image; both float32 in [0, 1], (h, w, c). All chance comes from ``rng``."""

    def __call__(self, clean: Image, rng: np.random.Generator) -> Degraded: ...


@runtime_checkable
class Pairing(Protocol):
    """A degradation that changes the photo first in a way that the target is to show too."""

    def pair(self, clean: Image, rng: np.random.Generator) -> tuple[Degraded, Image]:
        """Returns source and target; the target has the photo's shape."""
        ...


def quantise(image: Image) -> Image:
    """Returns the image as an 8-bit file would hold it."""
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.float32) / np.float32(255)


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Several degradations one after the other."""

    steps: Sequence[Degradation]

    def __call__(self, clean: Image, rng: np.random.Generator) -> Degraded:
        image = clean
        for step in self.steps:
            image = step(image, rng)
        return image
