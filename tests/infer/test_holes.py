"""Boxes around holes hold every missing pixel, and are few."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ganvas.infer.holes import Box, boxes_of, tightened, tiles_of

SHAPE = (600, 800)


def crop(box: Box) -> Box:
    return box.grown(64, SHAPE)


def mask_of(*rectangles: tuple[int, int, int, int]) -> np.ndarray:
    mask = np.zeros(SHAPE, bool)
    for top, bottom, left, right in rectangles:
        mask[top:bottom, left:right] = True
    return mask


@settings(max_examples=15)
@given(seed=st.integers(0, 10**6), count=st.integers(0, 40), thin=st.booleans())
def test_every_missing_pixel_is_in_a_box_and_no_box_is_loose(seed: int, count: int, thin: bool) -> None:
    rng = np.random.default_rng(seed)
    mask = np.zeros(SHAPE, bool)
    for _ in range(count):
        y, x = rng.integers(0, 590), rng.integers(0, 790)
        mask[y : y + rng.integers(1, 60), x : x + rng.integers(1, 60)] = True
    boxes = boxes_of(mask, crop=crop, inner=256, thin=thin)
    seen = np.zeros(SHAPE, bool)
    for box in boxes:
        seen[box.slices] = True
        edges = mask[box.slices]
        assert edges[0].any() and edges[-1].any() and edges[:, 0].any() and edges[:, -1].any()
    assert not (mask & ~seen).any() and (count > 0 or boxes == [])
    assert [box.top for box in boxes] == sorted(box.top for box in boxes)


def test_letters_share_a_box_and_far_holes_do_not() -> None:
    letters = [(100 + 30 * i, 110 + 30 * i, 100 + 20 * j, 112 + 20 * j) for i in range(4) for j in range(9)]
    far = (500, 520, 700, 720)
    boxes = boxes_of(mask_of(*letters, far), crop=crop, inner=256)
    assert boxes == [Box(100, 200, 100, 272), Box(*far)]


def test_merging_never_costs_more_than_it_spares() -> None:
    rng = np.random.default_rng(1)
    specks = [(int(y), int(y) + 4, int(x), int(x) + 4) for y, x in rng.integers(0, 580, (300, 2))]
    mask = mask_of(*specks)
    boxes = boxes_of(mask, crop=crop, inner=256, thin=True)
    assert len(boxes) < 20
    assert sum(crop(box).area for box in boxes) < 0.25 * sum(crop(Box(*speck)).area for speck in specks)


def test_a_large_hole_is_one_box_and_tiles_cover_it_once() -> None:
    hole = Box(20, 560, 30, 770)
    assert boxes_of(mask_of((20, 560, 30, 770)), crop=crop, inner=256) == [hole]
    count = np.zeros(SHAPE, int)
    for tile in tiles_of(hole, 256):
        assert tile.longer <= 256
        count[tile.slices] += 1
    assert (count == mask_of((20, 560, 30, 770))).all()


def test_tightened() -> None:
    mask = mask_of((10, 12, 50, 60), (300, 301, 400, 401))
    assert tightened(mask, Box(0, 100, 0, 100)) == Box(10, 12, 50, 60)
    assert tightened(mask, Box(100, 200, 0, 100)) is None
