"""Haze: a veil that lifts the darkest tones, washes colours out and flattens what is far (He et al. 2009)."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float

__all__ = ["haze"]

_PATCH_PX = 15
_WIDE_PX = 61
_BLOCK_PX = 16
_FLOOR = 1e-3


def haze(image: Float[np.ndarray, "h w c"]) -> dict[str, float]:
    """Returns the measures of haze of an image in [0, 1], at least 32 px a side; noise is averaged away first.

    - ``haze``: middle of the dark channel (the darkest tone of any colour within 15 px; He et al. 2009,
      https://doi.org/10.1109/CVPR.2009.5206515) over the brightest tone, per cent: near 0 on clear photos;
    - ``haze_1``, ``haze_10``, ``haze_90``: its percentiles;
    - ``haze_wide_10``, ``haze_wide_50``, ``haze_wide_90``: those of the darkest tone within 61 px, where nearly every
      clear photo has a shadow or a pure colour;
    - ``haze_colour_10``, ``haze_colour_50``, ``haze_colour_90``: percentiles of the saturation, per cent;
    - ``haze_contrast_10``, ``haze_contrast_50``, ``haze_contrast_90``: natural logarithms of the percentiles of the
      contrast (deviation over mean) of blocks of 16 px;
    - ``haze_veil``: correlation of the dark channel with that contrast: far is both bright and flat;
    - ``haze_fade``: mean brightness minus saturation (Zhu et al. 2015), per cent;
    - ``haze_gray``: saturation of the brightest part of the dark channel, the air itself, per cent;
    - ``haze_air``: brightness of that part over the brightest tone, per cent.
    """
    smooth = cv2.blur(image, (5, 5)).reshape(image.shape)
    lowest, highest = smooth.min(axis=2), smooth.max(axis=2)
    top = float(np.quantile(highest, 0.99)) + _FLOOR
    dark = cv2.erode(lowest, np.ones((_PATCH_PX, _PATCH_PX), np.uint8)) / top
    colour = (highest - lowest) / (highest + np.float32(0.02))
    luma = smooth.mean(axis=2)
    mean, square = (_means(plane) for plane in (luma, luma**2))
    contrast = np.sqrt(np.maximum(square - mean**2, 0)) / (mean + 0.02)
    dark_levels = np.quantile(dark, [0.01, 0.1, 0.5, 0.9])
    told = dict(zip(("haze_1", "haze_10", "haze", "haze_90"), (100 * float(v) for v in dark_levels), strict=True))
    for percent, value in zip((10, 50, 90), np.quantile(colour, [0.1, 0.5, 0.9]), strict=True):
        told[f"haze_colour_{percent}"] = 100 * float(value)
    wide = cv2.erode(lowest, np.ones((_WIDE_PX, _WIDE_PX), np.uint8)) / top
    for percent, value in zip((10, 50, 90), np.quantile(wide, [0.1, 0.5, 0.9]), strict=True):
        told[f"haze_wide_{percent}"] = 100 * float(value)
    for percent, value in zip((10, 50, 90), np.quantile(contrast, [0.1, 0.5, 0.9]), strict=True):
        told[f"haze_contrast_{percent}"] = float(np.log(value + 0.003))
    far = dark >= np.quantile(dark, 0.99)
    return told | {
        "haze_veil": _correlation(_means(dark), np.log(contrast + 0.01)),
        "haze_fade": 100 * float((highest / top - colour).mean()),
        "haze_gray": 100 * float(colour[far].mean()),
        "haze_air": 100 * float(luma[far].mean()) / top,
    }


def _means(plane: Float[np.ndarray, "h w"]) -> Float[np.ndarray, "rows columns"]:
    height, width = (side // _BLOCK_PX * _BLOCK_PX for side in plane.shape)
    tiles = plane[:height, :width].reshape(height // _BLOCK_PX, _BLOCK_PX, width // _BLOCK_PX, _BLOCK_PX)
    return tiles.mean(axis=(1, 3))


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    a, b = first - first.mean(), second - second.mean()
    return float((a * b).sum() / (np.sqrt(float((a**2).sum()) * float((b**2).sum())) + 1e-9))
