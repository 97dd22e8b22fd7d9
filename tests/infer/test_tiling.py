"""Plans of tiles: every pixel is covered with weights that add up to one, whatever the size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganvas.infer.tiling import EXACT_WORK, Axis, choose_plan, padded_length, plan_axis, plan_tiles, reflected


def assemble(line: np.ndarray, axis: Axis, scale: int) -> np.ndarray:
    """Tile-and-blend of nearest-neighbour enlargement along one axis."""
    result = np.zeros(len(line) * scale)
    for number, start in enumerate(axis.starts):
        low, high = axis.owned(number)
        assert start <= low < high <= start + axis.tile
        part = np.repeat(line[low:high], scale)
        weights = axis.weights(number, scale)
        result[low * scale : high * scale] += part if weights is None else part * weights
    return result


@given(
    blocks=st.integers(1, 300),
    multiple=st.sampled_from([1, 2, 4, 8]),
    tile=st.integers(24, 130),
    overlap=st.integers(0, 16),
    feather=st.integers(0, 4),
    scale=st.integers(1, 4),
)
def test_tile_and_blend_of_the_identity_is_the_identity(
    blocks: int, multiple: int, tile: int, overlap: int, feather: int, scale: int
) -> None:
    length = blocks * multiple
    axis = plan_axis(length, tile, overlap=overlap, multiple_of=multiple, feather=min(feather, overlap // 4))
    line = np.random.default_rng(length).random(length)
    assert np.abs(assemble(line, axis, scale) - np.repeat(line, scale)).max() < 1e-6
    assert axis.tile <= max(tile, 1) and axis.tile % multiple == 0
    assert all(start % multiple == 0 for start in axis.starts)
    assert axis.starts[0] == 0 and axis.starts[-1] + axis.tile == length


@given(length=st.integers(1, 3000), tile=st.integers(60, 200), radius=st.integers(0, 25))
def test_hard_cuts_keep_the_radius_from_inner_edges(length: int, tile: int, radius: int) -> None:
    axis = plan_axis(length, tile, overlap=2 * radius)
    for number, start in enumerate(axis.starts):
        low, high = axis.owned(number)
        assert low == 0 or low - start >= radius
        assert high == length or start + axis.tile - high >= radius


@given(length=st.integers(1, 40), start=st.integers(0, 80), count=st.integers(1, 60))
def test_reflection_is_numpys(length: int, start: int, count: int) -> None:
    line = np.arange(length)
    oracle = np.pad(line, (0, start + count), mode="reflect") if length > 1 else np.zeros(1 + start + count, int)
    np.testing.assert_array_equal(reflected(length, start, start + count), oracle[start : start + count])


def test_padding_reaches_the_least_size_and_the_multiple() -> None:
    assert padded_length(1, multiple_of=8, min_size=20) == 24
    assert padded_length(600, multiple_of=1, min_size=1) == 600


def test_an_axis_that_cannot_advance_is_refused() -> None:
    with pytest.raises(ValueError, match="do not advance"):
        plan_axis(100, 36, overlap=36)
    with pytest.raises(ValueError, match="multiple"):
        plan_axis(101, 36, overlap=4, multiple_of=2)


def test_exact_only_where_the_halo_is_cheap() -> None:
    # Radius 18: at 512 px the halo is 7.6 % a side, at 96 px it is more than half.
    large = plan_tiles(4000, 4000, tile=(512, 512), tiling=18)
    small = plan_tiles(4000, 4000, tile=(96, 96), tiling=18)
    assert large is not None and large.mode == "exact" and 1 < large.work <= EXACT_WORK
    assert small is not None and small.mode == "blend"
    assert plan_tiles(4000, 4000, tile=(512, 512), tiling=350).mode == "blend"  # type: ignore[union-attr]


def test_never_means_never() -> None:
    assert plan_tiles(100, 100, tile=(64, 64), tiling="never") is None
    assert plan_tiles(64, 64, tile=(64, 64), tiling="never").mode == "whole"  # type: ignore[union-attr]


def test_the_chosen_plan_is_the_cheapest_that_fits() -> None:
    wide = choose_plan(2000, 3000, tiling=18, multiple_of=1, least=96, most=768, fits=lambda plan: True)
    tight = choose_plan(
        2000, 3000, tiling=18, multiple_of=1, least=96, most=768, fits=lambda plan: np.prod(plan.tile) < 128 * 400
    )
    assert wide is not None and tight is not None
    assert wide.work <= tight.work and np.prod(tight.tile) < 128 * 400
    assert choose_plan(2000, 3000, tiling=18, multiple_of=1, least=96, most=768, fits=lambda plan: False) is None
