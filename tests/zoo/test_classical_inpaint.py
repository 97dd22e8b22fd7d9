"""Models that fill holes: known pixels stay, the hole says nothing, odd pictures and masks, each method's own sense."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

from ganvas.core.card import Card
from ganvas.core.errors import ImageError, SettingsError
from ganvas.metrics.psnr import psnr
from ganvas.zoo.classical import biharmonic, median_fill, navier_stokes, patchmatch, telea
from ganvas.zoo.classical._holes.field import Field, sources

NAMES = ["biharmonic", "median_fill", "navier_stokes", "patchmatch", "telea"]
every_method = pytest.mark.parametrize("name", NAMES)


def method(name: str) -> Callable[..., np.ndarray]:
    return import_module(f"ganvas.zoo.classical.{name}").apply


def photo(channels: int = 3) -> np.ndarray:
    """72 x 64 px."""
    return data.astronaut()[40:112, 180:244, :channels].astype(np.float32) / 255


def strokes(height: int = 72, width: int = 64) -> np.ndarray:
    """A hole that reaches two borders, and a thin line."""
    mask = np.zeros((height, width), bool)
    mask[height // 2 :, : width // 4] = True
    mask[height // 5, :] = True
    return mask


@every_method
@pytest.mark.parametrize("channels", [1, 2, 3, 5])
def test_known_pixels_are_equal_and_the_hole_is_not_looked_at(name: str, channels: int) -> None:
    image = np.concatenate([photo()] * 2, axis=2)[:, :, :channels]
    mask = strokes()
    spoilt = np.where(mask[:, :, None], np.float32(np.nan), image)
    before = image.copy()
    result = method(name)(image, mask=mask)
    assert result.shape == image.shape and result.dtype == np.float32
    assert result.min() >= 0 and result.max() <= 1
    np.testing.assert_array_equal(result[~mask], image[~mask])
    np.testing.assert_array_equal(method(name)(spoilt, mask=mask), result)
    np.testing.assert_array_equal(image, before)


@settings(max_examples=12, deadline=None)
@given(
    name=st.sampled_from(NAMES),
    height=st.integers(1, 24),
    width=st.integers(1, 24),
    channels=st.integers(1, 4),
    share=st.floats(0, 1),
    seed=st.integers(0, 99),
)
def test_any_picture_and_any_mask(name: str, height: int, width: int, channels: int, share: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    image = rng.uniform(0.2, 0.8, (height, width, channels)).astype(np.float32)
    mask = rng.uniform(size=(height, width)) < share
    mask[rng.integers(height), rng.integers(width)] = False
    result = method(name)(image, mask=mask)
    np.testing.assert_array_equal(result[~mask], image[~mask])
    assert result.min() > 0.1 and result.max() < 0.9


@every_method
@pytest.mark.parametrize("size", [(1, 2), (3, 5), (1, 40), (50, 2)])
def test_tiny_images_and_single_rows(name: str, size: tuple[int, int]) -> None:
    image = np.random.default_rng(2).uniform(0.2, 0.8, (*size, 3)).astype(np.float32)
    mask = np.ones(size, bool)
    mask[0, :2] = mask[size[0] // 2, 0] = False
    mask[-1, -1] = True
    result = method(name)(image, mask=mask)
    assert result.min() > 0.1 and result.max() < 0.9


@every_method
def test_an_empty_mask_gives_the_image_and_a_full_one_an_error(name: str) -> None:
    image = photo()
    result = method(name)(image, mask=np.zeros((72, 64), bool))
    np.testing.assert_array_equal(result, image)
    assert not np.shares_memory(result, image)
    with pytest.raises(ImageError, match=r"whole image is missing.*invert"):
        method(name)(image, mask=np.ones((72, 64), bool))


@every_method
def test_a_mask_of_another_size_is_refused(name: str) -> None:
    with pytest.raises(ImageError, match=r"mask is 72 x 64 px and the image 64 x 72"):
        method(name)(photo(), mask=np.zeros((64, 72), bool))


@every_method
def test_strength_is_a_dial_in_the_hole(name: str) -> None:
    image, mask = photo(), strokes()
    none, half, whole = (method(name)(image, mask=mask, strength=s) for s in (0, 0.5, 1))
    np.testing.assert_array_equal(none, image)
    np.testing.assert_allclose(half, (image + whole) / 2, atol=1e-6)
    np.testing.assert_array_equal(half[~mask], image[~mask])
    for strength in (-0.1, 1.5, float("nan")):
        with pytest.raises(SettingsError, match="use 0"):
            method(name)(image, mask=mask, strength=strength)


@every_method
@pytest.mark.parametrize("colour", [(0.0, 0.0, 0.0), (0.2, 0.5, 0.4), (1.0, 1.0, 1.0)])
def test_a_flat_image_stays_flat(name: str, colour: tuple[float, float, float]) -> None:
    image = np.full((33, 41, 3), colour, np.float32)
    np.testing.assert_allclose(method(name)(image, mask=strokes(33, 41)), image, atol=1e-4)


@every_method
def test_gray_stays_gray(name: str) -> None:
    image = np.repeat(photo(1), 3, axis=2)
    result = method(name)(image, mask=strokes())
    np.testing.assert_allclose(result, np.repeat(result[:, :, :1], 3, axis=2), atol=1e-5)


@every_method
def test_a_smooth_slope_is_continued(name: str) -> None:
    slope = np.broadcast_to(np.linspace(0.2, 0.8, 64, dtype=np.float32)[None, :, None], (48, 64, 1)).copy()
    mask = np.zeros((48, 64), bool)
    mask[20:29, 20:40] = True
    error = np.abs(method(name)(slope, mask=mask) - slope)[mask].mean()
    assert error < (1e-4 if name == "biharmonic" else 0.03)
    flat = np.abs(slope[mask] - slope[~mask].mean()).mean()
    assert error < flat


@every_method
def test_scratches_in_a_photo_gain_much(name: str) -> None:
    image, mask = photo(), np.zeros((72, 64), bool)
    mask[::9, 4:60] = True
    spoilt = np.where(mask[:, :, None], np.float32(1), image)
    assert psnr(method(name)(spoilt, mask=mask)[mask], image[mask], data_range=1) > 21


@every_method
def test_16_bit_gradations_survive(name: str) -> None:
    ramp = np.rint(np.linspace(0.2, 0.6, 4096) * 65535).reshape(64, 64).astype(np.float32) / 65535
    mask = np.zeros((64, 64), bool)
    mask[20:23] = True
    result = np.rint(method(name)(ramp[:, :, None], mask=mask) * 65535)
    assert len(np.unique(result[mask])) > 60


@every_method
def test_cards_name_their_task_and_needs(name: str) -> None:
    card: Card = import_module(f"ganvas.zoo.classical.{name}").CARD
    assert Card.from_json(card.to_json()) == card
    assert (card.task, card.needs, card.tiling) == ("inpaint", {"image", "mask"}, "never")


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda x, m: telea.apply(x, mask=m, radius=0), "radius of 0"),
        (lambda x, m: navier_stokes.apply(x, mask=m, radius=float("nan")), "radius of nan"),
        (lambda x, m: median_fill.apply(x, mask=m, size=4), "4 px"),
        (lambda x, m: patchmatch.apply(x, mask=m, size=17), "17 px"),
    ],
)
def test_settings_outside_are_refused_with_the_remedy(call: Callable[..., np.ndarray], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        call(photo(), strokes())


def test_biharmonic_solves_its_equation() -> None:
    """A polynomial of third degree in each direction is biharmonic where y and x are mixed linearly."""
    y, x = np.mgrid[0:30, 0:30] / 30
    image = (0.3 + 0.2 * x**3 + 0.3 * y * x).astype(np.float32)[:, :, None]
    mask = np.zeros((30, 30), bool)
    mask[10:17, 11:16] = True
    np.testing.assert_allclose(biharmonic.apply(image, mask=mask), image, atol=1e-4)


def test_median_fill_takes_known_values_ring_by_ring() -> None:
    image = np.zeros((7, 7, 1), np.float32)
    image[:, 4:] = 1
    mask = np.zeros((7, 7), bool)
    mask[2:5, 1:4] = True
    result = median_fill.apply(image, mask=mask, size=3)[:, :, 0]
    # At the right three known neighbours are white and at most two black; the middle sees three white of eight.
    np.testing.assert_array_equal(result[2:5, 1:4], [[0, 0, 1]] * 3)
    assert set(np.unique(median_fill.apply(photo(), mask=strokes())[strokes()])) <= set(np.unique(photo()))


def stripes() -> tuple[np.ndarray, np.ndarray]:
    """A texture that repeats, and a hole wider than a period."""
    y, x = np.mgrid[0:64, 0:72]
    image = (0.5 + 0.4 * np.sign(np.sin(2 * np.pi * (x + y) / 9))).astype(np.float32)
    mask = np.zeros((64, 72), bool)
    mask[22:42, 25:47] = True
    return image[:, :, None], mask


def test_patchmatch_continues_a_texture_where_others_blur() -> None:
    image, mask = stripes()
    values = {name: psnr(method(name)(image, mask=mask)[mask], image[mask], data_range=1) for name in NAMES}
    assert values.pop("patchmatch") > 25
    assert max(values.values()) < 15


def test_patchmatch_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    image, mask = photo(), strokes()
    first = patchmatch.apply(image, mask=mask, seed=1)
    np.testing.assert_array_equal(patchmatch.apply(image, mask=mask, seed=1), first)
    assert (patchmatch.apply(image, mask=mask, seed=2) != first).any()


def test_patchmatch_copies_colours_of_the_known_part() -> None:
    """Means of similar patches stay within a step of some known colour where there are only two."""
    image, mask = stripes()
    filled = patchmatch.apply(image, mask=mask)[mask]
    assert (np.minimum(np.abs(filled - 0.1), np.abs(filled - 0.9)) < 0.05).mean() > 0.9


def test_sources_are_patches_without_a_missing_pixel() -> None:
    mask = np.random.default_rng(1).uniform(size=(17, 13)) < 0.05
    windows = np.lib.stride_tricks.sliding_window_view(mask, (5, 5))
    np.testing.assert_array_equal(sources(mask, 5), ~windows.any(axis=(2, 3)))


def test_the_field_comes_near_the_exhaustive_search() -> None:
    image, mask = np.ascontiguousarray(photo()[:40, :40]), strokes(40, 40)
    image = np.where(mask[:, :, None], np.float32(0.5), image)
    field = Field(image, mask, 5, np.random.default_rng(0))
    windows = np.lib.stride_tricks.sliding_window_view(image, (5, 5), axis=(0, 1)).reshape(36, 36, -1)
    depth = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
    say = np.lib.stride_tricks.sliding_window_view(np.maximum(10.0**-depth, 0.01), (5, 5)).reshape(36, 36, 25)

    def distance(sources: np.ndarray, y: int, x: int) -> np.ndarray:
        squares = ((sources - windows[y, x]) ** 2).reshape(len(sources), 3, 25).mean(axis=1)
        return squares @ say[y, x] / say[y, x].sum()

    known = windows[sources(mask, 5)]
    best = np.array([distance(known, y, x).min() for y, x in zip(field.y, field.x, strict=True)])
    found = []
    for _ in range(4):
        field.measure()
        field.search()
        found.append(float(field.distance.mean()))
    for row in range(0, len(field.y), 17):
        source = windows[field.source_y[row], field.source_x[row]]
        assert field.distance[row] == pytest.approx(distance(source[None], field.y[row], field.x[row])[0], rel=1e-4)
    assert found == sorted(found, reverse=True)
    assert best.mean() <= found[-1] < 1.15 * best.mean()
