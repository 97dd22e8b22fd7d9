"""Stretch of the tones between two percentiles."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.zoo.classical._dial import check_strength, mixed

__all__ = ["CARD", "apply"]

CARD = Card(
    title="Automatic levels: the tones between two percentiles fill the range",
    task="enhance",
    paper="Limare et al. 2011, https://doi.org/10.5201/ipol.2011.llmps-scb",
    range=(0.0, 1.0),
    # The percentiles are of the whole picture.
    tiling="never",
)


def apply(
    image: Float[np.ndarray, "h w c"],
    *,
    strength: float = 1.0,
    percent: float = 1.0,
    per_channel: bool = False,
) -> Float[np.ndarray, "h w c"]:
    """Returns (image - low) / (high - low), float32 clipped to [0, 1]; a flat image, or channel, stays as it is.

    Args:
        image: values in [0, 1].
        strength: share of the result in the mix with the image; 0 returns the image.
        percent: share of the values that may clip at either end, in percent, at least 0 and below 50.
        per_channel: stretches each channel by its own percentiles, which also takes off a colour cast.

    Raises:
        SettingsError: the strength is not in 0 to 1, or the percentage out of range.
    """
    check_strength(strength)
    if not 0 <= percent < 50:
        raise SettingsError(f"Clipping {percent:g} % at either end is not possible: use 0 or more, below 50.")
    image = image.astype(np.float32, copy=False)
    low, high = np.percentile(image, [percent, 100 - percent], axis=(0, 1) if per_channel else None)
    varies = high > low
    low = np.where(varies, low, 0).astype(np.float32)
    span = np.where(varies, high - low, 1).astype(np.float32)
    result = image - low
    result /= span
    return mixed(image, result, strength)
