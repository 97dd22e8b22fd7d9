"""Blur: how steep the steepest edges are for their contrast, and how fast the spectrum falls."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from jaxtyping import Float

__all__ = ["blur"]

_WINDOW_PX = 15
_WELCH_PX = 64
_RINGS = (0.03, 0.06, 0.1, 0.15, 0.2, 0.26, 0.32, 0.4, 0.5)  # cycles per pixel
_SECTORS = 8
_FLOOR = 1e-9


def blur(image: Float[np.ndarray, "h w c"]) -> dict[str, float]:
    """Returns the measures of blur of an image in [0, 1], at least 64 px a side.

    - ``blur``: width in px of the sharpest edges with contrast: contrast over slope, in the direction where it is
      worst (after Marziliano et al. 2002, https://doi.org/10.1109/ICIP.2002.1038902); 1 to 15;
    - ``blur_best``, ``blur_half``, ``blur_half_best``: the same in the best direction, and at half the size, where
      noise counts less; ``blur_middle``: of the middle one of these edges, not the sharpest;
    - ``blur_ring_1`` ... ``blur_ring_7``: natural logarithm of the mean spectral power in rings of rising frequency,
      over that of the lowest ring (windows of 64 px, Welch 1967);
    - ``blur_ray_low``, ``blur_ray_high``: the weakest of eight directions against their mean, at middle and at high
      frequencies: camera shake leaves some directions sharp;
    - ``blur_tail``: logarithm of the kurtosis of the gradients: blur makes it smaller.
    """
    luma = np.ascontiguousarray(image.mean(axis=2))
    half = cv2.resize(luma, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    full_widths, half_widths = _widths(luma), _widths(half)
    told = {
        "blur": float(full_widths[:, 1].max()),
        "blur_best": float(full_widths[:, 1].min()),
        "blur_middle": float(full_widths[:, 0].max()),
        "blur_half": float(half_widths[:, 1].max()),
        "blur_half_best": float(half_widths[:, 1].min()),
    }
    rings, low, high = _spectrum(luma)
    told |= {f"blur_ring_{i}": value for i, value in enumerate(rings, 1)}
    gradient = np.diff(half, axis=1)[:-1] + np.diff(half, axis=0)[:, :-1]
    variance = float((gradient**2).mean()) + _FLOOR
    told |= {"blur_ray_low": low, "blur_ray_high": high}
    return told | {"blur_tail": float(np.log(float((gradient**4).mean()) / variance**2 + 1))}


def _widths(luma: Float[np.ndarray, "h w"]) -> Float[np.ndarray, "4 2"]:
    """Edge widths in four directions: the middle one and the tenth sharpest of a hundred windows with contrast."""
    box = np.ones((_WINDOW_PX, _WINDOW_PX), np.uint8)
    contrast = cv2.dilate(luma, box) - cv2.erode(luma, box)
    chosen = contrast >= max(float(np.quantile(contrast, 0.85)), 0.02)
    if not chosen.any():
        return np.full((4, 2), float(_WINDOW_PX))
    widths = []
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
        moved = np.roll(luma, (dy, dx), axis=(0, 1))
        slope = np.abs(luma - moved) / np.float32(np.hypot(dy, dx))
        slope[:1], slope[:, :1], slope[:, -1:] = 0, 0, 0  # what came round the border
        ratio = cv2.dilate(slope, box)[chosen] / contrast[chosen]
        widths.append(1 / np.maximum(np.quantile(ratio, [0.5, 0.9]), 1 / _WINDOW_PX))
    return np.array(widths)


def _spectrum(luma: Float[np.ndarray, "h w"]) -> tuple[list[float], float, float]:
    side, hop = _WELCH_PX, _WELCH_PX // 2
    windows = np.lib.stride_tricks.sliding_window_view(luma, (side, side))[::hop, ::hop].reshape(-1, side, side)
    taper = np.hanning(side + 2)[1:-1].astype(np.float32)
    level = windows.mean(axis=(1, 2), keepdims=True)
    power = (np.abs(np.fft.rfft2((windows - level) * np.outer(taper, taper))) ** 2).mean(axis=0)
    y, x = np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None]
    radius, angle = np.hypot(y, x), np.arctan2(y, x) % np.pi
    rings = [float(np.log(power[(radius >= a) & (radius < b)].mean() + _FLOOR)) for a, b in pairwise(_RINGS)]
    sector = np.minimum((angle / np.pi * _SECTORS).astype(int), _SECTORS - 1)

    def weakest(low: float, high: float) -> float:
        ring = (radius >= low) & (radius < high)
        rays = [np.log(power[ring & (sector == i)].mean() + _FLOOR) for i in range(_SECTORS)]
        return float(min(rays) - sum(rays) / len(rays))

    return [ring - rings[0] for ring in rings[1:]], weakest(0.08, 0.2), weakest(0.2, 0.45)
