"""What all methods that fill holes share: the check of the mask, and the composite that leaves known pixels alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Bool, Float

from ganvas.core.errors import ImageError
from ganvas.zoo.classical._dial import check_strength

__all__ = ["filled"]


def filled(
    image: Float[np.ndarray, "h w c"],
    mask: Bool[np.ndarray, "h w"],
    strength: float,
    fill: Callable[[Float[np.ndarray, "h w c"], Bool[np.ndarray, "h w"]], Float[np.ndarray, "h w c"]],
) -> Float[np.ndarray, "h w c"]:
    """Returns the image with its hole filled, float32: known pixels are those of the image bit for bit.

    Args:
        image: values in [0, 1]; what it shows in the hole is not looked at.
        mask: True where a pixel is missing; where nothing is, the image comes back as it is.
        strength: share of the fill in the hole, from 0 (the image) to 1.
        fill: returns the picture whose hole is taken, given the image with a black hole, and the mask.

    Raises:
        SettingsError: the strength is not in 0 to 1.
        ImageError: the mask is of another size, or nothing is known.
    """
    check_strength(strength)
    if mask.shape != image.shape[:2]:
        raise ImageError(
            f"The mask is {' x '.join(map(str, mask.shape[::-1]))} px and the image {image.shape[1]} x "
            f"{image.shape[0]}: give a mask of the image's size."
        )
    result = image.astype(np.float32)
    if strength == 0 or not mask.any():
        return result
    if mask.all():
        raise ImageError("The whole image is missing, so nothing is left to fill it from: check the mask or invert it.")
    known = result.copy()
    known[mask] = 0
    inside = np.clip(fill(known, mask)[mask], 0, 1)
    result[mask] = inside if strength == 1 else strength * inside + (1 - strength) * result[mask]
    return result
