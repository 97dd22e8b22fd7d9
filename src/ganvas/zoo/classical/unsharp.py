"""Unsharp masking: what a blur takes away is added once more."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.zoo.classical._dial import check_strength, mixed
from ganvas.zoo.classical._kernel import SIGMA_PX

__all__ = ["CARD", "apply"]

CARD = Card(
    title="Unsharp masking: steeper edges",
    task="deblur",
    paper="Polesel et al. 2000, https://doi.org/10.1109/83.826787",
    range=(0.0, 1.0),
    # Three sigma of the default blur.
    tiling=4,
)


def apply(
    image: Float[np.ndarray, "h w c"], *, strength: float = 1.0, amount: float = 0.5, sigma: float = SIGMA_PX
) -> Float[np.ndarray, "h w c"]:
    """Returns image + amount * (image - Gaussian(image)), float32 clipped to [0, 1]; mirrored at the border.

    Args:
        image: values in [0, 1].
        strength: share of the result in the mix with the image; 0 returns the image.
        amount: of the detail that is added, 0 or more; 1 doubles it.
        sigma: of the Gaussian, px.

    Raises:
        SettingsError: the strength is not in 0 to 1, the amount is negative, or sigma is not above 0.
    """
    import cv2

    check_strength(strength)
    if not 0 <= amount < float("inf"):
        raise SettingsError(f"An amount of {amount:g} is not possible: use 0 (none) or more, such as 0.5.")
    if not 0 < sigma < float("inf"):
        raise SettingsError(f"A blur of sigma = {sigma:g} px is not possible: use a number above 0, such as 1.2.")
    image = image.astype(np.float32, copy=False)
    side = 2 * int(np.ceil(3 * sigma)) + 1
    # OpenCV drops the axis of a single channel.
    result = cv2.GaussianBlur(image, (side, side), sigma, borderType=cv2.BORDER_REFLECT_101).reshape(image.shape)
    result *= np.float32(-amount)
    result += np.float32(1 + amount) * image
    return mixed(image, result, strength)
