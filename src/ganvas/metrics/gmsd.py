"""Gradient magnitude similarity deviation (Xue et al. 2014, https://arxiv.org/abs/1308.3052)."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ganvas.metrics.colour import gray
from ganvas.metrics.metric import Image, Metric, pair

__all__ = ["METRIC", "gmsd"]

_T = 170.0


def _halved(plane: Float[np.ndarray, "h w"]) -> Float[np.ndarray, "H W"]:
    """Means of 2 x 2 px; an odd last row or column counts as followed by zeros, as in the authors' program."""
    height, width = plane.shape
    even = np.pad(plane, ((0, height % 2), (0, width % 2)))
    return (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4


def _gradient(plane: Float[np.ndarray, "h w"]) -> Float[np.ndarray, "h w"]:
    """Magnitude of Prewitt's gradient, zeros outside the image."""
    p = np.pad(plane, 1)
    columns = p[:-2] + p[1:-1] + p[2:]
    rows = p[:, :-2] + p[:, 1:-1] + p[:, 2:]
    return np.hypot((columns[:, 2:] - columns[:, :-2]) / 3, (rows[2:] - rows[:-2]) / 3)


def gmsd(result: Image, truth: Image) -> float:
    """Returns the standard deviation of the similarity of gradients on gray of the scale 0 to 255; 0 is equal.

    Raises:
        ImageError: the shapes differ.
    """
    a, b = pair(result, truth)
    first, second = _gradient(_halved(gray(a))), _gradient(_halved(gray(b)))
    similarity = (2 * first * second + _T) / (first**2 + second**2 + _T)
    return float(np.std(similarity, ddof=1)) if similarity.size > 1 else 0.0


METRIC = Metric(title="GMSD", better="lower", digits=4, measure=gmsd)
