"""Models without weights: they beat their input, keep shape and precision, and their strength is a dial."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from skimage import data

from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.metrics.psnr import psnr
from ganvas.zoo.classical import bicubic, nlm, tv
from ganvas.zoo.classical._noise import noise_level

DENOISERS = [nlm.apply, tv.apply]


def photo(channels: int = 3) -> np.ndarray:
    """128 x 112 px of the astronaut, float32 in [0, 1] on the 8-bit grid."""
    pixels = data.astronaut()[40:168, 160:272]
    chosen = pixels if channels == 3 else pixels[:, :, 1:2]
    return (chosen / 255).astype(np.float32)


def with_noise(clean: np.ndarray, sigma: float, *, on_grid: bool = True) -> np.ndarray:
    noisy = np.clip(clean * 255 + np.random.default_rng(1).normal(0, sigma, clean.shape), 0, 255)
    return ((np.rint(noisy) if on_grid else noisy) / 255).astype(np.float32)


@pytest.mark.parametrize("sigma", [5.0, 15.0, 30.0])
@pytest.mark.parametrize("channels", [1, 3])
def test_noise_level_is_right_within_15_percent(sigma: float, channels: int) -> None:
    gentle = np.broadcast_to(np.linspace(0.3, 0.7, 128, dtype=np.float32)[:, None, None], (128, 112, channels))
    assert noise_level(with_noise(gentle, sigma)) * 255 == pytest.approx(sigma, rel=0.15)


def test_noise_level_is_blind_to_slopes_and_straight_edges() -> None:
    y, x = np.mgrid[:64, :64]
    assert noise_level(((3 * x + y + 40 * (x > 30)) / 300)[:, :, None]) < 1e-9
    assert noise_level(np.ones((2, 5, 3), np.float32)) == 0


@pytest.mark.parametrize("apply", DENOISERS)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("on_grid", [True, False])
def test_blind_denoisers_gain_two_decibels(apply: Callable[..., np.ndarray], channels: int, on_grid: bool) -> None:
    clean = photo(channels)
    noisy = with_noise(clean, 25, on_grid=on_grid)
    result = apply(noisy)
    assert result.shape == noisy.shape and result.dtype == np.float32
    assert result.min() >= 0 and result.max() <= 1
    assert psnr(result, clean, data_range=1) > psnr(noisy, clean, data_range=1) + 2


@pytest.mark.parametrize("apply", DENOISERS)
def test_strength_is_a_dial_that_starts_at_the_image_itself(apply: Callable[..., np.ndarray]) -> None:
    noisy = with_noise(photo(), 20)
    results = [apply(noisy, strength=s) for s in (0, 0.4, 0.7, 1.0, 1.5)]
    np.testing.assert_array_equal(results[0], noisy)
    changes = [float(np.mean((r - noisy) ** 2)) for r in results]
    assert all(later > earlier for earlier, later in pairwise(changes))


@pytest.mark.parametrize("apply", DENOISERS)
def test_a_picture_without_noise_comes_back_unchanged(apply: Callable[..., np.ndarray]) -> None:
    ramp = np.rint(np.linspace(0, 255, 64)).astype(np.float32)
    smooth = np.broadcast_to((ramp / 255)[:, None, None], (64, 48, 3))
    np.testing.assert_allclose(apply(smooth), smooth, atol=2e-3)


def test_options_reach_the_libraries() -> None:
    import cv2
    from skimage.restoration import denoise_tv_chambolle

    noisy = with_noise(photo(), 20)
    pixels = np.rint(noisy * 255).astype(np.uint8)
    expected = cv2.fastNlMeansDenoisingColored(np.ascontiguousarray(pixels[:, :, ::-1]), None, 5, 5, 7, 21)[:, :, ::-1]
    np.testing.assert_array_equal(np.rint(nlm.apply(noisy, h=5) * 255), expected)
    expected = np.clip(denoise_tv_chambolle(noisy, weight=0.08, channel_axis=-1), 0, 1)
    np.testing.assert_allclose(tv.apply(noisy, weight=0.08, tolerance=2e-4), expected, atol=1e-6)


def test_total_variation_does_not_stop_by_chance_on_heavy_noise() -> None:
    y, x = np.mgrid[:96, :96] / 96
    clean = np.dstack([0.3 + 0.4 * x, 0.6 - 0.3 * y, 0.5 + 0 * x]).astype(np.float32)
    noisy = with_noise(clean, 50)
    early, full = (psnr(tv.apply(noisy, tolerance=t), clean, data_range=1) for t in (2e-4, 1e-5))
    assert full > 30 and full > early + 2


def test_16_bit_precision_survives() -> None:
    fine = with_noise(photo(), 10, on_grid=False)
    for apply in DENOISERS:
        steps = apply(fine) * 255
        assert np.abs(steps - np.rint(steps)).max() > 0.2


@pytest.mark.parametrize("apply", DENOISERS)
def test_negative_settings_are_refused(apply: Callable[..., np.ndarray]) -> None:
    with pytest.raises(SettingsError, match="negative"):
        apply(photo(), strength=-1)


@pytest.mark.parametrize("channels", [1, 3])
def test_bicubic_enlarges_by_any_number_and_stays_in_range(channels: int) -> None:
    image = photo(channels)
    assert bicubic.apply(image).shape == (512, 448, channels)
    result = bicubic.apply(image, scale=1.5)
    assert result.shape == (192, 168, channels) and result.dtype == np.float32
    assert result.min() >= 0 and result.max() <= 1


def test_bicubic_keeps_a_constant_and_a_slope() -> None:
    y, x = np.mgrid[:20, :30]
    slope = ((x + 2 * y) / 100)[:, :, None].astype(np.float32)
    result = bicubic.apply(slope)
    y, x = (np.mgrid[:80, :120] + 0.5) / 4 - 0.5
    expected = ((x + 2 * y) / 100)[:, :, None]
    np.testing.assert_allclose(result[12:-12, 12:-12], expected[12:-12, 12:-12], atol=1e-5)


def test_bicubic_radius_of_dependence_is_the_cards() -> None:
    image = photo()
    moved = image.copy()
    moved[60, 50] = 1 - moved[60, 50]
    rows, columns = np.nonzero(np.abs(bicubic.apply(image) - bicubic.apply(moved)).max(axis=2))
    radius = bicubic.CARD.tiling
    assert isinstance(radius, int)
    assert (rows // 4).min() == 60 - radius and (rows // 4).max() == 60 + radius
    assert (columns // 4).min() == 50 - radius and (columns // 4).max() == 50 + radius


def test_bicubic_refuses_a_strength_and_a_scale_of_zero() -> None:
    with pytest.raises(SettingsError, match="strength"):
        bicubic.apply(photo(), strength=0.5)
    with pytest.raises(SettingsError, match="scale"):
        bicubic.apply(photo(), scale=0)


def test_one_pixel_images() -> None:
    dot = np.full((1, 1, 3), 0.5, np.float32)
    np.testing.assert_allclose(bicubic.apply(dot), np.full((4, 4, 3), 0.5), atol=1e-6)
    for apply in DENOISERS:
        np.testing.assert_array_equal(apply(dot), dot)


@pytest.mark.parametrize("module", [bicubic, nlm, tv])
def test_cards_survive_json(module: object) -> None:
    card = module.CARD  # type: ignore[attr-defined]
    assert Card.from_json(card.to_json()) == card


def test_importing_them_loads_no_heavy_library() -> None:
    code = (
        "import sys; from ganvas.zoo.models import find, list_models\n"
        "assert len([find(name) for name in list_models() if name.startswith('classical/')]) >= 15\n"
        "print([m for m in ('torch', 'cv2', 'skimage', 'scipy') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
