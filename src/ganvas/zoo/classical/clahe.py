"""Contrast-limited adaptive histogram equalisation (Zuiderveld 1994) of the lightness, with the colour kept."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.zoo.classical._dial import check_strength, mixed
from ganvas.zoo.classical._lab import lightness, with_lightness

__all__ = ["CARD", "apply", "equalised"]

CARD = Card(
    title="CLAHE: histogram equalisation in 8 x 8 regions, with a limit on the contrast",
    task="enhance",
    paper="Zuiderveld 1994, Graphics Gems IV, pages 474-485",
    range=(0.0, 1.0),
    # The regions are shares of the whole picture.
    tiling="never",
)
_REGIONS = 8
_BINS = 256
_ROWS = 128  # at once, so that the coordinates need little memory


def apply(
    image: Float[np.ndarray, "h w c"], *, strength: float = 1.0, limit: float = 2.0
) -> Float[np.ndarray, "h w c"]:
    """Returns the image with its lightness equalised region by region, float32 in [0, 1].

    Args:
        image: one or three channels in [0, 1].
        strength: share of the result in the mix with the image; 0 returns the image.
        limit: slope at which a region's curve is cut (OpenCV's clipLimit), 1 or more; what is cut off lifts it again.

    Raises:
        SettingsError: the strength is not in 0 to 1, or the limit is below 1.
    """
    check_strength(strength)
    if not 1 <= limit < float("inf"):
        raise SettingsError(f"A contrast limit of {limit:g} is not possible: use 1 (the least) or more, such as 2.")
    image = image.astype(np.float32, copy=False)
    old = lightness(image)
    return mixed(image, with_lightness(image, old, equalised(old, limit=limit)), strength)


def equalised(plane: Float[np.ndarray, "h w"], *, limit: float) -> Float[np.ndarray, "h w"]:
    """Returns the plane through the curves of its regions, float32 in [0, 1].

    A curve is known at 256 values, and pixels lie between four regions and two values: all are mixed linearly, so
    fine gradations stay. OpenCV's own for 16 bits spreads its limit over 65,536 bins, where it no longer bites.

    Args:
        plane: values in [0, 1].
        limit: highest share of a bin, times the number of bins; what is above goes to all bins alike.
    """
    from scipy.ndimage import map_coordinates

    height, width = plane.shape
    rows, columns = min(_REGIONS, height), min(_REGIONS, width)
    tops, lefts = (np.arange(n + 1) * length // n for n, length in ((rows, height), (columns, width)))
    curves = np.empty((rows, columns, _BINS), np.float32)
    for i in range(rows):
        for j in range(columns):
            curves[i, j] = _curve(plane[tops[i] : tops[i + 1], lefts[j] : lefts[j + 1]], limit)
    down, across = ((np.arange(length) + 0.5) * n / length - 0.5 for n, length in ((rows, height), (columns, width)))
    result = np.empty((height, width), np.float32)
    for top in range(0, height, _ROWS):
        part = plane[top : top + _ROWS]
        where = [np.broadcast_to(down[top : top + _ROWS, None], part.shape), np.broadcast_to(across, part.shape)]
        map_coordinates(curves, [*where, part * (_BINS - 1)], output=result[top : top + _ROWS], order=1, mode="nearest")
    return result


def _curve(region: np.ndarray, limit: float) -> np.ndarray:
    levels = np.rint(region * (_BINS - 1)).astype(np.uint8)
    share = np.bincount(levels.ravel(), minlength=_BINS) / region.size
    kept = np.minimum(share, limit / _BINS)
    return np.cumsum(kept + (1 - kept.sum()) / _BINS)
