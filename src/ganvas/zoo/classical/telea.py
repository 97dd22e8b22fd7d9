"""Telea's fast marching: OpenCV's, channel by channel in float."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from ganvas.core.card import Card
from ganvas.zoo.classical._holes.composite import filled
from ganvas.zoo.classical._holes.marching import marched

__all__ = ["CARD", "apply"]

CARD = Card(
    title="Telea: fills from the rim inward, along a front that marches",
    task="inpaint",
    paper="Telea 2004, https://doi.org/10.1080/10867651.2004.10487596",
    needs=frozenset({"image", "mask"}),
    range=(0.0, 1.0),
    # The front of a hole starts from its whole rim.
    tiling="never",
)


def apply(
    image: Float[np.ndarray, "h w c"], *, mask: Bool[np.ndarray, "h w"], strength: float = 1.0, radius: float = 3.0
) -> Float[np.ndarray, "h w c"]:
    """Returns the image with its hole filled, float32: each pixel is a weighted mean of the known ones around it.

    They weigh by distance, by agreement of the distance to the rim, and by lying along the front's direction. The
    pixels nearest to the rim come first and count as known for the next. OpenCV adds the paper's gradient term with a
    length of one level whatever the gradient is; it is made too small to matter here, so a flat picture stays flat.

    Args:
        image: values in [0, 1], any number of channels.
        mask: True where a pixel is missing.
        strength: share of the fill in the hole; 0 returns the image.
        radius: px around a pixel that are looked at, 1 to 100.

    Raises:
        SettingsError: the strength is not in 0 to 1, or the radius not in 1 to 100.
        ImageError: the mask is of another size, or nothing is known.
    """
    import cv2

    return filled(image, mask, strength, marched(cv2.INPAINT_TELEA, radius))
