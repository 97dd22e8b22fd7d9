"""MS-SSIM: one scale is scikit-image's SSIM, all scales are their product, and diversity is what it says."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data
from skimage.metrics import structural_similarity

from ganvas.core.errors import ImageError, SettingsError
from ganvas.metrics.generation.ms_ssim import EXPONENTS, ms_ssim, ms_ssim_diversity, scales_for

FACE = data.astronaut()[:180, 140:320]
NOISY = np.clip(FACE + np.random.default_rng(0).normal(0, 25, FACE.shape), 0, 255).astype(np.uint8)


def reference(a: np.ndarray, b: np.ndarray) -> float:
    return structural_similarity(
        a, b, data_range=255, channel_axis=2, gaussian_weights=True, use_sample_covariance=False
    )


def test_one_scale_is_ssim_of_the_paper() -> None:
    assert ms_ssim(FACE[None], NOISY[None], scales=1)[0] == pytest.approx(reference(FACE, NOISY), abs=1e-10)


def test_equal_images_are_at_one_and_pairs_are_independent() -> None:
    pairs = ms_ssim(np.stack([FACE, FACE]), np.stack([FACE, NOISY]))
    assert pairs[0] == pytest.approx(1, abs=1e-12) and pairs[1] < 0.99
    assert pairs[1] == pytest.approx(ms_ssim(NOISY[None], FACE[None])[0], abs=1e-12)


def test_two_scales_are_the_product_of_their_terms() -> None:
    """Flat images: contrast is 1 at every scale, so all is the luminance at the last, to its share of the power."""
    a, b = np.full((1, 32, 32, 1), 100.0), np.full((1, 32, 32, 1), 150.0)
    c1 = 2.55**2
    luminance = (2 * 100 * 150 + c1) / (100**2 + 150**2 + c1)
    share = EXPONENTS[1] / (EXPONENTS[0] + EXPONENTS[1])
    assert scales_for(32, 32) == 2
    assert ms_ssim(a, b)[0] == pytest.approx(luminance**share, rel=1e-12)


def test_fine_noise_is_forgiven_at_coarse_scales() -> None:
    assert ms_ssim(FACE[None], NOISY[None])[0] > ms_ssim(FACE[None], NOISY[None], scales=1)[0] + 0.05


def test_an_inverted_image_is_no_number_out_of_range() -> None:
    found = ms_ssim(FACE[None], 255 - FACE[None])[0]
    assert 0 <= found < 0.5


def test_diversity_of_copies_is_one_and_of_noise_near_zero() -> None:
    copies = np.repeat(FACE[None, :64, :64], 5, axis=0)
    assert ms_ssim_diversity(copies, pairs=20) == pytest.approx(1)
    noise = np.random.default_rng(1).integers(0, 256, (8, 64, 64, 1), dtype=np.uint8)
    diverse = ms_ssim_diversity(noise, pairs=40)
    assert diverse < 0.3 and diverse.note == "3 of 5 scales fit 64 px"
    assert diverse == ms_ssim_diversity(noise, pairs=40)


def test_an_image_is_never_its_own_partner() -> None:
    two = np.stack([np.zeros((16, 16, 1)), np.full((16, 16, 1), 255.0)])
    assert ms_ssim_diversity(two, pairs=50) < 0.01


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(ImageError, match="at least 11 px"):
        ms_ssim_diversity(np.zeros((3, 10, 40, 1), np.uint8))
    with pytest.raises(ImageError, match="give pairs"):
        ms_ssim(FACE[None], FACE[None, :100])
    with pytest.raises(ImageError, match="room for 2 scales"):
        ms_ssim(FACE[None, :32, :32], FACE[None, :32, :32], scales=5)
    with pytest.raises(SettingsError, match="two images"):
        ms_ssim_diversity(FACE[None])
