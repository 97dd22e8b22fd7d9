"""Mode coverage on points placed by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ganvas.metrics.mode_coverage import mode_coverage

MODES = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])


def test_one_point_on_each_mode_is_perfect() -> None:
    got = mode_coverage(MODES, MODES, sigma=0.01)
    assert (got.modes, got.of, got.share) == (4, 4, 1.0)
    assert got.reverse_kl == pytest.approx(0, abs=1e-12)


def test_collapse_to_one_mode_has_the_divergence_log_of_modes() -> None:
    got = mode_coverage(np.zeros((10, 2)), MODES, sigma=0.01)
    assert (got.modes, got.share) == (1, 1.0)
    assert got.reverse_kl == pytest.approx(math.log(4))


def test_three_sigma_is_the_edge_and_distance_is_euclidean() -> None:
    # 2.9 sigma along each axis is 4.1 sigma away.
    points = np.array([[0.029, 0.0], [0.031, 0.0], [0.029, 0.029], [1.0, 1.0]])
    got = mode_coverage(points, MODES, sigma=0.01)
    assert (got.modes, got.share) == (2, 0.5)


def test_far_points_hit_no_mode() -> None:
    got = mode_coverage(np.full((5, 2), 9.0), MODES, sigma=0.01)
    assert (got.modes, got.share, got.reverse_kl) == (0, 0.0, math.inf)


def test_unequal_shares() -> None:
    got = mode_coverage(np.concatenate([np.zeros((3, 2)), np.ones((1, 2))]), MODES, sigma=0.01)
    assert got.reverse_kl == pytest.approx(0.75 * math.log(3) + 0.25 * math.log(1))


def test_refuses_what_it_cannot_measure() -> None:
    with pytest.raises(ValueError, match="diverged"):
        mode_coverage(np.array([[np.nan, 0.0]]), MODES, sigma=0.01)
    with pytest.raises(ValueError, match="no points"):
        mode_coverage(np.zeros((0, 2)), MODES, sigma=0.01)
