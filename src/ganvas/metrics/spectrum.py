"""Distance of spectra in the upper band: does the result hold as much fine detail as the truth, right or wrong?"""

from __future__ import annotations

import numpy as np

from ganvas.metrics.metric import Image, Metric, pair
from ganvas.metrics.power import density

__all__ = ["METRIC", "spectrum_distance"]

# Rounding to 8 bits alone is noise of variance 1/12 per channel: below that a spectrum says nothing.
_FLOOR = 1 / 12


def spectrum_distance(result: Image, truth: Image) -> float:
    """Returns the root mean square difference, in dB, of the radially averaged power from half Nyquist to the corners.

    A smooth result is many dB below the truth; noise of the right colour is at 0, so read it beside the band
    correlation, which such noise lowers.

    Raises:
        ImageError: the shapes differ.
    """
    a, b = pair(result, truth)
    first, second = (np.maximum(density(x)[1], _FLOOR) for x in (a, b))
    if not first.size:  # one pixel has no upper band
        return 0.0
    return float(np.sqrt(np.mean((10 * np.log10(first / second)) ** 2)))


METRIC = Metric(title="spectrum distance", unit="dB", better="lower", digits=2, measure=spectrum_distance)
