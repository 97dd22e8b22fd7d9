from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from skimage import data

from ganvas.degrade.degradation import quantise
from ganvas.degrade.tone import LUMA, ToneLoss

PHOTO = data.astronaut()[100:164, 150:214].astype(np.float32) / np.float32(255)
NONE: dict[str, Any] = {
    "chance": 1.0,
    "exposure": (0.0, 0.0),
    "cast": 0.0,
    "gamma": (1.0, 1.0),
    "saturation": (1.0, 1.0),
    "contrast": (1.0, 1.0),
    "clean": 0.0,
}


def lost(image: np.ndarray = PHOTO, seed: int = 0, **changes: Any) -> np.ndarray:
    return ToneLoss(**{**NONE, **changes})(image, np.random.default_rng(seed))


def test_neutral_settings_are_the_identity_to_rounding() -> None:
    assert np.abs(lost() - quantise(PHOTO)).max() < 1.01 / 255
    assert np.array_equal(ToneLoss(chance=0, clean=0)(PHOTO, np.random.default_rng(0)), quantise(PHOTO))


def test_contrast_shrinks_towards_the_pivot() -> None:
    done = lost(contrast=(0.5, 0.5), pivot=(0.4, 0.4))
    assert np.allclose(done, 0.4 + 0.5 * (PHOTO - 0.4), atol=0.004)


def test_exposure_is_in_linear_light_and_clips() -> None:
    assert np.allclose(lost(exposure=(-2, -2)), PHOTO * 2 ** (-2 / 2.2), atol=0.004)
    assert np.allclose(lost(exposure=(1, 1)), np.minimum(PHOTO * 2 ** (1 / 2.2), 1), atol=0.004)


def test_saturation_keeps_luma_and_gray_has_none() -> None:
    done = lost(saturation=(0.3, 0.3))
    assert np.allclose(done @ LUMA, PHOTO @ LUMA, atol=0.004)
    assert np.ptp(done, axis=2).mean() == pytest.approx(0.3 * np.ptp(PHOTO, axis=2).mean(), rel=0.02)
    assert np.array_equal(lost(PHOTO[..., :1], saturation=(0.0, 0.0)), lost(PHOTO[..., :1]))


@pytest.mark.parametrize("linear", [0.0, 1.0])
def test_the_cast_is_a_gain_per_channel_within_its_stops(linear: float) -> None:
    flat = np.full((2, 2, 3), 0.5, np.float32)
    seen = np.array([lost(flat, seed, cast=1.0, linear=linear)[0, 0] for seed in range(30)])
    stops = np.log2(seen.max(1) / seen.min(1)) * (2.2 if linear else 1)
    assert 0.7 < stops.max() < 1.03
    assert np.allclose(np.log2(seen).mean(1), -1, atol=0.01)  # no change of brightness on the whole


def test_gamma() -> None:
    assert np.allclose(lost(gamma=(1.4, 1.4)), PHOTO**1.4, atol=0.004)


def test_losses_come_alone_and_together() -> None:
    settings = ToneLoss(chance=0.5, clean=0)
    same = sum(np.array_equal(settings(PHOTO, np.random.default_rng(s)), quantise(PHOTO)) for s in range(200))
    assert 1 <= same <= 18  # 1 in 32 expected
