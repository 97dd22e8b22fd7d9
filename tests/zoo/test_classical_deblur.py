"""Unsharp masking, Richardson-Lucy, Wiener, and the smoothing filters: they mend what they are made for."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from scipy.ndimage import convolve
from skimage import data

from ganvas.core.errors import SettingsError
from ganvas.metrics.psnr import psnr
from ganvas.zoo.classical import bilateral, median, richardson_lucy, unsharp, wiener
from ganvas.zoo.classical._kernel import gaussian

Apply = Callable[..., np.ndarray]
TOLD = [richardson_lucy.apply, wiener.apply]


def photo(channels: int = 3) -> np.ndarray:
    return data.astronaut()[20:116, 170:290, :channels].astype(np.float32) / 255


def shake() -> np.ndarray:
    """A bent path that is not its own mirror image, 9 x 7 px."""
    kernel = np.zeros((9, 7))
    for y, x, light in [(1, 0, 1), (2, 1, 2), (3, 2, 3), (4, 3, 3), (5, 3, 2), (6, 4, 2), (7, 6, 1)]:
        kernel[y, x] = light
    return kernel / kernel.sum()


def blurred(scene: np.ndarray, kernel: np.ndarray, margin: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """The inside of the scene, sharp and blurred: what lies beyond the border is blurred in."""
    result = convolve(scene.astype(np.float64), kernel[:, :, None], mode="nearest")
    noisy = result + np.random.default_rng(1).normal(0, 0.5 / 255, result.shape)
    inside = (slice(margin, -margin), slice(margin, -margin))
    return scene[inside], np.clip(np.rint(noisy[inside] * 255) / 255, 0, 1).astype(np.float32)


def gain(result: np.ndarray, damaged: np.ndarray, clean: np.ndarray) -> float:
    """In dB."""
    return psnr(result, clean, data_range=1) - psnr(damaged, clean, data_range=1)


@pytest.mark.parametrize("apply", [unsharp.apply, *TOLD])
@pytest.mark.parametrize("channels", [1, 3])
def test_soft_photos_gain_without_a_kernel(apply: Apply, channels: int) -> None:
    clean, soft = blurred(photo(channels), gaussian(1.2))
    assert gain(apply(soft), soft, clean) > (0.7 if apply is unsharp.apply else 1.2)


@pytest.mark.parametrize("apply", TOLD)
def test_the_true_kernel_gains_much_and_its_mirror_image_nothing(apply: Apply) -> None:
    clean, soft = blurred(photo(), shake())
    told = gain(apply(soft, kernel=shake()), soft, clean)
    assert told > 3
    assert gain(apply(soft, kernel=shake()[::-1, ::-1]), soft, clean) < 0
    assert gain(apply(soft), soft, clean) < told - 2


@pytest.mark.parametrize("apply", TOLD)
def test_no_frame_of_ringing_at_the_border(apply: Apply) -> None:
    clean, soft = blurred(photo(), shake())
    error = np.abs(apply(soft, kernel=shake()) - clean).mean(axis=2)
    inside = error[10:-10, 10:-10].mean()
    border = np.concatenate([error[:4].ravel(), error[-4:].ravel(), error[:, :4].ravel(), error[:, -4:].ravel()])
    before = np.abs(soft - clean).mean()
    assert border.mean() < before and border.mean() < 3 * inside


@pytest.mark.parametrize("apply", TOLD)
@pytest.mark.parametrize("side", [1, 2, 5, 6])
def test_a_kernel_of_one_point_shifts_and_nothing_else(apply: Apply, side: int) -> None:
    """Its middle is element (side // 2, side // 2), for even sides too."""
    kernel = np.zeros((side, side))
    kernel[side // 2, side // 2] = 7
    image = 0.1 + 0.8 * photo()
    settings = {"noise": 1e-6} if apply is wiener.apply else {}
    np.testing.assert_allclose(apply(image, kernel=kernel, **settings), image, atol=2e-4)
    if side > 2:
        kernel = np.roll(kernel, 1, axis=1)  # the picture's content moved right: it is moved back
        result = apply(image, kernel=kernel, **settings)
        np.testing.assert_allclose(result[8:-8, 8:-8], image[8:-8, 9:-7], atol=2e-3)


@pytest.mark.parametrize("apply", TOLD)
def test_a_kernels_unit_and_black_margin_do_not_matter(apply: Apply) -> None:
    _, soft = blurred(photo(), shake())
    expected = apply(soft, kernel=shake())
    np.testing.assert_allclose(apply(soft, kernel=np.rint(shake() * 14).astype(np.uint8)), expected, atol=1e-5)
    wide = apply(soft, kernel=np.pad(shake(), 2))
    np.testing.assert_allclose(wide[12:-12, 12:-12], expected[12:-12, 12:-12], atol=0.02)


@pytest.mark.parametrize("apply", TOLD)
@pytest.mark.parametrize(
    ("kernel", "told"),
    [
        (np.ones((0, 3)), "2-D array"),
        (np.ones(5), "2-D array"),
        (np.ones((3, 3, 3)), "2-D array"),
        (np.ones((98, 3)), "larger than the image"),
        (np.zeros((3, 3)), "0 or more"),
        (np.array([[1.0, -0.5]]), "0 or more"),
        (np.array([[1.0, np.nan]]), "finite"),
    ],
)
def test_a_kernel_that_does_not_fit_is_refused(apply: Apply, kernel: np.ndarray, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        apply(photo(), kernel=kernel)


def test_dials_of_deconvolution_sharpen_more_and_more() -> None:
    _, soft = blurred(photo(), gaussian(1.2))

    def steepness(image: np.ndarray) -> float:
        return float(np.abs(np.diff(image, axis=1)).mean())

    found = [steepness(richardson_lucy.apply(soft, iterations=n)) for n in (1, 5, 15)]
    assert steepness(soft) < found[0] < found[1] < found[2]
    found = [steepness(wiener.apply(soft, noise=n)) for n in (0.3, 0.03, 0.003)]
    assert found[0] < found[1] < found[2]
    found = [steepness(unsharp.apply(soft, amount=a)) for a in (0, 0.5, 1.5)]
    assert found == sorted(found) and found[0] == pytest.approx(steepness(soft), abs=1e-6)


def test_richardson_lucy_keeps_the_light_and_a_photo_in_focus_nearly() -> None:
    _, soft = blurred(photo(), gaussian(1.2))
    assert richardson_lucy.apply(soft).mean() == pytest.approx(soft.mean(), rel=5e-3)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("sigma", [10, 25])
def test_bilateral_takes_noise_off(channels: int, sigma: int) -> None:
    clean = photo(channels)
    noise = np.random.default_rng(1).normal(0, sigma / 255, clean.shape)
    noisy = np.clip(clean + noise, 0, 1).astype(np.float32)
    assert gain(bilateral.apply(noisy), noisy, clean) > (1.2 if sigma == 10 else 3)
    assert gain(bilateral.apply(noisy, sigma_colour=1e-3), noisy, clean) < 0.5


def test_bilateral_leaves_a_clean_slope_alone() -> None:
    slope = np.broadcast_to(np.linspace(0, 1, 64, dtype=np.float32)[:, None, None], (64, 48, 3))
    np.testing.assert_array_equal(bilateral.apply(slope), slope)


@pytest.mark.parametrize("size", [3, 5])
def test_median_takes_specks_out_and_is_the_middle_value(size: int) -> None:
    clean = photo()
    specks = np.random.default_rng(1).uniform(size=clean.shape[:2])
    damaged = clean.copy()
    damaged[specks < 0.04], damaged[specks > 0.96] = 0, 1
    assert gain(median.apply(damaged, size=size), damaged, clean) > 6
    block = damaged[30 : 30 + size, 40 : 40 + size]
    middle = (30 + size // 2, 40 + size // 2)
    np.testing.assert_array_equal(median.apply(damaged, size=size)[middle], np.median(block, axis=(0, 1)))
    assert cv2.medianBlur(damaged, size).shape == damaged.shape


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda x: unsharp.apply(x, amount=-1), "amount of -1"),
        (lambda x: unsharp.apply(x, sigma=0), "sigma = 0"),
        (lambda x: richardson_lucy.apply(x, iterations=0), "0 iterations"),
        (lambda x: richardson_lucy.apply(x, sigma=-1), "sigma = -1"),
        (lambda x: wiener.apply(x, noise=0), "noise of 0"),
        (lambda x: wiener.apply(x, sigma=float("nan")), "sigma = nan"),
        (lambda x: bilateral.apply(x, sigma_px=0), "sigmas above 0"),
        (lambda x: bilateral.apply(x, sigma_colour=-2), "sigmas above 0"),
        (lambda x: median.apply(x, size=4), "4 px"),
    ],
)
def test_settings_outside_are_refused_with_the_remedy(call: Apply, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        call(photo())
