"""The dial that all methods without a noise level share: how much of the result is mixed into the image."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ganvas.core.errors import SettingsError

__all__ = ["check_strength", "mixed"]


def check_strength(strength: float) -> None:
    """Lets a strength from 0 to 1 pass.

    Raises:
        SettingsError: it is outside, or not a number.
    """
    if not 0 <= strength <= 1:
        raise SettingsError(
            f"A strength of {strength:g} is not possible: use 0 (the image) to 1 (the method's result)."
        )


def mixed(
    image: Float[np.ndarray, "h w c"], result: Float[np.ndarray, "h w c"], strength: float
) -> Float[np.ndarray, "h w c"]:
    """Returns ``strength`` of the result and the rest of the image, float32 in [0, 1]; 0 gives the image bit for bit.

    Every pixel moves in a straight line, so the change grows with the strength. ``result`` is written to: a second
    picture of many megapixels is spared.
    """
    if strength == 0:
        return image.copy()
    result = np.clip(result, 0, 1, out=result)
    if strength < 1:
        result -= image
        result *= np.float32(strength)
        result += image
        # The sum may round to a hair outside.
        np.clip(result, 0, 1, out=result)
    return result
