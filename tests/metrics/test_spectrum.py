"""Spectrum distance: decibels of missing or surplus detail."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from ganvas.metrics.spectrum import spectrum_distance

TRUTH = data.camera()[100:228, 200:328].astype(float)


def test_half_the_contrast_is_six_decibels() -> None:
    noise = 128 + np.random.default_rng(0).normal(0, 20, (128, 128))
    assert spectrum_distance(128 + (noise - 128) / 2, noise) == pytest.approx(20 * np.log10(2), abs=1e-6)


def test_equal_is_zero_and_the_sign_does_not_matter() -> None:
    assert spectrum_distance(TRUTH, TRUTH) == 0
    flat = np.full_like(TRUTH, 128)
    assert spectrum_distance(flat, TRUTH) == pytest.approx(spectrum_distance(TRUTH, flat))


def test_one_pixel_has_no_spectrum_to_miss() -> None:
    assert spectrum_distance(TRUTH[:1, :1], TRUTH[5:6, 5:6]) == 0


def test_it_does_not_ask_where_the_detail_is() -> None:
    assert spectrum_distance(TRUTH[::-1, ::-1], TRUTH) == pytest.approx(0, abs=1e-6)


def test_detail_below_the_rounding_of_8_bits_does_not_count() -> None:
    y, x = np.mgrid[:64, :64]
    smooth = 128 + 50 * np.sin(x / 15) + 20 * np.cos(y / 20)
    assert spectrum_distance(np.rint(smooth), smooth) < 1
