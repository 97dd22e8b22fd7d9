"""Median filter."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.zoo.classical._dial import check_strength, mixed

__all__ = ["CARD", "apply"]

CARD = Card(
    title="Median filter: takes out single specks",
    task="denoise",
    paper="Huang et al. 1979, https://doi.org/10.1109/TASSP.1979.1163188",
    range=(0.0, 1.0),
    # Half of the default window.
    tiling=1,
)


def apply(image: Float[np.ndarray, "h w c"], *, strength: float = 1.0, size: int = 3) -> Float[np.ndarray, "h w c"]:
    """Returns the median of the square around each pixel, channel by channel, float32 of any bit depth.

    Args:
        image: values in [0, 1].
        strength: share of the result in the mix with the image; 0 returns the image.
        size: side of the square, 3 or 5 px; border pixels are repeated outward.

    Raises:
        SettingsError: the strength is not in 0 to 1, or the size is another.
    """
    import cv2

    check_strength(strength)
    if size not in (3, 5):
        raise SettingsError(f"A median over {size} px is not possible: use a size of 3 or 5.")
    image = np.ascontiguousarray(image, dtype=np.float32)
    # OpenCV drops the axis of a single channel.
    return mixed(image, cv2.medianBlur(image, size).reshape(image.shape), strength)
