"""The power curve that brings the mean luma to a target."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float

from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.zoo.classical import gamma
from ganvas.zoo.classical._dial import check_strength

__all__ = ["CARD", "apply", "exponent"]

CARD = Card(
    title="Automatic gamma: the power curve that brings the mean to middle gray",
    task="brighten",
    paper="Babakhani and Zarei 2015, Automatic gamma correction based on average of brightness, ACSIJ 4 (6)",
    range=(0.0, 1.0),
    # The mean is of the whole picture.
    tiling="never",
)


def apply(
    image: Float[np.ndarray, "h w c"], *, strength: float = 1.0, target: float = 0.5
) -> Float[np.ndarray, "h w c"]:
    """Returns each sample to the power of :func:`exponent`, float32 in [0, 1].

    Args:
        image: one or three channels in [0, 1].
        strength: share of the result in the mix with the image; 0 returns the image.
        target: mean luma wanted, above 0 and below 1. A picture that is brighter already comes back as it is.

    Raises:
        SettingsError: the strength is not in 0 to 1, or the target not between them.
    """
    check_strength(strength)
    if not 0 < target < 1:
        raise SettingsError(f"A mean luma of {target:g} is not possible: use a number between 0 and 1, such as 0.5.")
    image = image.astype(np.float32, copy=False)
    return gamma.apply(image, strength=strength, gamma=exponent(image, target))


def exponent(image: Float[np.ndarray, "h w c"], target: float) -> float:
    """Returns log(target) / log(mean luma), at most 1; 1 for a black picture, which no exponent brightens.

    It brings a flat picture to the target exactly, and one with contrast near it.
    """
    weights = np.array([1.0]) if image.shape[2] == 1 else np.array([0.299, 0.587, 0.114])
    mean = float(image.mean(axis=(0, 1), dtype=np.float64) @ weights)
    if not 0 < mean < target:
        return 1.0
    return math.log(target) / math.log(mean)
