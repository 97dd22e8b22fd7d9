"""Peak signal-to-noise ratio."""

from __future__ import annotations

import math

import numpy as np

from ganvas.metrics.metric import Image, Metric, pair

__all__ = ["METRIC", "psnr"]


def psnr(result: Image, truth: Image, *, data_range: float = 255.0) -> float:
    """Returns 10 log10(range^2 / mean squared error) in dB over all channels; infinite where the two are equal.

    Raises:
        ImageError: the shapes differ.
    """
    a, b = pair(result, truth)
    error = float(np.mean((a - b) ** 2))
    return math.inf if error == 0 else 10.0 * math.log10(data_range**2 / error)


METRIC = Metric(title="PSNR", unit="dB", digits=2, measure=psnr)
