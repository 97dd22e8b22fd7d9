"""Correlation with the truth in the upper band: is the fine detail of the result the right detail?"""

from __future__ import annotations

import numpy as np

from ganvas.metrics.metric import Image, Metric, pair
from ganvas.metrics.power import HALF_NYQUIST, radius, spectrum_of, weights

__all__ = ["METRIC", "band_correlation"]


def band_correlation(result: Image, truth: Image) -> float:
    """Returns the correlation (-1 to 1) of the two gray images after a high-pass at half Nyquist; 0 where one is flat.

    By Parseval it is taken in the Fourier plane, of the images under the Hann window.

    Raises:
        ImageError: the shapes differ.
    """
    a, b = pair(result, truth)
    height, width = a.shape[:2]
    count = weights(width) * (radius(height, width) >= HALF_NYQUIST)
    first, second = spectrum_of(a), spectrum_of(b)
    cross = float(np.sum(count * (first * second.conj()).real))
    energy = float(np.sum(count * np.abs(first) ** 2) * np.sum(count * np.abs(second) ** 2))
    return cross / energy**0.5 if energy > 1e-12 else 0.0


METRIC = Metric(title="band correlation", digits=3, measure=band_correlation)
