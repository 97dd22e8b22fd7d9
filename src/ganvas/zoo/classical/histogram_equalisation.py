"""Histogram equalisation of the lightness, with the colour kept."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ganvas.core.card import Card
from ganvas.zoo.classical._dial import check_strength, mixed
from ganvas.zoo.classical._lab import lightness, with_lightness

__all__ = ["CARD", "apply"]

CARD = Card(
    title="Histogram equalisation of L of Lab: every lightness equally often",
    task="brighten",
    paper="Pizer et al. 1987, https://doi.org/10.1016/S0734-189X(87)80186-X",
    range=(0.0, 1.0),
    # The histogram is of the whole picture.
    tiling="never",
)
_LEVELS = 65_536


def apply(image: Float[np.ndarray, "h w c"], *, strength: float = 1.0) -> Float[np.ndarray, "h w c"]:
    """Returns the image with L replaced by its rank, float32 in [0, 1]: L' = (cdf(L) - cdf_min) / (1 - cdf_min).

    A picture of a single lightness has no ranks and comes back as it is.

    Args:
        image: one or three channels in [0, 1].
        strength: share of the result in the mix with the image; 0 returns the image.

    Raises:
        SettingsError: the strength is not in 0 to 1.
    """
    check_strength(strength)
    image = image.astype(np.float32, copy=False)
    old = lightness(image)
    level = np.rint(old * (_LEVELS - 1)).astype(np.uint16)
    reached = np.cumsum(np.bincount(level.ravel(), minlength=_LEVELS))
    lowest = reached[level.min()]
    if lowest == old.size:
        return image.copy()
    rank = np.clip((reached - lowest) / (old.size - lowest), 0, 1).astype(np.float32)
    return mixed(image, with_lightness(image, old, rank[level]), strength)
