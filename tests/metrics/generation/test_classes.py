"""What classes say, by hand; and the linear probe on features that are, and are not, separable."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from ganvas.core.errors import SettingsError
from ganvas.metrics.generation.classes import accuracy, class_coverage, classification_accuracy_score
from ganvas.metrics.generation.linear_probe import linear_probe


def test_shares_by_hand() -> None:
    even = class_coverage(np.array([0, 1, 2, 3]), classes=4)
    assert (even.classes, even.of) == (4, 4) and even.kl == pytest.approx(0, abs=1e-15)
    one = class_coverage(np.zeros(9, int), classes=4)
    assert one.classes == 1 and one.kl == pytest.approx(math.log(4))
    three = class_coverage(np.array([0, 0, 1, 2]), classes=4)
    assert three.kl == pytest.approx(0.5 * math.log(2) + 0.5 * math.log(1))


def test_the_wanted_shares_may_be_uneven() -> None:
    wanted = np.array([0, 0, 0, 1])
    assert class_coverage(np.array([0, 0, 0, 0, 0, 0, 1, 1]), classes=2, wanted=wanted).kl == pytest.approx(0)
    assert class_coverage(np.array([0, 1]), classes=2, wanted=wanted).kl == pytest.approx(
        0.5 * math.log(2 / 3) + 0.5 * math.log(2)
    )
    assert class_coverage(np.array([1]), classes=3, wanted=np.array([0, 2])).kl == math.inf


def test_accuracy_skips_what_is_unknown() -> None:
    assert accuracy(np.array([1, 2, 0, 5]), np.array([1, 2, 1, -1])) == pytest.approx(2 / 3)
    with pytest.raises(SettingsError, match="No label"):
        accuracy(np.array([1]), np.array([-1]))
    with pytest.raises(SettingsError, match="one for each"):
        accuracy(np.array([1]), np.array([1, 2]))


def test_what_is_learnt_from_generated_images_is_tested_on_real_ones() -> None:
    def fit(images: np.ndarray, labels: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        means = np.array([images[labels == c].mean() for c in range(2)])
        return lambda real: np.abs(real.mean(axis=(1, 2, 3))[:, None] - means).argmin(1)

    real, truth = np.stack([np.full((4, 4, 1), v, np.uint8) for v in (10, 20, 200, 210)]), np.array([0, 0, 1, 1])
    good = np.stack([np.full((4, 4, 1), v, np.uint8) for v in (30, 180)])
    assert classification_accuracy_score(fit, good, np.array([0, 1]), real, truth) == 1
    assert classification_accuracy_score(fit, good, np.array([1, 0]), real, truth) == 0


def test_a_probe_reads_what_is_there_and_nothing_else() -> None:
    rng = np.random.default_rng(7)
    labels, other = np.arange(600) % 3, np.arange(300) % 3
    hot = np.eye(3)[labels], np.eye(3)[other]
    mixing = rng.standard_normal((3, 8))
    plain, held = (h @ mixing + rng.normal(0, 0.05, (len(h), 8)) for h in hot)
    assert linear_probe(plain, labels, held, other) == 1
    assert linear_probe(plain * 1e5 + 7, labels, held * 1e5 + 7, other) == 1
    nothing = linear_probe(rng.standard_normal((600, 8)), labels, rng.standard_normal((300, 8)), other)
    assert abs(nothing - 1 / 3) < 0.1


def test_a_probe_solves_the_ridge_regression() -> None:
    from numpy.linalg import lstsq

    rng = np.random.default_rng(8)
    x, other = rng.standard_normal((80, 4)), rng.standard_normal((50, 4))
    truth = rng.standard_normal((4, 3))
    labels, held = (x @ truth).argmax(1), (other @ truth).argmax(1)
    scaled = [(rows - x.mean(0)) / x.std(0) for rows in (x, other)]
    hot = np.eye(3)[labels]
    tall = np.vstack([scaled[0], np.sqrt(0.5 * 80) * np.eye(4)])
    weights = lstsq(tall, np.vstack([hot - hot.mean(0), np.zeros((4, 3))]), rcond=None)[0]
    expected = ((scaled[1] @ weights + hot.mean(0)).argmax(1) == held).mean()
    assert linear_probe(x, labels, other, held, ridge=0.5) == expected


def test_a_dead_feature_does_no_harm() -> None:
    labels = np.arange(60) % 2
    features = np.stack([labels * 1.0, np.full(60, 3.0)], axis=1)
    moved = features + np.array([0, 0.5])
    assert linear_probe(features, labels, moved, labels) == 1


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(SettingsError, match="at least one"):
        class_coverage(np.zeros(0, int), classes=2)
    with pytest.raises(SettingsError, match="outside"):
        class_coverage(np.array([2]), classes=2)
    with pytest.raises(SettingsError, match="labels from 0"):
        linear_probe(np.zeros((2, 2)), np.array([-1, 0]), np.zeros((2, 2)), np.array([0, 0]))
