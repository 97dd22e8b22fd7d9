"""Colour below transparency: known exactly where it is simple, and independent of how rows are asked for."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ganvas.io.edges import EdgeExtender


def _extender(colour: np.ndarray, alpha: np.ndarray) -> EdgeExtender:
    height, width = alpha.shape[:2]
    return EdgeExtender(lambda a, b: colour[a:b].copy(), lambda a, b: alpha[a:b].copy(), height=height, width=width)


@given(alpha=hnp.arrays("uint8", (40, 23, 1), elements=st.sampled_from([0, 0, 0, 1, 90, 255])), data=st.data())
def test_rows_agree_and_stay_inside_the_visible_range(alpha: np.ndarray, data: st.DataObject) -> None:
    opacity = (alpha / 255).astype(np.float32)
    seen = alpha[..., 0] > 4
    colour = np.where(seen[..., None], np.linspace(0.3, 0.6, 40 * 23 * 3).reshape(40, 23, 3), 9.0).astype(np.float32)
    extender = _extender(colour, opacity)
    whole = extender.rows(0, 40)
    assert np.array_equal(whole[seen], colour[seen])
    if seen.any():
        assert whole.min() >= 0.3 - 1e-5 and whole.max() <= 0.6 + 1e-5
    else:
        assert (whole == 0.5).all()
    y0 = data.draw(st.integers(0, 40))
    y1 = data.draw(st.integers(y0, 40))
    assert np.array_equal(extender.rows(y0, y1), whole[y0:y1])


def test_a_straight_edge_continues_its_colour() -> None:
    """Left half visible with one colour per row: just right of the edge each row shows nearly its own."""
    colour = np.zeros((64, 40, 1), np.float32)
    colour[:, :20, 0] = np.linspace(0, 1, 64)[:, None]
    alpha = np.zeros((64, 40, 1), np.float32)
    alpha[:, :20] = 1
    rows = _extender(colour, alpha).rows(0, 64)
    assert np.abs(rows[4:-4, 20:24, 0] - np.linspace(0, 1, 64)[4:-4, None]).max() < 0.02
