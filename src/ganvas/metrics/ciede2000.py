"""Colour difference CIEDE2000 (Sharma, Wu and Dalal 2005, https://doi.org/10.1002/col.20070), all weights one."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ganvas.metrics.metric import Image, Metric, pair

__all__ = ["METRIC", "ciede2000", "difference", "lab"]

# IEC 61966-2-1 (sRGB) to XYZ; white is D65 of the 2 degree observer.
_TO_XYZ = np.array(
    [[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]], np.float64
)
_WHITE = np.array([0.95047, 1.0, 1.08883])
_25_TO_7 = 25.0**7


def lab(image: Image) -> Float[np.ndarray, "h w 3"]:
    """Returns CIELAB of sRGB on the scale 0 to 255 under D65; an image without colour counts as gray RGB."""
    rgb = image.reshape(*image.shape[:2], -1).astype(np.float64) / 255
    linear = np.where(rgb > 0.04045, ((np.maximum(rgb, 0) + 0.055) / 1.055) ** 2.4, rgb / 12.92)
    xyz = np.broadcast_to(linear, (*image.shape[:2], 3)) @ _TO_XYZ.T / _WHITE
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def difference(first: Float[np.ndarray, "*n 3"], second: Float[np.ndarray, "*n 3"]) -> Float[np.ndarray, "*n"]:
    """Returns the CIEDE2000 difference of CIELAB colours (equations 2 to 22 of the paper, k_L = k_C = k_H = 1)."""
    (l1, a1, b1), (l2, a2, b2) = (np.moveaxis(colours, -1, 0) for colours in (first, second))
    mean_chroma = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(mean_chroma**7 / (mean_chroma**7 + _25_TO_7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, a)) % 360 for b, a in ((b1, a1), (b2, a2)))
    coloured = c1 * c2 > 0  # hue has no meaning without chroma

    turn = h2 - h1
    turn = np.where(np.abs(turn) > 180, turn - 360 * np.sign(turn), turn) * coloured
    delta_l, delta_c = l2 - l1, c2 - c1
    delta_h = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn) / 2)

    level, chroma, total = (l1 + l2) / 2, (c1 + c2) / 2, h1 + h2
    apart = np.abs(h1 - h2) > 180
    hue = np.where(coloured, np.where(apart, total + np.where(total < 360, 360, -360), total) / 2, total)
    t = (
        1
        - 0.17 * np.cos(np.radians(hue - 30))
        + 0.24 * np.cos(np.radians(2 * hue))
        + 0.32 * np.cos(np.radians(3 * hue + 6))
        - 0.20 * np.cos(np.radians(4 * hue - 63))
    )
    s_l = 1 + 0.015 * (level - 50) ** 2 / np.sqrt(20 + (level - 50) ** 2)
    s_c, s_h = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    r_c = 2 * np.sqrt(chroma**7 / (chroma**7 + _25_TO_7))
    r_t = -np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2)))) * r_c
    l_term, c_term, h_term = delta_l / s_l, delta_c / s_c, delta_h / s_h
    squared = l_term**2 + c_term**2 + h_term**2 + r_t * c_term * h_term
    # Rounding may leave a sum a hair below zero.
    return np.sqrt(np.maximum(squared, 0))


def ciede2000(result: Image, truth: Image) -> float:
    """Returns the mean difference over the pixels of sRGB images; 0 is equal, 1 is about just noticeable.

    Raises:
        ImageError: the shapes differ.
    """
    a, b = pair(result, truth)
    return float(difference(lab(a), lab(b)).mean())


METRIC = Metric(title="CIEDE2000", better="lower", digits=2, measure=ciede2000)
