"""Masks in pictures and arrays: white is missing.

A level counts from 128 of 255 on, and in proportion at other depths. Colours count by their luma; what is transparent
in a mask is not missing. Profiles and gammas are left aside, as they say how a level looks and not what it means.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from ganvas.core.errors import ImageError
from ganvas.io.picture import Picture

__all__ = ["levels_of", "missing_in"]

_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
_MIDDLING = (0.1, 0.9)  # levels that are neither black nor white
_CHUNK_PIXELS = 1 << 22
_FULL = {np.dtype(np.uint8): 255.0, np.dtype(np.uint16): 65535.0, np.dtype(bool): 1.0}


def missing_in(picture: Picture) -> tuple[Bool[np.ndarray, "h w"], float]:
    """Returns where the opened mask is white, upright, and the share of its pixels that are neither black nor white.

    Raises:
        ImageError: the file is truncated or damaged.
    """
    mask, middling = np.empty((picture.info.height, picture.info.width), bool), 0
    step = max(1, _CHUNK_PIXELS // mask.shape[1])
    for y in range(0, len(mask), step):
        stop = min(y + step, len(mask))
        rows = picture.stored_rows(y, stop)
        # Floats and wide integers are read by their range.
        levels = levels_of(rows if rows.dtype in _FULL else picture.colour.read(y, stop))
        mask[y:stop] = levels >= 0.5
        middling += int(((levels > _MIDDLING[0]) & (levels < _MIDDLING[1])).sum())
    return mask, middling / mask.size


def levels_of(values: np.ndarray) -> Float[np.ndarray, "h w"]:
    """Returns the levels of a mask, 0 to 1: of an array (h, w), or (h, w, 1 to 4) with alpha in the second or fourth.

    Raises:
        ImageError: the array is no mask.
    """
    planes = values[:, :, None] if values.ndim == 2 else values
    full = _FULL.get(values.dtype, 1.0 if values.dtype.kind == "f" else 0.0)
    if planes.ndim != 3 or planes.shape[2] not in (1, 2, 3, 4) or not full:
        raise ImageError(
            f"A mask of shape {values.shape} in {values.dtype} is not possible: give (h, w) in bool, uint8, uint16, or "
            "float in [0, 1]."
        )
    levels = np.zeros(planes.shape[:2], np.float32)
    for channel, share in enumerate(_LUMA if planes.shape[2] > 2 else (1.0,)):
        levels += planes[:, :, channel] * np.float32(share / full)
    if planes.shape[2] in (2, 4):
        levels *= planes[:, :, -1] * np.float32(1 / full)
    return levels
