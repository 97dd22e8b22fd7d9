from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from ganvas.degrade.degradation import quantise
from ganvas.degrade.low_light import LowLight, Raised

PHOTO = data.astronaut()[100:164, 150:214].astype(np.float32) / np.float32(255)
QUIET = {"gain": 0.0, "read": 0.0, "jpeg_chance": 0.0, "clean": 0.0}
PLAIN = {"headroom": (0.0, 0.0), "balance": 0.0, "gamma": (1.0, 1.0), "contrast": (0.0, 0.0), "black": (0.0, 0.0)}


def test_at_zero_ev_without_noise_it_is_the_identity() -> None:
    done = LowLight(exposure=(0, 0), **QUIET, **PLAIN)(PHOTO, np.random.default_rng(0))
    assert np.abs(done - quantise(PHOTO)).max() < 1.01 / 255
    assert (done == quantise(PHOTO)).mean() > 0.999


def test_each_stop_halves_the_linear_light() -> None:
    flat = np.full((8, 8, 3), 0.9, np.float32)
    for stops in (-1, -3):
        done = LowLight(exposure=(stops, stops), **QUIET, **PLAIN)(flat, np.random.default_rng(0))
        assert done.mean() == pytest.approx(0.9 * 2 ** (stops / 2.2), abs=0.003)


def test_noise_in_linear_light_grows_with_amplification() -> None:
    flat = np.full((128, 128, 3), 0.5, np.float32)
    light = 0.5**2.2 / 2
    for stops in (0, 4):
        settings = LowLight(
            exposure=(-1, -1), amplified=(stops, stops), smooth=(0, 0), jpeg_chance=0, clean=0, gain=4e-4, **PLAIN
        )
        done = settings(flat, np.random.default_rng(0)).astype(np.float64) ** 2.2
        expected = np.sqrt(4e-4 * 2**stops * light + (2e-4 * 2**stops) ** 2)
        assert done.std() == pytest.approx(expected, rel=0.05)
        assert done.mean() == pytest.approx(light, rel=0.02)


def test_smoothing_correlates_the_noise() -> None:
    flat = np.full((96, 96, 1), 0.5, np.float32)
    noise = LowLight(amplified=(4, 4), smooth=(0.8, 0.8), jpeg_chance=0, clean=0)(flat, np.random.default_rng(0))
    noise = (noise - noise.mean())[..., 0].astype(np.float64)
    assert (noise[:, 1:] * noise[:, :-1]).mean() / (noise**2).mean() > 0.4


def test_white_balance_leaves_green_and_turns_the_others_by_at_most_its_stops() -> None:
    flat = np.full((4, 4, 3), 0.9, np.float32)
    settings = LowLight(exposure=(-1, -1), **QUIET, **{**PLAIN, "balance": 0.5})
    seen = np.array([settings(flat, np.random.default_rng(seed))[0, 0] for seed in range(30)])
    assert np.ptp(seen[:, 1]) == 0
    stops = np.log2(seen[:, 0] / seen[:, 1]) * 2.2
    assert 0.3 < np.abs(stops).max() < 0.52


def test_curves_and_black_level_act_on_stored_values() -> None:
    flat = np.full((4, 4, 1), 0.5, np.float32)

    def level(**changes: object) -> float:
        settings = LowLight(exposure=(-2.2, -2.2), **QUIET, **{**PLAIN, **changes})  # type: ignore[arg-type]
        return float(settings(flat, np.random.default_rng(0)).mean())

    assert level() == pytest.approx(0.25, abs=0.002)
    assert level(gamma=(2.0, 2.0)) == pytest.approx(0.0625, abs=0.002)
    assert level(contrast=(1.0, 1.0)) == pytest.approx(3 * 0.25**2 - 2 * 0.25**3, abs=0.002)
    assert level(black=(0.02, 0.02)) == pytest.approx(0.27, abs=0.002)


def test_the_result_is_darker_over_the_whole_range() -> None:
    means = [LowLight(clean=0)(PHOTO, np.random.default_rng(seed)).mean() / PHOTO.mean() for seed in range(30)]
    assert max(means) < 0.95
    assert min(means) < 0.25


def test_light_above_the_photos_white_stays_bright() -> None:
    flat = np.full((8, 8, 3), 1.0, np.float32)
    settings = LowLight(exposure=(-4, -4), **QUIET, **{**PLAIN, "headroom": (4.0, 4.0)})  # type: ignore[arg-type]
    assert settings(flat, np.random.default_rng(0)).mean() == pytest.approx(1.0, abs=0.003)
    dark = settings(flat * np.float32(0.2), np.random.default_rng(0)).mean()
    assert dark == pytest.approx(0.2 * 2 ** (-4 / 2.2), abs=0.003)


def test_raised_photos_are_as_bright_as_before_and_noisy() -> None:
    exact = LowLight(exposure=(-2, -2), **QUIET, **{**PLAIN, "contrast": (0.4, 0.4), "headroom": (3.0, 3.0)})  # type: ignore[arg-type]
    raised = Raised(dark=exact)(PHOTO, np.random.default_rng(1))
    assert np.abs(raised - PHOTO).mean() < 0.01  # the steps of 8 bits are left
    noisy = Raised(dark=LowLight(exposure=(-4, -4), amplified=(4, 4), clean=0.0))(PHOTO, np.random.default_rng(1))
    assert np.abs(noisy - PHOTO).mean() > 0.02
    assert abs(float(noisy.mean() - PHOTO.mean())) < 0.05
