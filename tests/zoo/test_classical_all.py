"""What every classical method that keeps the size owes: range, shape, precision, a dial, and sense on odd pictures."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from itertools import pairwise

import numpy as np
import pytest
from skimage import data

from ganvas.core.card import Card
from ganvas.core.errors import SettingsError

NAMES = [
    "auto_gamma",
    "auto_levels",
    "bilateral",
    "clahe",
    "dark_channel",
    "gamma",
    "histogram_equalisation",
    "median",
    "richardson_lucy",
    "unsharp",
    "white_balance",
    "wiener",
]
LOCAL = ["gamma", "median", "richardson_lucy", "unsharp"]
TASKS = {
    "denoise": {"bilateral", "median"},
    "deblur": {"richardson_lucy", "unsharp", "wiener"},
    "brighten": {"auto_gamma", "gamma", "histogram_equalisation"},
    "enhance": {"auto_levels", "clahe", "white_balance"},
    "dehaze": {"dark_channel"},
}
Apply = Callable[..., np.ndarray]
every_method = pytest.mark.parametrize("name", NAMES)


def method(name: str) -> Apply:
    return import_module(f"ganvas.zoo.classical.{name}").apply


def card(name: str) -> Card:
    return import_module(f"ganvas.zoo.classical.{name}").CARD


def photo() -> np.ndarray:
    """72 x 64 px of the astronaut, darkened, hazed, with a cast and some noise: every method has something to do."""
    clean = data.astronaut()[40:112, 180:244].astype(np.float32) / 255
    noisy = clean + np.random.default_rng(3).normal(0, 0.04, clean.shape)
    return np.clip(0.6 * noisy * [1.0, 0.9, 0.7] + 0.1, 0, 1).astype(np.float32)


@every_method
@pytest.mark.parametrize("channels", [1, 3])
def test_shape_type_and_range_stay_and_the_input_is_not_written_to(name: str, channels: int) -> None:
    image = photo()[:, :, :channels]
    before = image.copy()
    result = method(name)(image)
    assert result.shape == image.shape and result.dtype == np.float32
    assert result.min() >= 0 and result.max() <= 1
    np.testing.assert_array_equal(image, before)
    assert not np.shares_memory(method(name)(image, strength=0), image)


@every_method
def test_strength_is_a_dial_from_the_image_to_the_method(name: str) -> None:
    image = photo()
    results = [method(name)(image, strength=s) for s in (0, 0.25, 0.5, 0.75, 1)]
    np.testing.assert_array_equal(results[0], image)
    np.testing.assert_array_equal(results[-1], method(name)(image))
    changes = [float(np.mean((result - image) ** 2)) for result in results]
    assert all(later > 1.1 * earlier for earlier, later in pairwise(changes))
    np.testing.assert_allclose(results[2], (image + results[-1]) / 2, atol=1e-6)


@every_method
@pytest.mark.parametrize("strength", [-0.1, 1.5, float("nan")])
def test_a_strength_outside_is_refused(name: str, strength: float) -> None:
    with pytest.raises(SettingsError, match="use 0"):
        method(name)(photo(), strength=strength)


@every_method
def test_gray_stays_gray_and_equals_the_single_channel(name: str) -> None:
    single = photo()[:, :, 1:2]
    result = method(name)(np.repeat(single, 3, axis=2))
    np.testing.assert_allclose(result, np.repeat(result[:, :, :1], 3, axis=2), atol=1e-5)
    if name != "bilateral":  # its reach in colour counts the channels
        # Percentiles are interpolated between neighbours, of which there are three times as many.
        tolerance = 1e-3 if name == "auto_levels" else 1e-5
        np.testing.assert_allclose(result[:, :, :1], method(name)(single), atol=tolerance)


@every_method
@pytest.mark.parametrize("colour", [(0.0, 0.0, 0.0), (0.2, 0.5, 0.4), (1.0, 1.0, 1.0), (0.9, 0.0, 0.0)])
def test_a_flat_image_stays_flat(name: str, colour: tuple[float, float, float]) -> None:
    result = method(name)(np.full((33, 41, 3), colour, np.float32))
    assert np.isfinite(result).all()
    np.testing.assert_allclose(result, np.broadcast_to(result[16, 20], result.shape), atol=2e-4)


@every_method
@pytest.mark.parametrize("level", [0.0, 0.4, 1.0])
def test_a_flat_gray_image_keeps_its_level_unless_the_method_is_to_brighten(name: str, level: float) -> None:
    result = method(name)(np.full((20, 30, 1), level, np.float32))
    if name in {"gamma", "auto_gamma"} and level == 0.4:
        assert result.min() > 0.45
    else:
        # CLAHE spreads a share of each bin evenly, as OpenCV's does.
        np.testing.assert_allclose(result, level, atol=0.02 if name == "clahe" else 2e-4)


@every_method
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(1, 1), (3, 5), (1, 40), (50, 2)])
def test_tiny_images(name: str, channels: int, size: tuple[int, int]) -> None:
    image = np.random.default_rng(2).uniform(0.1, 0.9, (*size, channels)).astype(np.float32)
    result = method(name)(image)
    assert result.shape == image.shape and np.isfinite(result).all()
    assert result.min() >= 0 and result.max() <= 1


@every_method
@pytest.mark.parametrize("channels", [1, 3])
def test_16_bit_gradations_survive(name: str, channels: int) -> None:
    ramp = np.rint(np.linspace(0.2, 0.6, 4096) * 65535).reshape(64, 64).astype(np.float32) / 65535
    image = np.repeat(ramp[:, :, None], channels, axis=2) * np.array([1, 0.9, 0.8], np.float32)[:channels]
    result = np.rint(method(name)(image) * 65535)
    assert len(np.unique(result[:, :, 0])) > 1000


def test_all_others_look_at_the_whole_picture() -> None:
    assert [name for name in NAMES if card(name).tiling != "never"] == LOCAL


@pytest.mark.parametrize("name", LOCAL)
def test_the_radius_of_dependence_is_the_cards(name: str) -> None:
    radius = card(name).tiling
    assert isinstance(radius, int)
    image = np.random.default_rng(4).uniform(0.2, 0.8, (2 * radius + 31, 2 * radius + 23, 1)).astype(np.float32)
    moved = image.copy()
    # From below all others to above them, so that every median it takes part in moves.
    image[radius + 15, radius + 11] = 0
    moved[radius + 15, radius + 11] = 1
    rows, columns = np.nonzero(method(name)(image)[:, :, 0] != method(name)(moved)[:, :, 0])
    reach = max(np.abs(rows - radius - 15).max(), np.abs(columns - radius - 11).max())
    assert reach <= radius
    # What an iteration passes on falls below float32 long before the end of its reach.
    assert reach == radius or name == "richardson_lucy"


@every_method
def test_cards_name_their_task_and_paper(name: str) -> None:
    found = card(name)
    assert Card.from_json(found.to_json()) == found
    assert name in TASKS[found.task]
    assert found.range == (0.0, 1.0) and found.paper


@pytest.mark.parametrize("name", LOCAL)
def test_a_tile_with_the_cards_halo_agrees_with_the_whole(name: str) -> None:
    halo = card(name).tiling
    assert isinstance(halo, int)
    image = np.tile(photo(), (3, 2, 1))
    top, bottom = 60, 140
    tile = method(name)(image[top - halo : bottom + halo])[halo : halo + bottom - top]
    np.testing.assert_allclose(tile, method(name)(image)[top:bottom], atol=1e-5)
