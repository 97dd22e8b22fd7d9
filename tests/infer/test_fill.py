"""Filling pictures of any size: known pixels, crops, large holes, the feather."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

from ganvas.core.errors import ImageError, ModelError, SettingsError
from ganvas.infer import detail
from ganvas.infer.detail import places
from ganvas.infer.fill import Filled, feathered, fill

SMALL = {"context": 16, "largest": 64}


def mean(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Fills with the mean of what is known, and spoils what is known to see whether anybody keeps that."""
    return np.where(mask[:, :, None], image[~mask].mean(axis=0), 1 - image)


def noted(calls: list[tuple[int, int]], function: Callable = mean) -> Callable:
    def call(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
        calls.append(mask.shape)
        return function(image, mask)

    return call


def holes(seed: int, shape: tuple[int, int]) -> np.ndarray:
    rng = np.random.default_rng(seed)
    mask = np.zeros(shape, bool)
    for _ in range(rng.integers(1, 8)):
        y, x = rng.integers(0, shape[0]), rng.integers(0, shape[1])
        mask[y : y + rng.integers(1, 90), x : x + rng.integers(1, 90)] = True
    mask[rng.integers(0, shape[0]), rng.integers(0, shape[1])] = False
    return mask


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10**6),
    height=st.integers(1, 200),
    width=st.integers(1, 200),
    channels=st.sampled_from([1, 3]),
    deepest=st.sampled_from([None, 6, 40]),
)
def test_known_pixels_come_back_bit_for_bit_and_all_others_are_filled(
    seed: int, height: int, width: int, channels: int, deepest: int | None
) -> None:
    image = np.random.default_rng(seed).random((height, width, channels), dtype=np.float32)
    mask = holes(seed, (height, width))
    if mask.all():
        return
    spoilt = np.where(mask[:, :, None], np.float32(7), image)  # no picture has such a value
    before, mask_before = spoilt.copy(), mask.copy()
    calls: list[tuple[int, int]] = []
    result = fill(noted(calls), spoilt, mask, deepest=deepest, **SMALL)
    np.testing.assert_array_equal(result[~mask], image[~mask])
    assert result[mask].size == 0 or (result[mask].min() >= 0 and result[mask].max() <= 1)
    np.testing.assert_array_equal(spoilt, before)  # nobody's array is written to
    np.testing.assert_array_equal(mask, mask_before)
    assert max((max(call) for call in calls), default=0) <= SMALL["largest"]


@given(seed=st.integers(0, 10**6), deepest=st.sampled_from([None, 6]))
@settings(max_examples=10)
def test_what_stood_in_a_hole_has_no_influence(seed: int, deepest: int | None) -> None:
    image = np.random.default_rng(seed).random((150, 130, 3), dtype=np.float32)
    mask = holes(seed, image.shape[:2])
    other = np.where(mask[:, :, None], np.float32(1) - image, image)

    def smeared(crop: np.ndarray, missing: np.ndarray) -> np.ndarray:  # looks at all it is shown
        return (crop + crop[::-1] + crop.mean()) / 3

    first, second = (fill(smeared, given, mask, deepest=deepest, **SMALL) for given in (image, other))
    np.testing.assert_array_equal(first, second)


def test_a_page_of_letters_is_a_few_crops() -> None:
    mask = np.zeros((700, 700), bool)
    for y in range(40, 660, 40):
        for x in range(40, 660, 25):
            mask[y : y + 12, x : x + 10] = True
    told, calls = Filled(), []
    fill(noted(calls), np.zeros((*mask.shape, 3), np.float32), mask, told=told)
    assert len(calls) == told.crops <= 4, "one crop per letter"
    assert 384 < told.largest <= 512 and told.coarse == 0


def test_a_crop_sees_what_the_crop_before_has_filled() -> None:
    # A hole as long as three crops; the middle is filled between two that are done.
    image = np.zeros((40, 140, 1), np.float32)
    mask = np.zeros((40, 140), bool)
    mask[15:25, 5:135] = True
    seen = []

    def bright(crop: np.ndarray, missing: np.ndarray) -> np.ndarray:
        seen.append(float(crop[~missing].max()))
        return np.full_like(crop, 0.5)

    result = fill(bright, image, mask, **SMALL)
    assert seen[0] == 0 and all(value == 0.5 for value in seen[1:]) and len(seen) > 3
    assert (result[mask] == 0.5).all()


def test_thin_holes_of_any_length_are_filled_at_full_resolution() -> None:
    mask = np.zeros((300, 300), bool)
    for i in range(300):
        mask[i, max(0, i - 3) : i + 3] = True
    told = Filled()
    fill(mean, np.zeros((300, 300, 3), np.float32), mask, told=told, **SMALL)
    assert told.coarse == 0 and told.crops >= 9


def test_a_large_hole_gets_the_detail_of_its_surroundings() -> None:
    # Stripes of 2 px on a picture whose left half is dark: at low resolution they cannot be seen.
    y, x = np.mgrid[:320, :320]
    image = (0.3 + 0.3 * (x > 160) + 0.2 * (y // 2 % 2))[:, :, None].astype(np.float32)
    mask = np.zeros((320, 320), bool)
    mask[90:230, 90:230] = True

    def low(crop: np.ndarray, missing: np.ndarray) -> np.ndarray:
        # What a good model makes of a crop: the mean of the known pixels of the same column.
        known = np.where(missing[:, :, None], 0, crop).sum(axis=0) / np.maximum((~missing).sum(axis=0), 1)[:, None]
        return np.broadcast_to(known, crop.shape)

    told = Filled()
    result = fill(low, image, mask, context=32, largest=256, deepest=20, told=told)
    core = (slice(140, 180), slice(120, 200))
    assert told.coarse == 1
    assert np.abs(result[core] - image[core]).mean() < 0.04, "the stripes are missing or misplaced"
    smooth = fill(low, image, mask, context=32, largest=256)
    assert np.abs(smooth[core] - image[core]).mean() > 0.09, "the test needs no detail"


def test_a_smooth_fill_gets_no_weave_of_one_place() -> None:
    image = np.random.default_rng(0).random((300, 300, 1), dtype=np.float32)
    mask = np.zeros((300, 300), bool)
    mask[60:240, 60:240] = True
    result = fill(mean, image, mask, context=32, largest=512, deepest=32)
    assert result[100:200, 100:200].std() < 0.02, "detail of a place that all of it resembles alike is no detail"


def test_low_resolution_first_keeps_memory_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_PIECE", "_AT_ONCE", "_SOURCES"):
        monkeypatch.setattr(detail, name, 1 << 11)
    image = np.zeros((700, 500, 3), np.float32)
    mask = np.zeros(image.shape[:2], bool)
    mask[50:200, 50:400] = True
    mask[300:690, 10:480] = True
    out = np.empty_like(image)
    fill(mean, image[:250], mask[:250], context=16, largest=64)  # imports what it needs
    tracemalloc.start()
    fill(mean, image, mask, context=16, largest=64, out=out)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.7 * image.nbytes
    assert (out[~mask] == 0).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (2, 2)])
def test_tiny_pictures(shape: tuple[int, int]) -> None:
    image = np.full((*shape, 3), 0.25, np.float32)
    mask = np.zeros(shape, bool)
    assert (fill(mean, image, mask) == image).all()
    if mask.size > 1:
        mask.flat[0] = True
        assert (fill(mean, image, mask) == image).all()


def test_a_single_known_pixel_is_enough() -> None:
    image = np.full((300, 300, 1), 0.75, np.float32)
    mask = np.ones((300, 300), bool)
    mask[299, 0] = False
    np.testing.assert_allclose(fill(mean, image, mask, context=8, largest=32), image, atol=1e-6)


def test_impossible_requests() -> None:
    image, mask = np.zeros((9, 9, 3), np.float32), np.zeros((9, 9), bool)
    with pytest.raises(ImageError, match="nothing to fill from"):
        fill(mean, image, ~mask)
    with pytest.raises(ImageError, match="make them equal"):
        fill(mean, image, mask[:5])
    with pytest.raises(SettingsError, match="enlarge them"):
        fill(mean, image, mask, context=64, largest=128)
    mask[0, 0] = True
    with pytest.raises(ModelError, match="not finite"):
        fill(lambda crop, missing: crop * np.nan, image, mask)
    with pytest.raises(ModelError, match="made"):
        fill(lambda crop, missing: crop[1:], image, mask)


@given(seed=st.integers(0, 10**6), px=st.floats(0.5, 30))
@settings(max_examples=15)
def test_the_feather_lies_inside_the_hole_and_fades(seed: int, px: float) -> None:
    mask = holes(seed, (120, 150))
    image, filled = np.zeros((120, 150, 1), np.float32), np.ones((120, 150, 1), np.float32)
    filled[~mask] = 0.123
    feathered(filled, image, mask, px=px)
    assert (filled[~mask] == np.float32(0.123)).all()
    rows, columns = np.nonzero(~mask)
    for y, x in np.random.default_rng(seed).permutation(np.argwhere(mask))[:20]:
        distance = np.hypot(rows - y, columns - x).min()
        assert filled[y, x, 0] == pytest.approx(min(1, distance / (px + 1)), abs=1e-3)


def test_places_are_found_where_the_picture_repeats() -> None:
    tile = data.brick()[:16, :16].astype(np.float32)[:, :, None] / 255
    low = np.tile(tile, (5, 5, 1))
    wanted = np.zeros((80, 80), bool)
    wanted[30:44, 28:45] = True
    found = places(low, wanted=wanted, known=~wanted)
    assert found is not None
    down, right, worth = found
    moved = low[np.arange(80)[:, None] + down, np.arange(80) + right]
    assert np.abs(moved - low).mean() < 0.01
    assert (down[wanted] % 16 == 0).mean() > 0.8 and not down[~wanted].any()
    assert worth[wanted].mean() > 0.9
    assert places(low, wanted=wanted, known=np.zeros_like(wanted)) is None
