"""The Frechet distance by closed forms, by scipy's matrix root, and where the usual root turns complex."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import sqrtm

from ganvas.core.errors import SettingsError
from ganvas.metrics.generation.fid import fid, frechet
from ganvas.metrics.generation.moments import Moments

RNG = np.random.default_rng(0)


def covariance(d: int, rank: int) -> np.ndarray:
    a = RNG.standard_normal((d, rank))
    return a @ a.T


def test_gaussians_of_known_moments() -> None:
    a, b, mean = np.array([0.5, 1, 2, 3]), np.array([2, 1, 0.25, 4]), np.array([1.0, -2, 0, 0.5])
    expected = np.square(mean).sum() + np.square(a - b).sum()
    assert frechet(np.zeros(4), np.diag(a**2), mean, np.diag(b**2)) == pytest.approx(expected, rel=1e-12)
    turn, _ = np.linalg.qr(RNG.standard_normal((4, 4)))
    turned = [turn @ np.diag(s**2) @ turn.T for s in (a, b)]
    assert frechet(np.zeros(4), turned[0], mean, turned[1]) == pytest.approx(expected, rel=1e-12)


def test_samples_come_near_to_the_closed_form_and_nearer_with_more() -> None:
    a, b = np.array([1.0, 2, 3]), np.array([2.0, 2, 1])
    draws = RNG.standard_normal((2, 40_000, 3))
    errors = [abs(fid(draws[0, :n] * a, draws[1, :n] * b + 1) - (3 + 1 + 4)) for n in (400, 40_000)]
    assert errors[1] < 0.1


def test_the_trace_is_that_of_the_matrix_root() -> None:
    """For covariances that do not commute, against scipy and against the eigenvalues of the bare product."""
    first, second = covariance(12, 20), covariance(12, 15)
    mean = RNG.standard_normal(12)
    found = frechet(mean, first, np.zeros(12), second)
    by_root = (mean**2).sum() + np.trace(first + second - 2 * sqrtm(first @ second).real)
    by_values = (mean**2).sum() + np.trace(first + second) - 2 * np.sqrt(np.linalg.eigvals(first @ second).real).sum()
    assert found == pytest.approx(by_root, rel=1e-9) and found == pytest.approx(by_values, rel=1e-9)


@pytest.mark.parametrize(("samples", "width"), [(500, 16), (10, 64)])
def test_a_set_is_at_distance_zero_of_itself(samples: int, width: int) -> None:
    x = RNG.standard_normal((samples, width)) @ RNG.standard_normal((width, width)) * 30
    assert fid(x, x) == pytest.approx(0, abs=1e-8)
    assert fid(x, x[::-1]) == pytest.approx(0, abs=1e-6)


def test_singular_covariances_stay_real() -> None:
    """Rank 3 against rank 4 in 40 dimensions; the root of the product of the ranges is the judge."""
    a, b = RNG.standard_normal((40, 3)), RNG.standard_normal((40, 4))
    shared = np.sqrt(np.linalg.eigvals(a.T @ b @ b.T @ a).real).sum()
    expected = np.square(a).sum() + np.square(b).sum() - 2 * shared
    assert frechet(np.zeros(40), a @ a.T, np.zeros(40), b @ b.T) == pytest.approx(expected, rel=1e-10)
    assert frechet(np.zeros(40), a @ a.T, np.zeros(40), np.zeros((40, 40))) == pytest.approx(np.square(a).sum())


def test_it_grows_with_the_scale() -> None:
    x = RNG.standard_normal((300, 5))
    found = [fid(x, x * scale) for scale in (1, 1.1, 1.5, 2, 4)]
    assert found == sorted(found) and found[1] > found[0]


def test_the_size_of_blocks_decides_nothing() -> None:
    x, y = RNG.standard_normal((997, 24)) + 1e4, RNG.standard_normal((1000, 24)) * 2 + 1e4
    whole = Moments.of(x)
    assert whole.covariance() == pytest.approx(np.cov(x, rowvar=False), rel=1e-9)
    for size in (1, 64, 500):
        parts = Moments.stream(x[i : i + size] for i in range(0, len(x), size))
        assert parts.count == 997 and parts.mean == pytest.approx(whole.mean, rel=1e-14)
        assert fid(parts, y) == pytest.approx(fid(x, y), rel=1e-10)


def test_float32_features_are_taken_in_float64() -> None:
    x = (RNG.standard_normal((200, 8)) * 1e-2 + 100).astype(np.float32)
    assert fid(x, x.astype(np.float64) * 1.001) == fid(x.astype(np.float64), x.astype(np.float64) * 1.001)


def test_few_samples_are_told() -> None:
    x = RNG.standard_normal((9, 8))
    assert fid(x, x).note == ""
    assert fid(x[:8], x).note == "8 samples for 8 features: the covariance is rank-deficient"


def test_what_cannot_be_measured_is_refused() -> None:
    x = RNG.standard_normal((9, 8))
    with pytest.raises(SettingsError, match="at least 2"):
        fid(x[:1], x)
    with pytest.raises(SettingsError, match="one extractor"):
        fid(x, x[:, :4])
    with pytest.raises(SettingsError, match="not finite"):
        fid(x, np.full((3, 8), np.nan))
    with pytest.raises(SettingsError, match="one row for each sample"):
        fid(x, x[0])
    with pytest.raises(SettingsError, match="at least one block"):
        Moments.stream([])
