"""What every degradation is: settings, and a function of a clean image and a seeded generator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from ganvas.core.errors import SettingsError

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
    """Several degradations one after the other; what the first changes in the photo, the target shows too.

    Raises:
        SettingsError: a later one changes the photo, which the target could not follow.
    """

    steps: Sequence[Degradation]

    def __post_init__(self) -> None:
        if late := [type(step).__name__ for step in self.steps[1:] if isinstance(step, Pairing)]:
            raise SettingsError(f"{late[0]} changes the photo that the target shows: put it first in the chain.")

    def __call__(self, clean: Image, rng: np.random.Generator) -> Degraded:
        return self.pair(clean, rng)[0]

    def pair(self, clean: Image, rng: np.random.Generator) -> tuple[Degraded, Image]:
        """Returns the photo after all steps, and the photo as the first one changed it."""
        source = target = clean
        for step in self.steps:
            if isinstance(step, Pairing):
                source, target = step.pair(source, rng)
            else:
                source = step(source, rng)
        return source, target
