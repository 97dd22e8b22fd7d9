from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from ganvas.degrade.degradation import quantise
from ganvas.degrade.fading import LUMA, Fading

PHOTO = data.astronaut()[100:164, 150:214].astype(np.float32) / np.float32(255)
NONE = {"bleached": (1.0, 1.0), "fog": (0.0, 0.0), "yellow": (0.0, 0.0), "uneven": (0.0, 0.0)}


def faded(image: np.ndarray = PHOTO, **changes: object) -> tuple[np.ndarray, np.ndarray]:
    settings = Fading(**{**NONE, "monochrome": 0.0, **changes})  # type: ignore[arg-type]
    return settings.pair(image, np.random.default_rng(0))


def test_a_print_that_lost_nothing_is_the_photo_but_for_its_deepest_blacks() -> None:
    done, target = faded()
    bright = PHOTO.min(axis=2) > 0.1
    assert np.abs(done - quantise(PHOTO))[bright].max() < 1.01 / 255
    assert np.array_equal(target, PHOTO)


def test_bleaching_is_in_proportion_to_density() -> None:
    done, _ = faded(bleached=(0.5, 0.5))
    bright = PHOTO.min(axis=2) > 0.1
    assert np.allclose(done[bright], np.sqrt(PHOTO[bright]), atol=0.004)  # half the density is the root of the light


def test_fog_darkens_white_and_yellow_takes_blue_most() -> None:
    white = np.ones((4, 4, 3), np.float32)
    fogged, _ = faded(white, fog=(0.1, 0.1))
    assert np.allclose(fogged, 10 ** (-0.1 / 2.2), atol=0.004)
    yellowed, _ = faded(white, yellow=(0.2, 0.2))
    assert yellowed[0, 0, 0] > yellowed[0, 0, 1] > yellowed[0, 0, 2]
    assert yellowed[0, 0, 2] == pytest.approx(10 ** (-0.2 / 2.2), abs=0.004)


def test_a_black_and_white_print_has_no_colour_and_the_target_neither() -> None:
    done, target = faded(monochrome=1.0, sepia=0.0)
    assert np.ptp(done, axis=2).max() < 1e-6
    assert np.allclose(target, np.repeat((PHOTO @ LUMA)[:, :, None], 3, axis=2))


def test_sepia_is_warm_and_keeps_white() -> None:
    done, target = faded(monochrome=1.0, sepia=1.0, tone=(1.0, 1.0))
    middle = (target[:, :, 0] > 0.1) & (target[:, :, 0] < 0.8)
    assert (done[middle][:, 0] > done[middle][:, 1]).all() and (done[middle][:, 1] > done[middle][:, 2]).all()
    assert np.ptp(target, axis=2).max() == 0
    white, _ = faded(np.ones((2, 2, 3), np.float32), monochrome=1.0, sepia=1.0)
    assert (white == 1).all()


def test_dyes_bleach_each_at_its_own_pace_and_unevenly() -> None:
    gray = np.full((40, 60, 3), 0.4, np.float32)
    cast, _ = faded(gray, bleached=(0.4, 1.0))
    assert np.ptp(cast[0, 0]) > 0.02 and np.ptp(cast[:, :, 0]) == 0
    uneven, _ = faded(gray, uneven=(0.5, 0.5))
    assert np.ptp(uneven[:, :, 0]) > 0.03


def test_gray_pictures_stay_gray() -> None:
    gray = PHOTO.mean(axis=2, keepdims=True)
    done, target = Fading().pair(gray, np.random.default_rng(1))
    assert done.shape == gray.shape and np.array_equal(target, gray)
    assert np.array_equal(done, Fading()(gray, np.random.default_rng(1)))
