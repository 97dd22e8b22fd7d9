"""Structural similarity (Wang et al. 2004, https://doi.org/10.1109/TIP.2003.819861).

The default is scikit-image's definition (7 x 7 box, sample covariance); ``gaussian=True`` is the paper's (11 x 11
Gaussian of 1.5 px, population covariance), which super-resolution papers report. The two differ by about .005: state
which one a figure is.
"""

from __future__ import annotations

import numpy as np

from ganvas.core.errors import ImageError
from ganvas.metrics.metric import Image, Metric, pair

__all__ = ["METRIC", "ssim"]


def _mean(plane: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted mean over the square window, where it lies inside the plane."""
    taps = len(weights)
    rows = sum(w * plane[k : len(plane) - taps + 1 + k] for k, w in enumerate(weights))
    width = plane.shape[1] - taps + 1
    return np.asarray(sum(w * rows[:, k : width + k] for k, w in enumerate(weights)))


def _plane(a: np.ndarray, b: np.ndarray, weights: np.ndarray, unbias: float, data_range: float) -> float:
    mean_a, mean_b = _mean(a, weights), _mean(b, weights)
    variance_a = unbias * (_mean(a * a, weights) - mean_a**2)
    variance_b = unbias * (_mean(b * b, weights) - mean_b**2)
    covariance = unbias * (_mean(a * b, weights) - mean_a * mean_b)
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    luminance = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    return float(np.mean(luminance * (2 * covariance + c2) / (variance_a + variance_b + c2)))


def ssim(result: Image, truth: Image, *, data_range: float = 255.0, gaussian: bool = False) -> float:
    """Returns the mean over all places where the window lies inside the image, then over channels; 1 is equal.

    Raises:
        ImageError: the shapes differ, or a side is shorter than the window (7 px, Gaussian 11 px).
    """
    a, b = pair(result, truth)
    if gaussian:
        weights = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)
        unbias = 1.0
    else:
        weights = np.ones(7)
        unbias = 49 / 48
    if min(a.shape[:2]) < len(weights):
        raise ImageError(f"SSIM needs images of at least {len(weights)} px a side; this one is {a.shape[:2]}.")
    weights = weights / weights.sum()
    a, b = (x.reshape(*x.shape[:2], -1) for x in (a, b))
    return float(np.mean([_plane(a[..., c], b[..., c], weights, unbias, data_range) for c in range(a.shape[2])]))


METRIC = Metric(title="SSIM", digits=3, measure=ssim)
