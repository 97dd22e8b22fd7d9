"""Deconvolution with a denoiser as the prior: better than its input, quiet at borders and joints, bounded tiles."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.signal import fftconvolve

from ganvas.core.errors import ImageError
from ganvas.infer import deconvolve as module
from ganvas.infer.deconvolve import deconvolve
from ganvas.zoo.classical import tv

KERNEL = np.zeros((7, 9), np.float32)
KERNEL[3, 1:8] = 1 / 7
LEVEL = 0.01


def _denoised(image: np.ndarray) -> np.ndarray:
    """A blind denoiser without weights."""
    return tv.apply(image, tolerance=1e-3)


def _smooth(image: np.ndarray) -> np.ndarray:
    """A crude denoiser, where only speed matters."""
    return gaussian_filter(image, (0.6, 0.6, 0)).astype(np.float32)


def _picture(height: int, width: int, channels: int = 3) -> np.ndarray:
    """Blocks and slopes, sharp."""
    y, x = np.mgrid[:height, :width]
    planes = [((x // 9 + y // 11 + c) % 3) * 0.25 + 0.2 + 0.15 * y / height for c in range(channels)]
    return np.stack(planes, axis=2).astype(np.float32)


def _blurred(sharp: np.ndarray, kernel: np.ndarray = KERNEL) -> tuple[np.ndarray, np.ndarray]:
    """The blurred, noisy picture, and the sharp one without what the blur brings in from outside."""
    tall, wide = (side // 2 for side in kernel.shape)
    planes = [fftconvolve(sharp[:, :, c], kernel, mode="valid") for c in range(sharp.shape[2])]
    blurred = np.stack(planes, axis=2)
    blurred += LEVEL * np.random.default_rng(0).standard_normal(blurred.shape)
    return np.clip(blurred, 0, 1).astype(np.float32), sharp[tall : -tall or None, wide : -wide or None]


def _error(result: np.ndarray, truth: np.ndarray) -> float:
    return float(np.sqrt(np.mean((result - truth) ** 2)))


@pytest.mark.parametrize("channels", [1, 3])
def test_a_known_blur_is_undone_up_to_the_border(channels: int) -> None:
    blurred, sharp = _blurred(_picture(70, 80, channels))
    result = deconvolve(blurred, KERNEL, denoise=_denoised)
    assert result.shape == blurred.shape and result.dtype == np.float32
    assert result.min() >= 0 and result.max() <= 1
    assert _error(result, sharp) < 0.55 * _error(blurred, sharp)
    # Beside the border half of the kernel is not known; it must not ring for all that.
    assert _error(result[:, :6], sharp[:, :6]) < _error(blurred[:, :6], sharp[:, :6])


def test_the_kernel_is_convolved_with_not_correlated() -> None:
    kernel = np.zeros((9, 9), np.float32)
    kernel[4, 4], kernel[7, 6] = 0.6, 0.4
    blurred, sharp = _blurred(_picture(60, 60), kernel)
    right, wrong = (deconvolve(blurred, k, denoise=_denoised) for k in (kernel, kernel[::-1, ::-1].copy()))
    assert _error(right, sharp) < 0.5 * _error(wrong, sharp)


def test_a_flat_picture_stays_flat() -> None:
    flat = np.full((40, 30, 3), 0.4, np.float32)
    result = deconvolve(flat, KERNEL, denoise=lambda image: np.full_like(image, image.mean()))
    np.testing.assert_allclose(result, 0.4, atol=0.01)


def test_the_denoiser_meets_falling_noise_and_values_in_range() -> None:
    seen: list[float] = []

    def watch(image: np.ndarray) -> np.ndarray:
        assert image.min() >= 0 and image.max() <= 1 and image.dtype == np.float32
        seen.append(float(np.std(image - gaussian_filter(image, (3, 3, 0)))))
        return np.full_like(image, 0.4)

    deconvolve(np.full((40, 30, 3), 0.4, np.float32), KERNEL, denoise=watch, noise=LEVEL)
    assert seen == sorted(seen, reverse=True) and seen[0] > 5 * seen[-1] > 0


def test_tiles_are_bounded_and_their_joints_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    blurred, sharp = _blurred(_picture(170, 150))
    whole = deconvolve(blurred, KERNEL, denoise=_smooth, noise=LEVEL)
    sizes: list[tuple[int, ...]] = []

    def watch(image: np.ndarray) -> np.ndarray:
        sizes.append(image.shape)
        return _smooth(image)

    monkeypatch.setattr(module, "_TILE", 100)
    tiled = deconvolve(blurred, KERNEL, denoise=watch, noise=LEVEL)
    assert max(max(size) for size in sizes) < 130 and len(sizes) > 4 * module._STEPS
    # The noise that is laid over the estimate differs by tile; no joint stands out from it.
    assert _error(tiled, whole) < 4 * LEVEL
    assert abs(_error(tiled, sharp) / _error(whole, sharp) - 1) < 0.1
    difference = np.abs(np.diff(tiled - whole, axis=1)).mean(axis=(0, 2))
    assert difference.max() < 6 * difference.mean()


@pytest.mark.parametrize("shape", [(3, 40), (40, 5), (1, 1)])
def test_a_kernel_larger_than_the_picture_is_told(shape: tuple[int, int]) -> None:
    image = np.zeros((*shape, 3), np.float32)
    with pytest.raises(ImageError, match=f"larger than the picture of {shape[1]} x {shape[0]} px: use"):
        deconvolve(image, KERNEL, denoise=_smooth)


@pytest.mark.parametrize("shape", [(1, 1), (1, 60), (9, 7)])
def test_small_pictures(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(1).random((*shape, 1), dtype=np.float32)
    denoise: Callable[[np.ndarray], np.ndarray] = lambda picture: picture  # noqa: E731
    result = deconvolve(image, np.ones((1, 1), np.float32), denoise=denoise, noise=0.0)
    np.testing.assert_allclose(result, image, atol=0.05)
