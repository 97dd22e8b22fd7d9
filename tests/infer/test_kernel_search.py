"""Whether a picture has one blur all over: found where it has, none where it is sharp, flat, or blurred in two ways."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import fftconvolve

from ganvas.infer.kernel_search import find_kernel, windows_of
from ganvas.infer.rows import ArrayRows
from ganvas.zoo.classical import tv

KERNEL = np.zeros((9, 9), np.float32)
KERNEL[1, 1:7] = KERNEL[1:8, 7] = 1 / 13


def _denoised(image: np.ndarray) -> np.ndarray:
    """A blind denoiser without weights."""
    return tv.apply(image, tolerance=1e-3)


def _sharp(side: int = 110) -> np.ndarray:
    """Overlapping boxes and discs of all sizes and colours."""
    rng = np.random.default_rng(3)
    y, x = np.mgrid[:side, :side]
    image = np.full((side, side, 3), 0.5, np.float32)
    for number in range(40):
        (row, column), half = rng.integers(0, side, 2), rng.integers(4, 18, 2)
        box = (abs(y - row) < half[0]) & (abs(x - column) < half[1])
        disc = np.hypot(y - row, x - column) < half[0]
        image[disc if number % 2 else box] = rng.uniform(0.1, 0.9, 3)
    return image


def _blurred(kernel: np.ndarray) -> np.ndarray:
    image = np.stack([fftconvolve(plane, kernel, mode="valid") for plane in np.moveaxis(_sharp(), 2, 0)], axis=2)
    noisy = image + np.random.default_rng(1).normal(0, 0.004, image.shape)
    return np.clip(noisy, 0, 1).astype(np.float32)


def test_the_kernel_of_a_blurred_picture_is_found_and_centred() -> None:
    found = find_kernel([_blurred(KERNEL)], denoise=_denoised)
    assert found is not None and found.sum() == pytest.approx(1, abs=1e-5)
    like = fftconvolve(found, KERNEL[::-1, ::-1]).max() / np.sqrt((found**2).sum() * (KERNEL**2).sum())
    assert like > 0.65
    places = np.arange(len(found)) - len(found) // 2
    assert all(abs((found.sum(axis=axis) * places).sum()) < 0.05 for axis in (0, 1))


def test_a_kernel_that_other_windows_deny_is_not_believed() -> None:
    assert find_kernel([_blurred(KERNEL), _blurred(KERNEL[:, ::-1])], denoise=_denoised) is None


@pytest.mark.parametrize(
    "image",
    [_sharp(), np.full((100, 100, 3), 0.4, np.float32), np.full((100, 100, 1), 1, np.float32)],
    ids=["sharp", "flat", "white"],
)
def test_sharp_and_flat_pictures_have_none(image: np.ndarray) -> None:
    assert find_kernel([image], denoise=_denoised) is None


def test_windows_lie_where_edges_are_and_apart() -> None:
    image = np.full((700, 1500, 3), 0.5, np.float32)
    busy = np.random.default_rng(0).random((320, 320, 1), np.float32)
    image[330:650, 1100:1420] = busy
    image[0:320, 100:420] = 0.5 + (busy - 0.5) * 0.5
    image[380:700, 0:320] = 0.5 + (busy - 0.5) * 0.05
    first, second = windows_of(ArrayRows(image))
    assert first.shape == second.shape == (320, 320, 3)
    assert first.std() > 0.25 > second.std() > 0.1


@pytest.mark.parametrize("shape", [(97, 120, 3), (320, 320, 1), (100, 2000, 3), (700, 20, 1), (20, 30, 3)])
def test_windows_of_every_shape_lie_in_the_picture(shape: tuple[int, ...]) -> None:
    image = np.random.default_rng(0).random(shape, np.float32)
    windows = windows_of(ArrayRows(image))
    assert 1 <= len(windows) <= 3
    for window in windows:
        assert window.shape == (min(shape[0], 320), min(shape[1], 320), shape[2])
