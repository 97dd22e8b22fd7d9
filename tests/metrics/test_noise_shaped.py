"""The cheat fills the spectrum, changes nothing below half Nyquist, and is caught by band correlation and GMSD."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from ganvas.metrics.band_correlation import band_correlation
from ganvas.metrics.gmsd import gmsd
from ganvas.metrics.noise_shaped import noise_shaped
from ganvas.metrics.spectrum import spectrum_distance
from ganvas.ops.resample import resample

TRUTH = data.camera()[100:260, 180:340].astype(float)
SMOOTH = resample(resample(TRUTH, (80, 80)), (160, 160))


def cheat(image: np.ndarray = SMOOTH, truth: np.ndarray = TRUTH, seed: int = 0) -> np.ndarray:
    return noise_shaped(image, truth, np.random.default_rng(seed))


def test_it_comes_five_times_closer_to_the_true_spectrum() -> None:
    assert spectrum_distance(cheat(), TRUTH) < spectrum_distance(SMOOTH, TRUTH) / 5


def test_band_correlation_and_gmsd_see_through_it() -> None:
    assert band_correlation(cheat(), TRUTH) < band_correlation(SMOOTH, TRUTH) - 0.1
    assert gmsd(cheat(), TRUTH) > gmsd(SMOOTH, TRUTH)


def test_low_frequencies_stay() -> None:
    change = np.fft.fft2(cheat() - SMOOTH)
    y, x = np.fft.fftfreq(160)[:, None], np.fft.fftfreq(160)[None]
    assert np.abs(change[np.hypot(y, x) < 0.25]).max() < 1e-6
    assert np.abs(change).max() > 1


def test_nothing_is_added_where_nothing_is_missing() -> None:
    np.testing.assert_allclose(cheat(TRUTH, TRUTH), TRUTH, atol=1e-9)


def test_the_seed_decides_and_channels_share_the_noise() -> None:
    np.testing.assert_array_equal(cheat(seed=3), cheat(seed=3))
    assert np.abs(cheat(seed=3) - cheat(seed=4)).max() > 1
    colour, truth = np.dstack([SMOOTH, SMOOTH / 2, SMOOTH]), np.dstack([TRUTH] * 3)
    noise = cheat(colour, truth) - colour
    np.testing.assert_allclose(noise[:, :, 0], noise[:, :, 1], atol=1e-9)


def test_odd_sizes() -> None:
    assert cheat(SMOOTH[:159, :157], TRUTH[:159, :157]).shape == (159, 157)


def test_smallest_sizes_are_finite() -> None:
    assert np.isfinite(cheat(SMOOTH[:4, :3], TRUTH[:4, :3])).all()
    assert cheat(SMOOTH[:1, :1], TRUTH[:1, :1]) == pytest.approx(SMOOTH[:1, :1])
