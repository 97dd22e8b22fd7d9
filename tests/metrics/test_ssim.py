"""SSIM against scikit-image in both of its definitions."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data
from skimage.metrics import structural_similarity

from ganvas.core.errors import ImageError
from ganvas.metrics.ssim import ssim

ASTRONAUT = data.astronaut()[100:180, 200:271]
NOISY = np.clip(ASTRONAUT + np.random.default_rng(0).normal(0, 20, ASTRONAUT.shape), 0, 255).astype(np.uint8)


def test_colour_agrees_with_scikit_image() -> None:
    assert ssim(NOISY, ASTRONAUT) == pytest.approx(structural_similarity(NOISY, ASTRONAUT, channel_axis=2), abs=1e-10)


def test_float_planes_of_another_range_agree() -> None:
    a, b = NOISY[:, :, 0] / 255, ASTRONAUT[:, :, 0] / 255
    assert ssim(a, b, data_range=1) == pytest.approx(structural_similarity(a, b, data_range=1), abs=1e-10)


def test_gaussian_window_is_that_of_the_paper() -> None:
    a, b = NOISY[:, :, 1].astype(float), ASTRONAUT[:, :, 1].astype(float)
    expected = structural_similarity(a, b, data_range=255, gaussian_weights=True, use_sample_covariance=False)
    assert ssim(a, b, gaussian=True) == pytest.approx(expected, abs=1e-10)
    assert abs(ssim(a, b) - expected) > 1e-4


def test_equal_is_one_and_the_order_does_not_matter() -> None:
    assert ssim(ASTRONAUT, ASTRONAUT) == pytest.approx(1)
    assert ssim(NOISY, ASTRONAUT) == pytest.approx(ssim(ASTRONAUT, NOISY), abs=1e-12)


def test_smallest_image_is_the_window() -> None:
    a, b = NOISY[:7, :7], ASTRONAUT[:7, :7]
    assert ssim(a, b) == pytest.approx(structural_similarity(a, b, channel_axis=2), abs=1e-10)
    with pytest.raises(ImageError, match="at least 7 px"):
        ssim(a[:6], b[:6])
    with pytest.raises(ImageError, match="at least 11 px"):
        ssim(NOISY[:10], ASTRONAUT[:10], gaussian=True)
