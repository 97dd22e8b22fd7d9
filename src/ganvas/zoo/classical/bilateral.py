"""Bilateral filter: a mean over the pixels that are near in place and in colour."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.zoo.classical._dial import check_strength, mixed
from ganvas.zoo.classical._noise import noise_level

__all__ = ["CARD", "apply"]

CARD = Card(
    title="Bilateral filter: averages what is near in place and in colour",
    task="denoise",
    paper="Tomasi and Manduchi 1998, https://doi.org/10.1109/ICCV.1998.710815",
    range=(0.0, 1.0),
    # The noise level is one number of the whole picture.
    tiling="never",
)
_REACH_SIGMAS = 2.5
# Colours that differ by this many times the noise level count as one; best on photos with noise of 10, 25 and 50 / 255.
# OpenCV adds the differences of the channels up.
_COLOUR_PER_NOISE = {1: 3.0, 3: 5.0}
_INVISIBLE = 1 / 255


def apply(
    image: Float[np.ndarray, "h w c"],
    *,
    strength: float = 1.0,
    sigma_colour: float | None = None,
    sigma_px: float = 2.0,
) -> Float[np.ndarray, "h w c"]:
    """Returns the denoised image, float32 of any bit depth; the image itself where the noise is below 1/255.

    Args:
        image: one or three channels in [0, 1].
        strength: share of the result in the mix with the image; 0 returns the image.
        sigma_colour: how far colours may differ that are averaged: standard deviation of the sum of the channels'
            differences; from the noise level when left out.
        sigma_px: the same for places, px.

    Raises:
        SettingsError: the strength is not in 0 to 1, or a sigma is not above 0.
    """
    import cv2

    check_strength(strength)
    if not (0 < sigma_px < float("inf") and (sigma_colour is None or 0 < sigma_colour < float("inf"))):
        raise SettingsError("A bilateral filter needs sigmas above 0: leave them out for the defaults.")
    image = np.ascontiguousarray(image, dtype=np.float32)
    if sigma_colour is None:
        noise = noise_level(image)
        if noise < _INVISIBLE:
            return image.copy()
        sigma_colour = _COLOUR_PER_NOISE[image.shape[2]] * noise
    side = 2 * int(np.ceil(_REACH_SIGMAS * sigma_px)) + 1
    # OpenCV drops the axis of a single channel.
    result = cv2.bilateralFilter(image, side, sigma_colour, sigma_px).reshape(image.shape)
    return mixed(image, result, strength)
