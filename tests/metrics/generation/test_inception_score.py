"""The Inception Score at its two ends and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ganvas.core.errors import SettingsError
from ganvas.metrics.generation.inception_score import inception_score


def test_one_where_nothing_is_told_and_the_classes_where_all_is() -> None:
    assert inception_score(np.full((50, 5), 0.2)) == pytest.approx(1, abs=1e-12)
    sure = np.tile(np.eye(5), (20, 1))
    assert inception_score(sure) == pytest.approx(5, rel=1e-12)
    assert inception_score(sure).spread == pytest.approx(0, abs=1e-12)


def test_one_class_alone_scores_one() -> None:
    assert inception_score(np.tile(np.eye(5)[:1], (20, 1))) == pytest.approx(1)


def test_by_hand_and_over_splits() -> None:
    p = np.array([[0.9, 0.1], [0.3, 0.7], [0.5, 0.5], [0.2, 0.8]])

    def score(rows: np.ndarray) -> float:
        return float(np.exp(np.mean([sum(r * np.log(r / rows.mean(0))) for r in rows])))

    assert inception_score(p, splits=1) == pytest.approx(score(p), rel=1e-12)
    assert inception_score(p, splits=1).spread is None
    assert inception_score(p, splits=2) == pytest.approx((score(p[:2]) + score(p[2:])) / 2, rel=1e-12)


def test_what_are_no_probabilities_is_refused() -> None:
    with pytest.raises(SettingsError, match="softmax"):
        inception_score(np.ones((20, 3)))
    with pytest.raises(SettingsError, match="softmax"):
        inception_score(np.tile([1.5, -0.5], (20, 1)))
    with pytest.raises(SettingsError, match="at least 10"):
        inception_score(np.full((9, 2), 0.5))
