"""Light: where the tones of a picture lie."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float

__all__ = ["light"]


def light(image: Float[np.ndarray, "h w c"]) -> dict[str, float]:
    """Returns the measures of darkness of an image in [0, 1]; single noisy pixels do not count (a box of 7 px).

    - ``light``: mean luma, per cent;
    - ``light_1``, ``light_10``, ``light_50``, ``light_90``, ``light_99``: its percentiles, per cent.
    """
    luma = cv2.blur(np.ascontiguousarray(image.mean(axis=2)), (7, 7))
    levels = np.quantile(luma, [0.01, 0.1, 0.5, 0.9, 0.99])
    told = {"light": 100 * float(luma.mean())}
    names = ("light_1", "light_10", "light_50", "light_90", "light_99")
    return told | {name: 100 * float(level) for name, level in zip(names, levels, strict=True)}
