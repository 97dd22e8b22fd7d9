"""Lines of equal brightness carried into the hole like a flow (Bertalmio et al. 2001): OpenCV's form of it."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from ganvas.core.card import Card
from ganvas.zoo.classical._holes.composite import filled
from ganvas.zoo.classical._holes.marching import marched

__all__ = ["CARD", "apply"]

CARD = Card(
    title="Navier-Stokes: carries lines of equal brightness into the hole",
    task="inpaint",
    paper="Bertalmio et al. 2001, https://doi.org/10.1109/CVPR.2001.990497",
    needs=frozenset({"image", "mask"}),
    range=(0.0, 1.0),
    # The front of a hole starts from its whole rim.
    tiling="never",
)


def apply(
    image: Float[np.ndarray, "h w c"], *, mask: Bool[np.ndarray, "h w"], strength: float = 1.0, radius: float = 3.0
) -> Float[np.ndarray, "h w c"]:
    """Returns the image with its hole filled, float32: each pixel is a mean of the known ones along its isophote.

    OpenCV marches inward from the rim once, instead of solving the flow's equations: a pixel around weighs by how well
    the line to it agrees with its own line of equal brightness, and by distance.

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

    return filled(image, mask, strength, marched(cv2.INPAINT_NS, radius))
