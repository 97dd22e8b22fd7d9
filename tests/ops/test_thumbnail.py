"""The thumbnail's size and averaging, against torch's."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from ganvas.ops.thumbnail import CELL, thumbnail_band, thumbnail_size


@pytest.mark.parametrize(
    ("height", "width", "size"),
    [(1, 1, (128, 128)), (4000, 6000, (88, 128)), (1, 600, (CELL, 128)), (3000, 2000, (128, 88)), (128, 64, (128, 64))],
)
def test_the_longer_side_is_given_and_both_are_whole_cells(height: int, width: int, size: tuple[int, int]) -> None:
    assert thumbnail_size(height, width, 128) == size


@given(length=st.integers(1, 300), new=st.integers(1, 40), data=st.data())
def test_bands_average_as_torch_does(length: int, new: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, new - 1))
    stop = data.draw(st.integers(start + 1, new))
    values = torch.rand(1, 1, length, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(length))
    # Two columns: torch 2 miscounts an axis of one pixel, which no thumbnail has.
    expected = F.interpolate(values, size=(new, 2), mode="bilinear", align_corners=False, antialias=True)[0, 0]
    first, last, matrix = thumbnail_band(length, new, start, stop)
    assert matrix.shape == (stop - start, last - first) and 0 <= first < last <= length
    np.testing.assert_allclose(matrix @ values[0, 0, first:last].numpy(), expected[start:stop], atol=1e-12)
