"""Path length of generators whose answer is known, and the trap of rounding."""

from __future__ import annotations

import numpy as np
import pytest

from ganvas.core.errors import SettingsError
from ganvas.metrics.generation.ppl import between, ppl

RNG = np.random.default_rng(6)
A = RNG.standard_normal((5, 12))


def linear(codes: np.ndarray) -> np.ndarray:
    return codes @ A


def squared(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.square(a - b).sum(axis=1)


def test_a_linear_generator_on_lines() -> None:
    """|A (z1 - z0)|^2, whose mean over normal codes is 2 tr(A A^T): eps, place and batch decide nothing."""
    found = ppl(linear, squared, latent=5, samples=4000, interpolation="lerp", trim=0)
    assert found == pytest.approx(2 * np.square(A).sum(), rel=0.05)
    other = ppl(linear, squared, latent=5, samples=4000, interpolation="lerp", trim=0, epsilon=1e-2, batch=333)
    assert other == pytest.approx(found, rel=1e-6)


def test_on_the_sphere_the_identity_walks_the_angle() -> None:
    """Each path is an arc of length sqrt(2) theta, so the mean is 2 E[theta^2]; in the plane theta is uniform on
    (0, pi).
    """
    found = ppl(lambda codes: codes, squared, latent=2, samples=20_000, trim=0, batch=20_000)
    assert found == pytest.approx(2 * np.pi**2 / 3, rel=0.02)


def test_scale_is_squared_and_kinks_cost() -> None:
    plain, double = (
        ppl(lambda codes, s=scale: codes * s, squared, latent=4, samples=200, trim=0) for scale in (1.0, 2.0)
    )
    assert double == pytest.approx(4 * plain, rel=1e-6)
    kinked = ppl(lambda codes: np.tanh(50 * codes), squared, latent=4, samples=200, trim=0)
    assert kinked > 3 * plain


def test_the_ends_of_a_path() -> None:
    a, b = RNG.standard_normal((2, 3, 4))
    zero, one = np.zeros(3), np.ones(3)
    assert between(a, b, zero, "lerp") == pytest.approx(a) and between(a, b, one, "lerp") == pytest.approx(b)
    ends = [2 * x / np.linalg.norm(x, axis=1, keepdims=True) for x in (a, b)]  # 2: the root of 4 numbers of a code
    assert between(a, b, zero, "slerp") == pytest.approx(ends[0])
    assert between(a, b, one, "slerp") == pytest.approx(ends[1])
    middle = between(a, b, one / 2, "slerp")
    assert np.linalg.norm(middle, axis=1) == pytest.approx(2)


def test_rounded_images_would_measure_their_rounding() -> None:
    """The trap: at epsilon 1e-4 the value of rounded images is their rounding's, not the generator's."""

    def rounded(codes: np.ndarray) -> np.ndarray:
        return np.rint(linear(codes) * 127.5) / 127.5

    honest = ppl(linear, squared, latent=5, samples=500, trim=0)
    assert ppl(rounded, squared, latent=5, samples=500, trim=0) > 10 * honest
    with pytest.raises(SettingsError, match="uint8"):
        ppl(lambda codes: rounded(codes).astype(np.uint8), squared, latent=5, samples=2)


def test_the_extremes_are_left_out() -> None:
    whole, trimmed = (
        ppl(linear, squared, latent=5, samples=1000, interpolation="lerp", trim=trim) for trim in (0.0, 0.05)
    )
    assert trimmed < whole and trimmed.spread is not None and whole.spread is not None
    assert trimmed.spread < whole.spread


def test_settings_out_of_range() -> None:
    with pytest.raises(SettingsError, match="epsilon above 0"):
        ppl(linear, squared, latent=5, epsilon=0)
