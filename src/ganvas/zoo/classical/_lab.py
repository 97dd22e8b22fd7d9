"""Lightness of CIE Lab, taken from a picture and put back with the colour kept, to float32 precision.

OpenCV's own conversion of float pictures goes through a coarse table, which would cost the precision of 16 bits.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

__all__ = ["lightness", "with_lightness"]

# Linear sRGB to XYZ over its white (IEC 61966-2-1), so that rows sum to one and gray has three equal values.
_RGB_TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
_RGB_TO_XYZ /= _RGB_TO_XYZ.sum(axis=1, keepdims=True)
_XYZ_TO_RGB = np.linalg.inv(_RGB_TO_XYZ)
_KNEE = 6 / 29  # CIE 15:2004, where the cube root gives way to a straight line
_ROWS = 128  # at once, so that the many steps need little memory


def lightness(image: Float[np.ndarray, "h w c"]) -> Float[np.ndarray, "h w"]:
    """Returns L of Lab over 100, in [0, 1], of sRGB or gray in [0, 1]."""

    def of(rows: np.ndarray, _: slice) -> np.ndarray:
        linear = _linear(rows)
        luminance = linear[:, :, 0] if image.shape[2] == 1 else linear @ _RGB_TO_XYZ[1].astype(np.float32)
        return np.float32(1.16) * _root(luminance) - np.float32(0.16)

    return np.clip(_by_strips(image, of, image.shape[:2]), 0, 1)


def with_lightness(
    image: Float[np.ndarray, "h w c"], old: Float[np.ndarray, "h w"], new: Float[np.ndarray, "h w"]
) -> Float[np.ndarray, "h w c"]:
    """Returns the image with lightness ``new`` in place of ``old`` and the same a and b.

    With a and b fixed, the roots of X, Y and Z all move by the same step. What leaves the gamut of sRGB lies outside
    [0, 1] and is left to the caller to clip.

    Args:
        image: sRGB or gray in [0, 1].
        old: what :func:`lightness` said of it.
        new: in [0, 1].
    """

    def of(rows: np.ndarray, where: slice) -> np.ndarray:
        step = ((new[where] - old[where]) / np.float32(1.16))[:, :, None]
        linear = _linear(rows)
        if image.shape[2] == 1:
            return _encoded(_cube(_root(linear) + step))
        xyz = _cube(_root(linear @ _RGB_TO_XYZ.T.astype(np.float32)) + step)
        return _encoded(xyz @ _XYZ_TO_RGB.T.astype(np.float32))

    return _by_strips(image, of, image.shape)


def _by_strips(
    image: np.ndarray, function: Callable[[np.ndarray, slice], np.ndarray], shape: tuple[int, ...]
) -> np.ndarray:
    result = np.empty(shape, np.float32)
    for top in range(0, len(image), _ROWS):
        where = slice(top, top + _ROWS)
        result[where] = function(image[where], where)
    return result


def _linear(rows: np.ndarray) -> np.ndarray:
    curve = ((np.maximum(rows, np.float32(0)) + np.float32(0.055)) / np.float32(1.055)) ** np.float32(2.4)
    return np.where(rows <= 0.04045, rows / np.float32(12.92), curve)


def _encoded(linear: np.ndarray) -> np.ndarray:
    curve = np.float32(1.055) * np.maximum(linear, np.float32(0)) ** np.float32(1 / 2.4) - np.float32(0.055)
    return np.where(linear <= 0.0031308, linear * np.float32(12.92), curve)


def _root(t: np.ndarray) -> np.ndarray:
    return np.where(t > _KNEE**3, np.cbrt(t), t / np.float32(3 * _KNEE**2) + np.float32(4 / 29))


def _cube(f: np.ndarray) -> np.ndarray:
    return np.where(f > _KNEE, f**3, np.float32(3 * _KNEE**2) * (f - np.float32(4 / 29)))
