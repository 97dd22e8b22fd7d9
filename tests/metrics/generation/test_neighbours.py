"""Precision, recall, density, coverage and memorisation, on sets whose answer is known and against plain loops."""

from __future__ import annotations

import numpy as np
import pytest

from ganvas.core.errors import SettingsError
from ganvas.metrics.generation import neighbours
from ganvas.metrics.generation.density_coverage import density_coverage
from ganvas.metrics.generation.memorisation import memorisation
from ganvas.metrics.generation.precision_recall import precision_recall

RNG = np.random.default_rng(5)
X = RNG.standard_normal((60, 6))
Y = RNG.standard_normal((50, 6)) * 0.6 + 0.4


def far(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.array([[np.linalg.norm(p - q) for q in b] for p in a])


def reach(a: np.ndarray, k: int) -> np.ndarray:
    return np.sort(far(a, a), axis=1)[:, k]


def test_equal_sets() -> None:
    for shift in (0, 1e4):
        both = precision_recall(X + shift, X[::-1] + shift)
        assert (both.precision, both.recall) == (1, 1)
        again = density_coverage(X + shift, X[::-1] + shift)
        assert (again.density, again.coverage) == (1, 1)


def test_sets_apart() -> None:
    both, again = precision_recall(X, X + 100), density_coverage(X, X + 100)
    assert (both.precision, both.recall, again.density, again.coverage) == (0, 0, 0, 0)


def test_the_definitions_in_plain_loops() -> None:
    both = precision_recall(X, Y, k=3)
    distance, around_x, around_y = far(X, Y), reach(X, 3), reach(Y, 3)
    assert both.precision == np.mean([(distance[:, j] <= around_x).any() for j in range(len(Y))])
    assert both.recall == np.mean([(distance[i] <= around_y).any() for i in range(len(X))])
    again = density_coverage(X, Y, k=5)
    inside = distance < reach(X, 5)[:, None]
    assert again.density == pytest.approx(inside.sum() / (5 * len(Y)))
    assert again.coverage == inside.any(axis=1).mean()
    assert 0 < both.recall < 1 and 0 < again.coverage < 1


def test_blocks_decide_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = precision_recall(X, Y), density_coverage(X, Y)
    monkeypatch.setattr(neighbours, "_BLOCK_NUMBERS", 300)
    assert (precision_recall(X, Y), density_coverage(X, Y)) == expected


def test_a_collapsed_generator_is_precise_and_recalls_nothing() -> None:
    collapsed = X[:1] + RNG.standard_normal((60, 6)) * 1e-3
    both = precision_recall(X, collapsed)
    assert both.precision == 1 and both.recall < 0.1
    assert density_coverage(X, collapsed).coverage < 0.2


def test_repeated_samples_are_no_obstacle() -> None:
    repeated = np.repeat(X[:20], 6, axis=0)
    assert precision_recall(repeated, repeated).precision == 1


def test_copies_are_seen() -> None:
    train, test = RNG.standard_normal((2, 400, 3))
    fresh = memorisation(RNG.standard_normal((400, 3)), train, test)
    assert fresh.ratio == pytest.approx(1, abs=0.2) and fresh.copies < 0.05
    copied = memorisation(train[:100], train, test)
    assert (copied.distance, copied.ratio, copied.copies) == (0, 0, 1)
    half = memorisation(np.concatenate([train[:100], test[:100]]), train, test)
    assert half.copies == pytest.approx(0.5, abs=0.03)


def test_nearest_is_exact() -> None:
    assert neighbours.nearest(Y, X) == pytest.approx(far(Y, X).min(axis=1), rel=1e-11)


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(SettingsError, match="at least 4"):
        precision_recall(X[:3], Y)
    with pytest.raises(SettingsError, match="k of at least 1"):
        density_coverage(X, Y, k=0)
    with pytest.raises(SettingsError, match="one extractor"):
        precision_recall(X, Y[:, :2])
    with pytest.raises(SettingsError, match="hold other images out"):
        memorisation(Y, X, X[:5])
