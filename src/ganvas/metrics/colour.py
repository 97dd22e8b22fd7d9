"""The two lumas that papers measure on, and the border they leave out."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Real

from ganvas.core.errors import ImageError

__all__ = ["crop", "gray", "luma"]


def luma(image: Real[np.ndarray, "h w 3"]) -> Float[np.ndarray, "h w"]:
    """Returns BT.601 studio-swing luma, 16 to 235, of RGB on the scale 0 to 255 (MATLAB's ``rgb2ycbcr``), unrounded."""
    return 16.0 + image.astype(np.float64) @ np.array([65.481, 128.553, 24.966]) / 255.0


def gray(image: Real[np.ndarray, "h w *c"]) -> Float[np.ndarray, "h w"]:
    """Returns BT.601 full-swing luma, 0 to 255 (MATLAB's ``rgb2gray``), unrounded; an image without colour as it is."""
    if image.ndim == 2:
        return image.astype(np.float64)
    if image.shape[2] == 1:
        return image[:, :, 0].astype(np.float64)
    return image.astype(np.float64) @ np.array([0.299, 0.587, 0.114])


def crop(image: Real[np.ndarray, "h w *c"], border: int) -> Real[np.ndarray, "H W *c"]:
    """Returns the image without ``border`` px on each side.

    Raises:
        ImageError: nothing would be left.
    """
    if min(image.shape[:2]) <= 2 * border:
        raise ImageError(f"An image of {image.shape[1]} x {image.shape[0]} px has no inside of {border} px border.")
    return image[border:-border, border:-border] if border else image
