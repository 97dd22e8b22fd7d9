"""The cheat that a sharp model has to beat: a smooth result plus noise of the truth's own spectrum."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ganvas.metrics.metric import Image, pair
from ganvas.metrics.power import HALF_NYQUIST, density, radius

__all__ = ["noise_shaped"]


def noise_shaped(image: Image, truth: Image, rng: np.random.Generator) -> Float[np.ndarray, "..."]:
    """Returns ``image`` plus Gaussian noise that fills its power, ring by ring, up to the truth's in the upper band.

    The noise is the same in all channels (it is luma noise), knows the truth's spectrum exactly and nothing else of
    it, and leaves frequencies below half Nyquist alone. Scale 0 to 255, neither rounded nor clipped.

    Raises:
        ImageError: the shapes differ.
    """
    a, b = pair(image, truth)
    height, width = a.shape[:2]
    rings, have = density(a)
    missing = np.sqrt(np.maximum(density(b)[1] - have, 0))
    if not rings.size:  # one pixel has no upper band
        return a
    frequency = radius(height, width)
    gain = np.where(frequency >= HALF_NYQUIST, np.interp(frequency, rings, missing), 0.0)
    white = np.fft.rfft2(rng.standard_normal((height, width)))
    noise = np.fft.irfft2(white * gain, s=(height, width))
    return np.asarray(a + (noise if a.ndim == 2 else noise[:, :, None]))
