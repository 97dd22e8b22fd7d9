"""Brightness, contrast and saturation of single pixels, as a person turns them behind a model."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

__all__ = ["adjusted"]

_LUMA = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)  # ITU-R BT.709
_MIDDLE = np.float32(0.5)


def adjusted(
    rows: Float[np.ndarray, "n w c"], *, brightness: float = 0.0, contrast: float = 1.0, saturation: float = 1.0
) -> Float[np.ndarray, "n w c"]:
    """Returns the rows adjusted, float32 in [0, 1]; the very values where nothing is turned.

    Every pixel depends on itself alone, so rows may come in any number. First the tone, v^(2^-brightness), which keeps
    black and white; then the contrast about mid-gray; then the distance of colours to their own luma.

    Args:
        rows: values in [0, 1], not written to; one channel (gray, which has no saturation) or three.
        brightness: from -1 (as if squared) to 1 (as if its root were taken).
        contrast: factor from 0 (all mid-gray) up.
        saturation: factor from 0 (gray) up.
    """
    rows = np.clip(rows, 0.0, 1.0).astype(np.float32, copy=False)
    if brightness != 0:
        rows = rows ** np.float32(2.0**-brightness)
    if contrast != 1:
        rows = (rows - _MIDDLE) * np.float32(contrast) + _MIDDLE
    if saturation != 1 and rows.shape[2] == 3:
        luma = (rows @ _LUMA)[:, :, None]
        rows = (rows - luma) * np.float32(saturation) + luma
    return np.clip(rows, 0.0, 1.0)
