"""OpenCV's two marching fills, for any number of channels and any bit depth."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Bool, Float

from ganvas.core.errors import SettingsError

__all__ = ["marched"]

# OpenCV adds up to 1.4 of its own units to every pixel Telea fills.
_UNITS = np.float32(65535)
_FARTHEST = 100
_SHORTEST = 3


def marched(
    flag: int, radius: float
) -> Callable[[Float[np.ndarray, "h w c"], Bool[np.ndarray, "h w"]], Float[np.ndarray, "h w c"]]:
    """Returns OpenCV's fill of that flag as a function of image and mask.

    Raises:
        SettingsError: the radius is not in 1 to 100.
    """
    if not 1 <= radius <= _FARTHEST:
        raise SettingsError(f"A radius of {radius:g} px is not possible: use 1 to {_FARTHEST}.")

    def fill(image: Float[np.ndarray, "h w c"], mask: Bool[np.ndarray, "h w"]) -> Float[np.ndarray, "h w c"]:
        import cv2

        height, width = mask.shape
        # OpenCV fills a picture of a single row with nonsense: rows and columns are added, as missing ones.
        beyond = ((0, max(0, _SHORTEST - height)), (0, max(0, _SHORTEST - width)))
        hole = np.pad(mask, beyond, constant_values=True).astype(np.uint8)
        planes = [np.pad(image[:, :, channel], beyond) * _UNITS for channel in range(image.shape[2])]
        return np.stack([cv2.inpaint(p, hole, radius, flag)[:height, :width] for p in planes], axis=2) / _UNITS

    return fill
