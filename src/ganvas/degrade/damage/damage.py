"""What every damage is: a degradation that also tells which pixels it hid."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float

from ganvas.core.errors import SettingsError
from ganvas.degrade.degradation import Image, quantise

Mask = Bool[np.ndarray, "h w"]
HIDDEN = 0.25  # of a pixel covered: from here on it counts as missing
__all__ = ["HIDDEN", "Damage", "Mask", "befalling", "check_chances", "covered", "numbers_between"]


class Damage(ABC):
    """A degradation that returns its true mask."""

    @abstractmethod
    def damage(self, clean: Image, rng: np.random.Generator) -> tuple[Image, Mask]:
        """Returns the damaged image, in 8-bit steps, and the mask of the pixels that it no longer shows."""

    def __call__(self, clean: Image, rng: np.random.Generator) -> Image:
        return self.damage(clean, rng)[0]


def covered(image: Image, cover: Float[np.ndarray, "h w"], paint: Float[np.ndarray, "..."]) -> tuple[Image, Mask]:
    """Returns the image under ``paint``, and where it hides the image.

    Args:
        image: values in [0, 1].
        cover: share of each pixel that the paint covers, 0 to 1.
        paint: RGB or gray value in [0, 1], one or one per pixel; a gray image takes the mean of three channels.
    """
    if image.shape[2] == 1 and paint.shape[-1] == 3:
        paint = paint.mean(axis=-1, keepdims=True)
    share = cover[:, :, None].astype(np.float32)
    return quantise(image * (1 - share) + paint.astype(np.float32) * share), cover >= HIDDEN


def check_chances(what: str, damages: Sequence[Damage], chances: Sequence[float]) -> None:
    """Returns nothing where every damage has a chance.

    Raises:
        SettingsError: there are more or fewer chances than damages.
    """
    if len(damages) != len(chances):
        raise SettingsError(f"{what} needs a chance for each of its {len(damages)} damages.")


def befalling(damages: Sequence[Damage], chances: Sequence[float], rng: np.random.Generator) -> list[Damage]:
    """Returns those of the damages that befall a picture, each by its chance, in their order."""
    struck = rng.random(len(damages)) < chances
    return [damage for damage, here in zip(damages, struck, strict=True) if here]


def numbers_between(rng: np.random.Generator, bounds: tuple[int, int]) -> int:
    """Returns a whole number from the first bound to the second, both included."""
    return int(rng.integers(bounds[0], bounds[1] + 1))
