from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from ganvas.degrade.degradation import quantise
from ganvas.degrade.underwater import Underwater, water

PHOTO = data.astronaut()[100:164, 150:214].astype(np.float32) / np.float32(255)


def test_water_takes_red_first_in_the_ocean_and_is_green_at_the_coast() -> None:
    for kind in np.linspace(0, 0.8, 9):
        red, green, blue = water(float(kind))
        assert red > max(green, blue)
        assert (blue < green) == (kind < 0.49)
    assert np.allclose(water(0.0), [0.235, 0.043, 0.018]) and np.allclose(water(1.0), [0.40, 0.31, 0.43])


def test_at_no_distance_and_with_a_lamp_the_picture_is_untouched() -> None:
    dry = Underwater(distance=(1e-6, 1e-6), lit=(0, 0), scatter=(0, 0), clean=0)
    assert np.abs(dry(PHOTO, np.random.default_rng(0)) - quantise(PHOTO)).max() < 1.01 / 255


def test_far_away_there_is_only_the_veil_in_the_colour_of_the_water() -> None:
    far = Underwater(kind=(0, 0), distance=(400, 400), near=(0.9, 0.9), sunk=(5, 5), veil=(0.6, 0.6), clean=0)
    done = far(PHOTO, np.random.default_rng(0))
    wanted = 0.6 * np.exp(-5 * (water(0.0) - 0.018))
    assert np.allclose(done, wanted, atol=0.004)


def test_the_model_at_one_distance() -> None:
    settings = Underwater(
        kind=(0.5, 0.5), distance=(2, 2), near=(1, 1), sunk=(3, 3), lit=(1, 1), veil=(0.5, 0.5), scatter=(0, 0), clean=0
    )
    lost = water(0.5)
    colour, straight = np.exp(-3 * (lost - lost.min())), np.exp(-2 * lost)
    wanted = PHOTO * colour * straight + 0.5 * colour * (1 - straight)
    assert np.allclose(settings(PHOTO, np.random.default_rng(0)), wanted, atol=0.004)


def test_pictures_lose_red_and_contrast() -> None:
    for seed in range(20):
        done = Underwater(clean=0)(PHOTO, np.random.default_rng(seed))
        share, before = (image[..., 0].mean() / image.sum(axis=2).mean() for image in (done, PHOTO))
        assert share < before
        assert done.std(axis=(0, 1)).max() < PHOTO.std(axis=(0, 1)).max()


def test_scattering_blurs() -> None:
    still = {"kind": (1, 1), "distance": (5, 5), "clean": 0.0}
    sharp, blurred = (Underwater(**still, scatter=(s, s))(PHOTO, np.random.default_rng(1)) for s in (0.0, 2.0))
    assert np.abs(np.diff(blurred, axis=1)).mean() < 0.8 * np.abs(np.diff(sharp, axis=1)).mean()


@pytest.mark.parametrize("shape", [(1, 1, 3), (30, 20, 1)])
def test_small_and_gray(shape: tuple[int, int, int]) -> None:
    done = Underwater(clean=0)(np.full(shape, 0.5, np.float32), np.random.default_rng(2))
    assert done.shape == shape and done.dtype == np.float32


def test_open_water_is_in_the_target_too() -> None:
    photo = np.full((64, 64, 3), (0.8, 0.4, 0.2), np.float32)
    _, target = Underwater(open=1.0, clean=0.0).pair(photo, np.random.default_rng(1))
    changed = np.abs(target - photo).max(axis=2) > 0.05
    assert 0.02 < changed.mean() < 0.98  # the far part alone
    red, _, blue = target[changed].mean(axis=0) - photo[changed].mean(axis=0)
    assert red < blue
    _, same = Underwater(open=0.0, clean=0.0).pair(photo, np.random.default_rng(1))
    assert np.array_equal(same, photo)


def test_the_target_keeps_a_share_of_the_water() -> None:
    photo = np.full((32, 32, 3), (0.8, 0.4, 0.2), np.float32)
    source, target = Underwater(open=0.0, kept=0.25, clean=0.0).pair(photo, np.random.default_rng(1))
    np.testing.assert_allclose(target, photo + 0.25 * (source - photo), atol=1e-6)
