"""KID: unbiased, against the double sum of its definition, and the same whatever is around."""

from __future__ import annotations

import numpy as np
import pytest

from ganvas.core.errors import SettingsError
from ganvas.metrics.generation.kid import kid, mmd


def test_the_double_sum_of_the_definition() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((7, 3)), rng.standard_normal((5, 3)) + 1

    def k(a: np.ndarray, b: np.ndarray) -> float:
        return float((a @ b / 3 + 1) ** 3)

    xx = sum(k(x[i], x[j]) for i in range(7) for j in range(7) if i != j) / (7 * 6)
    yy = sum(k(y[i], y[j]) for i in range(5) for j in range(5) if i != j) / (5 * 4)
    xy = sum(k(a, b) for a in x for b in y) / 35
    assert mmd(x, y) == pytest.approx(xx + yy - 2 * xy, rel=1e-12)


def test_its_mean_is_zero_where_both_are_of_one_distribution() -> None:
    rng = np.random.default_rng(2)
    found = [kid(*rng.standard_normal((2, 30, 4))) for _ in range(225)]
    assert abs(np.mean(found)) < 4 * np.std(found) / 15  # four standard errors
    assert min(found) < 0 < max(found)  # unbiased, so on either side


def test_it_grows_with_the_distance() -> None:
    x, y = np.random.default_rng(3).standard_normal((2, 300, 4))
    found = [kid(x, y + shift) for shift in (0.0, 0.3, 0.6, 1.2)]
    assert found == sorted(found)


def test_subsets_give_a_mean_and_a_spread() -> None:
    x, y = np.random.default_rng(4).standard_normal((2, 300, 4)) + np.array([0, 0.5])[:, None, None]
    whole, parts = kid(x, y), kid(x, y, subset_size=50, subsets=60)
    assert whole.spread is None and parts.spread is not None
    assert abs(parts - whole) < 4 * parts.spread / 60**0.5 + 0.02
    assert parts == kid(x, y, subset_size=50, subsets=60) != kid(x, y, subset_size=50, subsets=60, seed=1)


def test_what_cannot_be_measured_is_refused() -> None:
    x = np.zeros((4, 3))
    with pytest.raises(SettingsError, match="at least 2"):
        kid(x[:1], x)
    with pytest.raises(SettingsError, match="one extractor"):
        kid(x, np.zeros((4, 2)))
    with pytest.raises(SettingsError, match="subset"):
        kid(x, x, subset_size=1)
