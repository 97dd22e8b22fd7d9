"""Power spectra of natural images: what sharpness is made of, and how far a result is from it.

Frequencies are radii in cycles per pixel; Nyquist is 0.5 and the corners of the plane reach 0.707. The *upper band*
is everything from half Nyquist (0.25) to the corners. Spectra are taken of full-swing gray (0 to 255) under a Hann
window, without which the jump between opposite borders would fill the upper band of every image.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Complex, Float, Real

from ganvas.metrics.colour import gray

__all__ = ["HALF_NYQUIST", "density", "radial_mean", "radius", "spectrum_of", "weights"]

HALF_NYQUIST = 0.25
_RINGS_PER_CYCLE = 64


def radius(height: int, width: int) -> Float[np.ndarray, "h k"]:
    """Returns the frequency of each coefficient of ``numpy.fft.rfft2``, in cycles per pixel."""
    return np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])


def spectrum_of(image: Real[np.ndarray, "h w *c"]) -> Complex[np.ndarray, "h k"]:
    """Returns the Fourier coefficients of the windowed gray image, scaled so that white noise of variance 1 has
    mean squared magnitude 1.
    """
    plane = gray(image)
    height, width = plane.shape
    # Window without its zeros at the ends, so that no pixel is lost.
    window = np.hanning(height + 2)[1:-1, None] * np.hanning(width + 2)[None, 1:-1]
    # The windowed mean, so that what is left at frequency zero does not leak.
    centred = plane - (plane * window).sum() / window.sum()
    return np.asarray(np.fft.rfft2(centred * window) / np.sqrt((window**2).sum()))


def weights(width: int) -> Float[np.ndarray, " k"]:
    """Returns how often each column of ``rfft2`` stands in the full plane: twice but for the first and an even last."""
    counts = np.full(width // 2 + 1, 2.0)
    counts[0] = 1.0
    if width % 2 == 0:
        counts[-1] = 1.0
    return counts


def radial_mean(power: Float[np.ndarray, "h k"], width: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the frequencies of the rings of the upper band (1/64 cycle per pixel wide) and the mean power in each.

    Rings that hold no coefficient (very small images) are left out.
    """
    frequency = radius(len(power), width)
    ring = np.floor((frequency - HALF_NYQUIST) * _RINGS_PER_CYCLE).astype(np.int64)
    inside = ring >= 0
    count = np.broadcast_to(weights(width), power.shape)[inside]
    total = np.bincount(ring[inside], count * power[inside])
    number = np.bincount(ring[inside], count)
    held = number > 0
    centres = HALF_NYQUIST + (np.arange(len(number)) + 0.5) / _RINGS_PER_CYCLE
    return centres[held], total[held] / number[held]


def density(image: Real[np.ndarray, "h w *c"]) -> tuple[np.ndarray, np.ndarray]:
    """Returns the frequencies of the rings of the upper band and the image's mean power in each, in gray levels^2."""
    return radial_mean(np.abs(spectrum_of(image)) ** 2, image.shape[1])
