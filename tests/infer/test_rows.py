"""Rows: padding, streaming, resampling."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganvas.infer.rows import ArrayRows, PaddedRows, StreamedRows, resampled
from ganvas.ops.resample import resample, resize_band, resize_matrix


def picture(height: int, width: int, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(height * 777 + width).random((height, width, channels), dtype=np.float32)


@given(height=st.integers(1, 50), width=st.integers(1, 50), multiple=st.sampled_from([1, 4, 16]))
def test_padding_is_numpys_reflection(height: int, width: int, multiple: int) -> None:
    image = picture(height, width)
    rows = PaddedRows(ArrayRows(image), multiple_of=multiple, min_size=multiple)
    pad = [(0, rows.height - height), (0, rows.width - width), (0, 0)]
    modes = ["reflect" if side > 1 else "edge" for side in (height, width)]
    expected = np.pad(np.pad(image, [pad[0], (0, 0), (0, 0)], modes[0]), [(0, 0), pad[1], (0, 0)], modes[1])  # type: ignore[call-overload]
    np.testing.assert_array_equal(rows.read(0, rows.height), expected)
    np.testing.assert_array_equal(rows.read(rows.height // 2, rows.height), expected[rows.height // 2 :])


@given(sizes=st.lists(st.integers(1, 9), min_size=1, max_size=12), window=st.integers(1, 20), stride=st.integers(0, 20))
def test_streamed_rows_are_the_rows(sizes: list[int], window: int, stride: int) -> None:
    height = sum(sizes)
    image = picture(height, 4)
    cuts = np.cumsum([0, *sizes])
    chunks = (image[a:b].copy() for a, b in pairwise(cuts))
    rows = StreamedRows(chunks, height=height, width=4, channels=3)
    for y0 in range(0, height, stride or 1):
        y1 = min(height, y0 + window)
        np.testing.assert_array_equal(rows.read(y0, y1), image[y0:y1])


def test_rows_that_were_forgotten_are_not_given_wrongly() -> None:
    rows = StreamedRows(iter([picture(4, 4)] * 3), height=12, width=4, channels=3)
    rows.read(6, 8)
    with pytest.raises(AssertionError):
        rows.read(2, 4)


def test_cropping_cuts_right_and_below() -> None:
    image = picture(12, 9)
    rows = StreamedRows(iter([image[:5], image[5:10], image[10:]]), height=12, width=9, channels=3)
    np.testing.assert_array_equal(np.concatenate(list(rows.cropped(10, 7))), image[:10, :7])


@pytest.mark.parametrize("size", [(200, 100), (77, 31), (301, 500), (1, 1)])
@pytest.mark.parametrize("channels", [1, 3])
def test_streamed_resampling_is_resampling(size: tuple[int, int], channels: int) -> None:
    image = picture(150, 140, channels)
    chunks = list(resampled(ArrayRows(image), size))
    assert max(map(len, chunks)) <= 64
    np.testing.assert_allclose(np.concatenate(chunks), resample(image.astype(np.float64), size), atol=3e-6)


@given(length=st.integers(1, 60), new=st.integers(1, 60), data=st.data())
def test_a_band_of_the_matrix_is_the_matrix(length: int, new: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, new - 1))
    stop = data.draw(st.integers(start + 1, new))
    first, last, band = resize_band(length, new, start, stop)
    whole = resize_matrix(length, new)[start:stop]
    np.testing.assert_allclose(band, whole[:, first:last], atol=1e-12)
    assert np.abs(np.delete(whole, np.s_[first:last], axis=1)).sum() == 0
    with pytest.raises(ValueError, match="Cannot resize"):
        resize_band(length, new, new, new)
