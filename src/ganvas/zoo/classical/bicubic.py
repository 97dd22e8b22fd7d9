"""Bicubic enlargement (Keys 1981, a = -0.5), four times or by any number."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.ops.resample import resample

__all__ = ["CARD", "apply"]

CARD = Card(
    title="Bicubic interpolation: the baseline of every enlargement",
    task="upscale",
    paper="Keys 1981, https://doi.org/10.1109/TASSP.1981.1163711",
    range=(0.0, 1.0),
    scale=4,
    tiling=2,
)


def apply(
    image: Float[np.ndarray, "h w c"], *, strength: float = 1.0, scale: float = 4.0
) -> Float[np.ndarray, "H W c"]:
    """Returns the image enlarged by ``scale``, float32, clipped to [0, 1]: the kernel overshoots at edges.

    Raises:
        SettingsError: a strength other than 1, which interpolation does not have, or a scale that is not positive.
    """
    if strength != 1.0:
        raise SettingsError("Bicubic interpolation has no strength: leave it at 1.")
    if scale <= 0:
        raise SettingsError(f"Cannot enlarge by {scale}: the scale must be above 0.")
    size = (max(1, round(image.shape[0] * scale)), max(1, round(image.shape[1] * scale)))
    return np.clip(resample(image.astype(np.float32, copy=False), size), 0, 1)
