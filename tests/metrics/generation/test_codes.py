"""Purity and correlation of codes: by hand, at chance, and where nothing changes."""

from __future__ import annotations

import numpy as np
import pytest

from ganvas.core.errors import SettingsError
from ganvas.metrics.generation.codes import cluster_purity, code_correlation


def test_purity_by_hand_and_whatever_the_clusters_are_called() -> None:
    clusters, labels = np.array([0, 0, 0, 1, 1, 2]), np.array([4, 4, 7, 7, 7, 4])
    assert cluster_purity(clusters, labels) == pytest.approx(5 / 6)
    assert cluster_purity(2 - clusters, labels) == pytest.approx(5 / 6)
    assert cluster_purity(np.zeros(6, np.int64), labels) == 0.5
    assert cluster_purity(labels, labels) == 1


def test_clusters_of_chance_are_hardly_above_one_in_k() -> None:
    rng = np.random.default_rng(0)
    assert cluster_purity(rng.integers(10, size=20_000), np.arange(20_000) % 10) == pytest.approx(0.1, abs=0.02)


def test_correlation_is_numpy_s_and_ignores_scale() -> None:
    rng = np.random.default_rng(1)
    codes = rng.uniform(-1, 1, (500, 2))
    read = np.stack([codes[:, 0] + rng.normal(size=500) * 0.3, -3 * codes[:, 1] + 1], axis=1)
    found = code_correlation(codes, read)
    assert found[0] == pytest.approx(np.corrcoef(codes[:, 0], read[:, 0])[0, 1])
    assert found[1] == pytest.approx(-1)
    assert code_correlation(codes, np.zeros_like(codes)).tolist() == [0, 0]


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(SettingsError, match="one label for each"):
        cluster_purity(np.zeros(3, np.int64), np.zeros(2, np.int64))
    with pytest.raises(SettingsError, match="from 0"):
        cluster_purity(np.array([0]), np.array([-1]))
    with pytest.raises(SettingsError, match="give two alike"):
        code_correlation(np.zeros((3, 2)), np.zeros((3, 1)))
