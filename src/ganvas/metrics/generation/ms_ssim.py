"""Multi-scale structural similarity (Wang et al. 2003, https://doi.org/10.1109/ACSSC.2003.1292216), and diversity of
generated images by it (Odena et al. 2017, https://arxiv.org/abs/1610.09585, section 4.2).

Departures: where an image is too small for all five scales, the first that fit are used and their exponents scaled to
the same sum, which the note of the score says; a negative contrast term counts as 0 (its power is not real).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Real

from ganvas.core.errors import ImageError, SettingsError
from ganvas.metrics.generation.score import Score, generator

__all__ = ["EXPONENTS", "ms_ssim", "ms_ssim_diversity", "scales_for"]

EXPONENTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
_WINDOW = 11
_BLOCK_NUMBERS = 4_000_000

# (n, h, w, c). Any shape: unequal ones must meet the error below, not a complaint about types.
Images = Real[np.ndarray, "..."]


def scales_for(height: int, width: int) -> int:
    """Returns how many of the five scales an image has room for: its side, halved each time, must hold the window.

    Raises:
        ImageError: not even one.
    """
    side, count = min(height, width), 0
    while count < len(EXPONENTS) and side >= _WINDOW:
        side, count = side // 2, count + 1
    if not count:
        raise ImageError(f"MS-SSIM needs images of at least {_WINDOW} px a side; these are {width} x {height}.")
    return count


def _mean(planes: np.ndarray, weights: Float[np.ndarray, " k"]) -> np.ndarray:
    """Weighted mean over the window along both axes, where it lies inside the image."""
    height, width = planes.shape[1] - len(weights) + 1, planes.shape[2] - len(weights) + 1
    rows = sum(w * planes[:, k : height + k] for k, w in enumerate(weights))
    return np.asarray(sum(w * rows[:, :, k : width + k] for k, w in enumerate(weights)))


def _terms(a: np.ndarray, b: np.ndarray, data_range: float) -> tuple[np.ndarray, np.ndarray]:
    """Means over the image of SSIM and of its contrast and structure term, shape (n, c)."""
    weights = np.exp(-0.5 * (np.arange(-(_WINDOW // 2), _WINDOW // 2 + 1) / 1.5) ** 2)
    weights = weights / weights.sum()
    mean_a, mean_b = _mean(a, weights), _mean(b, weights)
    variances = _mean(a * a, weights) - mean_a**2 + _mean(b * b, weights) - mean_b**2
    covariance = _mean(a * b, weights) - mean_a * mean_b
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    structure = (2 * covariance + c2) / (variances + c2)
    luminance = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    return (luminance * structure).mean(axis=(1, 2)), structure.mean(axis=(1, 2))


def _halved(planes: np.ndarray) -> np.ndarray:
    """Means of 2 x 2 px; an odd last row or column is left out."""
    height, width = planes.shape[1] // 2 * 2, planes.shape[2] // 2 * 2
    even = planes[:, :height, :width]
    return (even[:, ::2, ::2] + even[:, 1::2, ::2] + even[:, ::2, 1::2] + even[:, 1::2, 1::2]) / 4


def ms_ssim(
    first: Images, second: Images, *, scales: int | None = None, data_range: float = 255.0
) -> Float[np.ndarray, " n"]:
    """Returns the similarity of each pair of images, mean of the channels; 1 is equal.

    Args:
        first, second: images of the same shape, values from 0 to ``data_range``.
        scales: how many, the finest first; as many as fit when left out. One scale is SSIM with the Gaussian window.
        data_range: largest value.

    Raises:
        ImageError: the shapes differ, or the images have no room for so many scales.
        SettingsError: no scale, or more than five.
    """
    if first.shape != second.shape:
        raise ImageError(f"Images of shapes {first.shape} and {second.shape} cannot be compared: give pairs.")
    room = scales_for(first.shape[1], first.shape[2])
    count = room if scales is None else scales
    if not 1 <= count <= len(EXPONENTS):
        raise SettingsError(f"MS-SSIM has 1 to {len(EXPONENTS)} scales, not {count}.")
    if count > room:
        raise ImageError(f"Images of {first.shape[2]} x {first.shape[1]} px have room for {room} scales, not {count}.")
    a, b = first.astype(np.float64), second.astype(np.float64)
    exponents = np.array(EXPONENTS[:count]) / sum(EXPONENTS[:count])
    similarity = np.ones((len(a), a.shape[3]))
    for number, exponent in enumerate(exponents):
        whole, structure = _terms(a, b, data_range)
        last = number == count - 1
        similarity = similarity * np.maximum(whole if last else structure, 0) ** exponent
        if not last:
            a, b = _halved(a), _halved(b)
    return similarity.mean(axis=1)


def ms_ssim_diversity(images: Images, *, pairs: int = 1000, seed: int = 0) -> Score:
    """Returns the mean MS-SSIM of random pairs of different images, and its spread over pairs; less is more diverse.

    Give the images of one class: between classes all images differ. 8-bit values, 0 to 255.

    Raises:
        ImageError: the images are smaller than the window of 11 px.
        SettingsError: fewer than two images, or no pairs.
    """
    if len(images) < 2 or pairs < 1:
        raise SettingsError("MS-SSIM diversity needs at least two images and one pair.")
    rng = generator(seed)
    first = rng.integers(len(images), size=pairs)
    second = (first + rng.integers(1, len(images), size=pairs)) % len(images)  # never the image itself
    step = max(1, _BLOCK_NUMBERS // images[0].size)
    found = np.concatenate(
        [ms_ssim(images[first[i : i + step]], images[second[i : i + step]]) for i in range(0, pairs, step)]
    )
    count = scales_for(images.shape[1], images.shape[2])
    note = "" if count == len(EXPONENTS) else f"{count} of {len(EXPONENTS)} scales fit {images.shape[2]} px"
    return Score(float(found.mean()), spread=float(found.std()), note=note)
