"""How many colours a picture has: none where they follow from lightness alone, as in a gray or toned print."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float

__all__ = ["COLOURLESS", "colours"]

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_SMALL_PX = 256
_DEGREE = 3  # of the curves that a toning follows from black to white
# From here on a picture has colours of its own. Of 200 training photos, black and white, toned, faded unevenly, grainy
# and compressed, none lies above; of the same in colour three in ten lie below: those of few or pale colours.
COLOURLESS = 0.035


def colours(image: Float[np.ndarray, "h w c"]) -> float:
    """Returns the deviation of red and blue from what lightness alone would make them, 0 to 1; 0 for one channel.

    Args:
        image: values in [0, 1], one or three channels.
    """
    if image.shape[2] == 1:
        return 0.0
    height, width = image.shape[:2]
    factor = min(1.0, _SMALL_PX / max(height, width))
    size = max(1, round(width * factor)), max(1, round(height * factor))
    small = cv2.resize(np.ascontiguousarray(image, dtype=np.float32), size, interpolation=cv2.INTER_AREA).reshape(-1, 3)
    luma = small @ _LUMA
    curves = np.stack([luma**power for power in range(_DEGREE + 1)], axis=1)
    apart = small[:, ::2] - luma[:, None]
    rest = apart - curves @ np.linalg.lstsq(curves, apart, rcond=None)[0]
    return float(np.sqrt(np.mean(np.square(rest))))
