"""Haze, darkness and dull colour: the classical methods mend what they are made for, as their papers say."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from skimage import data

from ganvas.core.errors import SettingsError
from ganvas.metrics.psnr import psnr
from ganvas.zoo.classical import (
    auto_gamma,
    auto_levels,
    clahe,
    dark_channel,
    gamma,
    histogram_equalisation,
    white_balance,
)
from ganvas.zoo.classical._lab import lightness, with_lightness


def photo() -> np.ndarray:
    return data.astronaut()[0:192, 100:292].astype(np.float32) / 255


def gain(result: np.ndarray, damaged: np.ndarray, clean: np.ndarray) -> float:
    """In dB."""
    return psnr(result, clean, data_range=1) - psnr(damaged, clean, data_range=1)


def hazy(clean: np.ndarray, transmission: float | np.ndarray) -> np.ndarray:
    airlight = np.array([0.85, 0.88, 0.92], np.float32)
    return (clean * transmission + airlight * (1 - transmission)).astype(np.float32)


def clear_scene() -> np.ndarray:
    """A photo with a strip of sky, in which the airlight is seen."""
    scene = data.chelsea()[20:212, 100:340].astype(np.float32) / 255
    return np.concatenate([np.full((24, 240, 3), [0.85, 0.88, 0.92], np.float32), scene])


def test_dark_channel_clears_haze_and_w_says_how_much() -> None:
    clean = clear_scene()
    depth = np.linspace(1.2, 0.3, len(clean), dtype=np.float32)[:, None, None]
    damaged = hazy(clean, np.exp(-depth))
    assert gain(dark_channel.apply(damaged), damaged, clean) > 4
    left = [float(np.std(dark_channel.apply(damaged, w=w)[24:])) for w in (0.0, 0.5, 0.8, 0.95)]
    assert left == sorted(left) and left[0] == pytest.approx(float(np.std(damaged[24:])), abs=1e-5)


def test_dark_channel_of_a_scene_with_black_in_every_patch_inverts_the_model() -> None:
    # Stripes of black make the dark channel zero everywhere, so the estimated transmission is exact up to w.
    y, x = np.mgrid[:120, :160]
    clean = np.where((x // 4 % 2 == 0)[:, :, None], 0, np.dstack([0.5 + 0 * x, 0.6 + 0 * x, 0.7 + 0 * y]))
    clean[:20, :40] = [0.85, 0.88, 0.92]
    damaged = hazy(clean.astype(np.float32), 0.6)
    result = dark_channel.apply(damaged, w=1.0, radius=8)
    np.testing.assert_allclose(result[60:, 80:], clean[60:, 80:], atol=0.03)


def test_guided_filter_is_the_definition_of_the_paper() -> None:
    rng = np.random.default_rng(0)
    guide, plane = rng.uniform(size=(2, 14, 17)).astype(np.float32)
    radius, eps = 2, 0.01
    padded = [np.pad(p.astype(float), 2 * radius, mode="symmetric") for p in (guide, plane)]
    windows = [np.lib.stride_tricks.sliding_window_view(p, (5, 5)) for p in padded]
    means = [w.mean((2, 3)) for w in windows]
    slope = ((windows[0] * windows[1]).mean((2, 3)) - means[0] * means[1]) / (windows[0].var((2, 3)) + eps)
    offset = means[1] - slope * means[0]
    around = [np.lib.stride_tricks.sliding_window_view(p, (5, 5)).mean((2, 3)) for p in (slope, offset)]
    result = dark_channel.guided(guide, plane, radius=radius, eps=eps)
    np.testing.assert_allclose(result[4:-4, 4:-4], (around[0] * guide + around[1])[4:-4, 4:-4], atol=1e-5)


def test_guided_filter_keeps_an_edge_of_its_guide() -> None:
    guide = np.zeros((40, 40), np.float32)
    guide[:, 20:] = 1
    np.testing.assert_allclose(dark_channel.guided(guide, 0.2 + 0.5 * guide, radius=6), 0.2 + 0.5 * guide, atol=3e-3)


@pytest.mark.parametrize("apply", [histogram_equalisation.apply, gamma.apply, auto_gamma.apply, clahe.apply])
@pytest.mark.parametrize("channels", [1, 3])
def test_dark_photos_gain(apply, channels: int) -> None:  # type: ignore[no-untyped-def]
    clean = photo()[:, :, :channels]
    damaged = (clean * 0.25) ** 1.3
    assert gain(apply(damaged), damaged, clean) > (1 if apply is clahe.apply else 5)


def test_equalisation_makes_every_lightness_equally_often() -> None:
    dark = photo()[:, :, :1] ** 2
    ranks = np.sort(lightness(histogram_equalisation.apply(dark)).ravel())
    np.testing.assert_allclose(ranks, np.linspace(0, 1, ranks.size), atol=0.02)


def test_equalisation_is_opencvs_on_8_bit_lightness() -> None:
    dark = photo()[:, :, :1] ** 2
    plane = np.rint(lightness(dark) * 255).astype(np.uint8)
    ours = lightness(histogram_equalisation.apply(dark)) * 255
    assert np.abs(ours - cv2.equalizeHist(plane)).mean() < 3


def test_equalisation_keeps_the_colour() -> None:
    dark = 0.3 * photo()
    result = histogram_equalisation.apply(dark)
    inside = (result.max(axis=2) < 0.999) & (result.min(axis=2) > 0.001)
    lab, expected = (cv2.cvtColor(np.float32(x), cv2.COLOR_RGB2Lab)[:, :, 1:] for x in (result, dark))
    assert inside.mean() > 0.5
    assert np.abs(lab - expected)[inside].mean() < 0.5


def test_clahe_is_opencvs_within_a_step_of_8_bits() -> None:
    # In small regions OpenCV rounds its limit to whole pixels, so the picture is a large one.
    plane = lightness(data.astronaut().astype(np.float32) / 255)
    pixels = np.rint(plane * 255).astype(np.uint8)
    expected = cv2.createCLAHE(2.0, (8, 8)).apply(pixels)
    ours = clahe.equalised(pixels.astype(np.float32) / 255, limit=2.0) * 255
    assert np.abs(ours - expected).mean() < 1 and np.abs(ours - expected).max() < 6


def test_clahe_moves_more_the_higher_its_limit() -> None:
    image = photo()
    moves = [float(np.abs(clahe.apply(image, limit=k) - image).mean()) for k in (1.0, 2.0, 4.0, 8.0)]
    assert moves == sorted(moves) and moves[-1] > 2 * moves[0]


def test_lightness_is_opencvs_and_goes_back_and_forth() -> None:
    image = photo()
    plane = lightness(image)
    np.testing.assert_allclose(plane * 100, cv2.cvtColor(image, cv2.COLOR_RGB2Lab)[:, :, 0], atol=0.3)
    np.testing.assert_allclose(with_lightness(image, plane, plane), image, atol=2e-5)
    assert lightness(np.full((1, 1, 3), 0.46633, np.float32))[0, 0] == pytest.approx(0.5, abs=1e-3)


def test_gamma_is_a_power_and_auto_gamma_finds_the_mean() -> None:
    flat = np.full((4, 5, 3), 0.04, np.float32)
    np.testing.assert_allclose(gamma.apply(flat, gamma=0.5), 0.2, atol=1e-6)
    np.testing.assert_allclose(auto_gamma.apply(flat, target=0.4), 0.4, atol=1e-6)
    assert abs(auto_gamma.apply(photo() * 0.2).mean() - 0.5) < 0.1


def test_auto_gamma_does_not_darken() -> None:
    bright = 0.7 + 0.3 * photo()
    np.testing.assert_array_equal(auto_gamma.apply(bright), bright)


def test_white_balance_takes_off_a_cast() -> None:
    clean = photo()
    clean = clean * (clean.mean() / clean.mean(axis=(0, 1)))
    damaged = (clean * [0.5, 0.7, 0.9]).astype(np.float32)
    result = white_balance.apply(damaged)
    np.testing.assert_allclose(result.mean(axis=(0, 1)), result.mean(), atol=0.01)
    assert gain(result, damaged, clean) > 0.9


def test_auto_levels_undoes_a_loss_of_contrast() -> None:
    clean = photo()
    dull = 0.3 + 0.4 * clean
    assert gain(auto_levels.apply(dull), dull, clean) > 9
    np.testing.assert_allclose(auto_levels.apply(dull, percent=0), clean, atol=1e-5)
    cast = dull * np.array([0.6, 1.0, 0.9], np.float32)
    assert gain(auto_levels.apply(cast, per_channel=True), auto_levels.apply(cast), clean) > 3


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda x: dark_channel.apply(x, w=1.2), "w = 1.2"),
        (lambda x: dark_channel.apply(x, radius=0), "radius of 0"),
        (lambda x: gamma.apply(x, gamma=0), "gamma of 0"),
        (lambda x: gamma.apply(x, gamma=float("nan")), "gamma of nan"),
        (lambda x: auto_gamma.apply(x, target=1), "mean luma of 1"),
        (lambda x: clahe.apply(x, limit=0.5), "limit of 0.5"),
        (lambda x: auto_levels.apply(x, percent=50), "50 %"),
    ],
)
def test_settings_outside_are_refused_with_the_remedy(call, told: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SettingsError, match=f"{told}.*use"):
        call(photo())
