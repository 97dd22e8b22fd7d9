"""Kernels from the blurred picture alone: those of known blur are found, and what holds nothing gives a point."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, shift
from scipy.signal import fftconvolve

from ganvas.infer import blind

BENT = np.zeros((11, 11), np.float32)
BENT[2, 2:8] = BENT[2:9, 8] = 1
BENT[9, 5:9] = 0.5
BENT /= BENT.sum()


def _sharp(side: int = 120) -> np.ndarray:
    """Overlapping boxes and discs of all sizes, without noise."""
    rng = np.random.default_rng(3)
    y, x = np.mgrid[:side, :side]
    image = np.full((side, side), 0.5, np.float32)
    for number in range(40):
        (row, column), half = rng.integers(0, side, 2), rng.integers(4, 18, 2)
        box = (abs(y - row) < half[0]) & (abs(x - column) < half[1])
        disc = np.hypot(y - row, x - column) < half[0]
        image[disc if number % 2 else box] = rng.uniform(0.1, 0.9)
    return image


def _likeness(a: np.ndarray, b: np.ndarray) -> float:
    """Cosine between kernels at their best shift."""
    return float(fftconvolve(a, b[::-1, ::-1]).max() / np.sqrt((a**2).sum() * (b**2).sum()))


@pytest.mark.parametrize("turns", [0, 1])
def test_the_kernel_of_a_blur_is_found(turns: int) -> None:
    kernel = np.rot90(BENT, turns)
    blurred = fftconvolve(_sharp(), kernel, mode="valid").astype(np.float32)
    found = blind.estimate(blurred, 13)
    assert found.shape == (13, 13) and found.dtype == np.float32
    assert found.min() >= 0 and found.sum() == pytest.approx(1, abs=1e-5)
    assert _likeness(found, kernel) > max(0.7, 1.1 * _likeness(found, np.rot90(kernel, 2)))
    np.testing.assert_array_equal(blind.estimate(blurred, 13), found)


@pytest.mark.parametrize("level", [0.0, 0.3, 1.0])
def test_nothing_is_learned_of_a_flat_picture(level: float) -> None:
    found = blind.estimate(np.full((60, 70), level, np.float32), 13)
    assert found[6, 6] == 1 and np.count_nonzero(found) == 1


def test_a_picture_that_is_small_or_narrow_gives_a_kernel_too() -> None:
    for luma in (_sharp()[:30, :27], _sharp()[:27]):
        found = blind.estimate(luma, 13)
        assert np.isfinite(found).all() and found.min() >= 0 and found.sum() == pytest.approx(1, abs=1e-5)


def test_a_sharp_version_refines_the_kernel() -> None:
    sharp = _sharp()
    blurred = fftconvolve(sharp, BENT, mode="same").astype(np.float32)
    assert _likeness(blind.refined(blurred, sharp, 13), BENT) > 0.97


def test_a_centred_kernel_does_not_move_the_picture() -> None:
    kernel = shift(np.pad(BENT, 6), (2.3, -1.6), order=1).astype(np.float32)
    moved = blind.centred(kernel)
    places = np.arange(len(moved)) - len(moved) // 2
    assert len(moved) % 2 == 1 and moved.sum() == pytest.approx(1, abs=1e-5)
    for axis in (0, 1):
        assert abs((moved.sum(axis=axis) * places).sum()) < 0.02
    # Between pixels a line one px wide looks otherwise, so the shape is compared as a softer one.
    assert _likeness(gaussian_filter(moved, 1.5), gaussian_filter(kernel, 1.5)) > 0.99
