"""Band correlation against a plain correlation of high-passed images."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from ganvas.metrics.band_correlation import band_correlation

TRUTH = data.camera()[100:228, 200:329].astype(float)
NOISE = np.random.default_rng(0).normal(0, 10, TRUTH.shape)


def test_equal_opposite_and_unrelated() -> None:
    assert band_correlation(TRUTH, TRUTH) == pytest.approx(1)
    assert band_correlation(255 - TRUTH, TRUTH) == pytest.approx(-1)
    assert abs(band_correlation(128 + NOISE, TRUTH)) < 0.05


def test_only_the_upper_band_counts() -> None:
    x = np.arange(TRUTH.shape[1])[None]
    below = 30 * np.sin(2 * np.pi * 0.2 * x)
    above = 30 * np.sin(2 * np.pi * 0.3 * x)
    assert band_correlation(TRUTH + below, TRUTH) > 0.999
    assert band_correlation(TRUTH + above, TRUTH) < 0.9


def test_agrees_with_correlating_high_passed_planes() -> None:
    window = np.hanning(TRUTH.shape[0] + 2)[1:-1, None] * np.hanning(TRUTH.shape[1] + 2)[None, 1:-1]
    y, x = np.fft.fftfreq(TRUTH.shape[0])[:, None], np.fft.fftfreq(TRUTH.shape[1])[None]

    def upper(image: np.ndarray) -> np.ndarray:
        centred = (image - (image * window).sum() / window.sum()) * window
        return np.fft.ifft2(np.fft.fft2(centred) * (np.hypot(y, x) >= 0.25)).real.ravel()

    result = TRUTH + NOISE
    expected = np.corrcoef(upper(result), upper(TRUTH))[0, 1]
    assert band_correlation(result, TRUTH) == pytest.approx(expected, abs=1e-9)


def test_a_flat_image_correlates_with_nothing() -> None:
    assert band_correlation(np.full_like(TRUTH, 7), TRUTH) == 0
