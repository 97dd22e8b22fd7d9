from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

from ganvas.core.errors import ModelError
from ganvas.infer.paste import Square, paste, weight

PHOTO = data.astronaut()[:160, 140:320].astype(np.float32) / np.float32(255)
SIDE = 32


def brighter(image: np.ndarray) -> np.ndarray:
    return image + np.float32(0.1)


def pasted(image: np.ndarray, *squares: Square, function: Callable = brighter, **changes) -> np.ndarray:
    return paste(function, image, squares, side=SIDE, out=np.empty_like(image), **changes)


@settings(max_examples=40, deadline=None)
@given(st.integers(-60, 200), st.integers(-60, 200), st.integers(2, 250), st.sampled_from([1, 3]))
def test_outside_of_the_square_not_a_bit_changes_and_inside_no_more_than_the_function(
    top: int, left: int, side: int, channels: int
) -> None:
    image = PHOTO[:, :, :channels] * np.float32(0.5) + np.float32(0.1)
    square = Square(top=top, left=left, side=side)
    result = pasted(image, square)
    inside = np.zeros(image.shape[:2], bool)
    inside[square.inside(image.shape)] = True
    assert np.array_equal(result[~inside], image[~inside])
    change = result - image
    assert change.min(initial=0) >= -1e-6 and change.max(initial=0) <= 0.1 + 1e-6
    middle = (top + side // 2, left + side // 2)
    if side > 4 and all(0 <= place < length for place, length in zip(middle, image.shape, strict=False)):
        assert change[middle] == pytest.approx(0.1, abs=1e-5)


def test_the_change_has_no_border_that_can_be_seen() -> None:
    image = np.full((200, 200, 1), 0.5, np.float32)
    square = Square(top=40, left=50, side=100)
    step = np.abs(np.diff((pasted(image, square) - image)[90, :, 0]))
    border = max(step[49], step[149])  # from the last pixel outside to the first one inside
    assert 0 < border < 0.1 * step.max()
    soft = weight(square, square.inside(image.shape))
    assert soft[50, 50] == 1 and np.abs(np.diff(soft, axis=1)).max() < 2.5 / (0.25 * 100)


def test_fine_detail_of_what_is_larger_than_the_function_sees_stays() -> None:
    checked = np.indices((200, 200)).sum(axis=0)[:, :, None] % 2
    image = (0.4 + 0.2 * checked).astype(np.float32)
    result = pasted(image, Square(top=20, left=20, side=160))
    assert np.abs(np.diff(result[100, 60:140, 0])).min() > 0.19
    assert result[60:140, 60:140].mean() == pytest.approx(0.6, abs=1e-3)


def test_a_function_that_changes_nothing_leaves_every_bit() -> None:
    squares = Square(top=-20, left=30, side=64), Square(top=50, left=60, side=17)
    assert np.array_equal(pasted(PHOTO, *squares, function=lambda image: image), PHOTO)


def test_squares_that_overlap_share_the_change() -> None:
    image = np.full((120, 160, 1), 0.5, np.float32)
    one, two = Square(top=10, left=10, side=90), Square(top=20, left=50, side=90)
    alone = [pasted(image, square) - image for square in (one, two)]
    both = pasted(image, one, two) - image
    assert both.max() <= 0.1 + 1e-6 and (both >= np.maximum(*alone) - 1e-6).all()
    assert np.allclose(pasted(image, one, one)[55, 55], image[55, 55] + np.float32(0.1))


def test_gray_stays_gray_whatever_the_function_paints() -> None:
    def tinted(image: np.ndarray) -> np.ndarray:
        return image * np.float32([1.2, 1.0, 0.6])

    gray = np.repeat(PHOTO.mean(axis=2, keepdims=True), 3, axis=2)
    result = pasted(gray, Square(top=20, left=20, side=100), function=tinted)
    assert np.array_equal(result[:, :, 0], result[:, :, 1]) and np.array_equal(result[:, :, 0], result[:, :, 2])
    assert not np.array_equal(result, gray)
    single = pasted(gray[:, :, :1], Square(top=20, left=20, side=100), function=tinted)
    assert np.allclose(single, result[:, :, :1], atol=1e-6)


def test_values_beyond_white_are_kept_and_the_result_stays_in_range() -> None:
    image = PHOTO.copy()
    image[80, 90] = 1.5
    result = pasted(image, Square(top=30, left=40, side=100))
    assert result[80, 90].max() == 1.5 and np.delete(result.reshape(-1, 3), 80 * 180 + 90, axis=0).max() <= 1


def test_half_the_strength_is_half_the_change() -> None:
    square = Square(top=30, left=40, side=100)
    image = PHOTO * np.float32(0.8)
    half, full = (pasted(image, square, strength=strength) - image for strength in (0.5, 1.0))
    assert np.allclose(2 * half, full, atol=1e-6) and full.max() > 0.09


@pytest.mark.parametrize("function", [lambda image: image[::2], lambda image: image * np.float32(np.nan)])
def test_a_function_that_gives_nonsense_is_refused(function: Callable) -> None:
    with pytest.raises(ModelError, match="finite"):
        pasted(PHOTO, Square(top=0, left=0, side=50), function=function)


def test_the_square_around_a_box_has_its_middle() -> None:
    assert Square.around(top=10, left=20, height=40, width=20, grown=1.5) == Square(top=0, left=0, side=60)
