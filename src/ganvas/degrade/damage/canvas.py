"""Lines and shapes with soft borders and widths of fractions of a pixel, and the paths they follow."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float

__all__ = ["Canvas", "along", "wandering"]

_FINER = 3  # samples a pixel and side
_BITS = 4  # of the fraction of a sample in OpenCV's coordinates


class Canvas:
    """How much of each pixel is covered by what was drawn.

    Args:
        shape: height and width, px.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self._fine = np.zeros((shape[0] * _FINER, shape[1] * _FINER), np.uint8)

    def line(
        self, points: Float[np.ndarray, "n 2"], widths: Float[np.ndarray, " n"], strengths: Float[np.ndarray, " n"]
    ) -> None:
        """Draws from point to point (x, y), px; widths in px; strengths from 0 (nothing is drawn) to 1."""
        places = self._places(points)
        # OpenCV draws an even thickness n as n + 1 samples, and 1 as one.
        thick = np.maximum(1, 2 * np.rint((widths * _FINER - 1) / 2)).astype(int)
        # What is thinner than a sample covers it in part.
        shade = np.rint(255 * np.clip(strengths * np.minimum(1, widths * _FINER), 0, 1)).astype(int)
        for start, end, width, value in zip(places[:-1], places[1:], thick[1:], shade[1:], strict=True):
            if value > 0:
                cv2.line(self._fine, start.tolist(), end.tolist(), int(value), int(width), cv2.LINE_8, _BITS)

    def shape(self, corners: Float[np.ndarray, "n 2"], strength: float) -> None:
        """Fills a polygon."""
        cv2.fillPoly(self._fine, [self._places(corners)], round(255 * strength), cv2.LINE_8, _BITS)

    def cover(self) -> Float[np.ndarray, "h w"]:
        """Returns the share covered of each pixel, 0 to 1."""
        height, width = self._fine.shape[0] // _FINER, self._fine.shape[1] // _FINER
        mean = cv2.resize(self._fine, (width, height), interpolation=cv2.INTER_AREA)
        return mean.astype(np.float32) / np.float32(255)

    def _places(self, points: Float[np.ndarray, "n 2"]) -> np.ndarray:
        # The middle of pixel 0 is the middle of its samples.
        return np.rint(((points + 0.5) * _FINER - 0.5) * (1 << _BITS)).astype(np.int32)


def along(rng: np.random.Generator, count: int, every: float) -> Float[np.ndarray, " n"]:
    """Returns ``count`` values of unit variance that change over about ``every`` values."""
    knots = rng.standard_normal(max(2, round(count / every) + 2))
    places = np.linspace(0, len(knots) - 1, count)
    return np.interp(places, np.arange(len(knots)), knots)


def wandering(
    rng: np.random.Generator, *, start: tuple[float, float], angle: float, length: float, bend: float, unrest: float
) -> Float[np.ndarray, "n 2"]:
    """Returns a path of points (x, y), 3 px apart.

    Args:
        rng: all chance comes from it.
        start: its first point, px.
        angle: where it sets out for, radians.
        length: in px.
        bend: how far it has turned at its end, radians.
        unrest: deviation of its direction from the bend, radians.
    """
    count = max(2, round(length / 3) + 1)
    heading = angle + bend * np.linspace(0, 1, count - 1) + unrest * along(rng, count - 1, 6)
    step = length / (count - 1)
    steps = step * np.stack([np.cos(heading), np.sin(heading)], axis=1)
    return np.concatenate([[start], start + np.cumsum(steps, axis=0)])
