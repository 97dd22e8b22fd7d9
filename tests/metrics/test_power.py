"""Spectra: white noise is flat at its variance, waves land in their ring, and Parseval holds."""

from __future__ import annotations

import numpy as np
import pytest

from ganvas.metrics.power import density, radial_mean, radius, spectrum_of, weights


def test_density_of_white_noise_is_its_variance() -> None:
    noise = np.random.default_rng(0).normal(100, 5, (256, 200))
    frequency, power = density(noise)
    assert frequency[0] == pytest.approx(0.25 + 0.5 / 64)
    assert frequency[-1] < 0.5**0.5 + 1 / 64
    # The last rings are the corners and hold few coefficients.
    np.testing.assert_allclose(power[:-3], 25, rtol=0.2)
    assert power[:-3].mean() == pytest.approx(25, rel=0.02)


@pytest.mark.parametrize("shape", [(64, 48), (63, 48), (64, 47), (63, 47)])
def test_half_spectrum_counts_like_the_whole(shape: tuple[int, int]) -> None:
    plane = np.random.default_rng(0).normal(0, 1, shape)
    whole = np.abs(np.fft.fft2(plane)) ** 2
    half = np.abs(np.fft.rfft2(plane)) ** 2
    assert np.sum(weights(shape[1]) * half) == pytest.approx(whole.sum())
    rings = np.floor(
        (np.hypot(*np.meshgrid(np.fft.fftfreq(shape[0]), np.fft.fftfreq(shape[1]), indexing="ij")) - 0.25) * 64
    )
    expected = [whole[rings == n].mean() for n in range(int(rings.max()) + 1)]
    np.testing.assert_allclose(radial_mean(half, shape[1])[1], expected)


def test_a_wave_lands_in_its_ring() -> None:
    y, x = np.mgrid[:128, :128]
    frequency, power = density(100 + 20 * np.sin(2 * np.pi * (0.3 * x + 0.15 * y)))
    assert frequency[np.argmax(power)] == pytest.approx(np.hypot(0.3, 0.15), abs=1 / 64)


def test_the_borders_of_a_slope_do_not_fill_the_upper_band() -> None:
    slope = np.broadcast_to(np.linspace(0, 255, 128), (128, 128))
    assert density(slope)[1].max() < 1e-2


def test_mean_brightness_does_not_count() -> None:
    plane = np.random.default_rng(0).normal(0, 1, (32, 40))
    np.testing.assert_allclose(spectrum_of(plane), spectrum_of(plane + 200), atol=1e-9)
    assert radius(32, 40)[0, 0] == 0 and radius(32, 40).max() == pytest.approx(0.5**0.5)
