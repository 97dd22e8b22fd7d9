"""PSNR against its closed form and scikit-image."""

from __future__ import annotations

import math

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio

from ganvas.core.errors import ImageError
from ganvas.metrics.psnr import psnr


def test_a_constant_error_of_one_level_is_48_13_decibels() -> None:
    truth = np.full((5, 7, 3), 100, np.uint8)
    assert psnr(truth + np.uint8(1), truth) == pytest.approx(20 * math.log10(255))


def test_unsigned_bytes_do_not_wrap_round() -> None:
    assert psnr(np.zeros((4, 4), np.uint8), np.full((4, 4), 255, np.uint8)) == pytest.approx(0)


def test_equal_images_are_infinitely_good() -> None:
    assert psnr(np.ones((3, 3)), np.ones((3, 3))) == math.inf


def test_agrees_with_scikit_image() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 256, (2, 31, 17, 3)).astype(np.uint8)
    assert psnr(a, b) == pytest.approx(peak_signal_noise_ratio(b, a, data_range=255), abs=1e-12)
    assert psnr(a / 255, b / 255, data_range=1) == pytest.approx(psnr(a, b), abs=1e-9)


def test_shapes_must_agree() -> None:
    with pytest.raises(ImageError, match="same size"):
        psnr(np.zeros((3, 3)), np.zeros((3, 4)))
