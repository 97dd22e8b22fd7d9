"""Brightness, contrast and saturation: fixed points, directions, and no surprise at the ends of the range."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganvas.ops.tone import adjusted

ROWS = np.random.default_rng(3).random((9, 7, 3)).astype(np.float32)
GRAY = ROWS[:, :, :1]
LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


@pytest.mark.parametrize("rows", [ROWS, GRAY])
def test_nothing_turned_is_the_very_values_and_nothing_is_written_to(rows: np.ndarray) -> None:
    before = rows.copy()
    np.testing.assert_array_equal(adjusted(rows), rows)
    adjusted(rows, brightness=0.5, contrast=2.0, saturation=2.0)
    np.testing.assert_array_equal(rows, before)


def test_brightness_is_a_power_that_keeps_black_and_white() -> None:
    np.testing.assert_allclose(adjusted(ROWS, brightness=1.0), ROWS**0.5, atol=1e-6)
    np.testing.assert_allclose(adjusted(ROWS, brightness=-1.0), ROWS**2, atol=1e-6)
    ends = np.array([0.0, 1.0], np.float32).reshape(1, 2, 1)
    for brightness in (-1.0, -0.3, 0.7, 1.0):
        np.testing.assert_array_equal(adjusted(ends, brightness=brightness), ends)


def test_contrast_turns_about_mid_gray() -> None:
    np.testing.assert_allclose(adjusted(ROWS, contrast=0.0), 0.5)
    np.testing.assert_allclose(adjusted(ROWS, contrast=0.5), 0.25 + 0.5 * ROWS, atol=1e-6)
    np.testing.assert_allclose(adjusted(ROWS, contrast=3.0), np.clip(3 * ROWS - 1, 0, 1), atol=1e-6)


def test_saturation_keeps_the_luma_and_leaves_gray_alone() -> None:
    np.testing.assert_allclose(adjusted(ROWS, saturation=0.0), (ROWS @ LUMA)[:, :, None].repeat(3, 2), atol=1e-6)
    np.testing.assert_allclose(adjusted(ROWS, saturation=0.4) @ LUMA, ROWS @ LUMA, atol=1e-6)
    np.testing.assert_array_equal(adjusted(GRAY, saturation=3.0), GRAY)
    colourless = GRAY.repeat(3, 2)
    np.testing.assert_allclose(adjusted(colourless, saturation=3.0), colourless, atol=1e-6)


@given(st.floats(-1, 1), st.floats(0, 3), st.floats(0, 3), st.integers(1, 8))
def test_any_cut_into_rows_gives_the_same_finite_values_in_range(
    brightness: float, contrast: float, saturation: float, cut: int
) -> None:
    turned = {"brightness": brightness, "contrast": contrast, "saturation": saturation}
    whole = adjusted(ROWS, **turned)
    assert whole.dtype == np.float32 and np.isfinite(whole).all() and whole.min() >= 0 and whole.max() <= 1
    parts = [adjusted(ROWS[:cut], **turned), adjusted(ROWS[cut:], **turned)]
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-6)


def test_values_out_of_range_are_no_trouble() -> None:
    rows = np.array([-0.1, 1.2], np.float32).reshape(1, 2, 1)
    np.testing.assert_array_equal(adjusted(rows, brightness=0.5), np.array([0, 1], np.float32).reshape(1, 2, 1))
