from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage import data

from ganvas.core.settings import classes_in, from_json, to_json
from ganvas.degrade.bicubic import Bicubic
from ganvas.degrade.blur import GaussianBlur, gaussian_kernel
from ganvas.degrade.defocus import Defocus
from ganvas.degrade.degradation import Chain, quantise
from ganvas.degrade.haze import Haze
from ganvas.degrade.jpeg import Jpeg, JpegChain
from ganvas.degrade.low_light import LowLight
from ganvas.degrade.noise import _TO_SRGB, CameraNoise, GaussianNoise, NoiseMix, PoissonGaussianNoise, demosaicked
from ganvas.degrade.second_order import SecondOrder
from ganvas.degrade.shake import CameraShake
from ganvas.degrade.tone import ToneLoss
from ganvas.degrade.underwater import Underwater
from ganvas.ops.resize import resize_matrix

PHOTO = data.astronaut()[100:196, 150:246].astype(np.float32) / np.float32(255)
GRAY = PHOTO.mean(axis=2, keepdims=True).astype(np.float32)
ALL = {
    "gaussian": GaussianNoise(),
    "poisson": PoissonGaussianNoise(),
    "camera": CameraNoise(),
    "mix": NoiseMix(),
    "jpeg": Jpeg(),
    "blur": GaussianBlur(),
    "shake": CameraShake(),
    "haze": Haze(),
    "low light": LowLight(),
    "tone": ToneLoss(),
    "underwater": Underwater(),
    "defocus": Defocus(),
    "jpeg chain": JpegChain(),
    "second order": SecondOrder(scale=1),
    "chain": Chain(steps=(GaussianBlur(), GaussianNoise(sigma=(5, 5)), Jpeg())),
}


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("image", [PHOTO, GRAY], ids=["colour", "gray"])
def test_same_seed_same_result_and_the_clean_image_is_left_alone(name: str, image: np.ndarray) -> None:
    kept = image.copy()
    first = ALL[name](image, np.random.default_rng(3))
    second = ALL[name](image, np.random.default_rng(3))
    assert np.array_equal(first, second)
    assert np.array_equal(kept, image)
    assert first.shape == image.shape
    assert first.dtype == np.float32
    assert first.min() >= 0
    assert first.max() <= 1 + 1e-6
    others = [ALL[name](image, np.random.default_rng(seed)) for seed in range(4, 9)]
    assert any(not np.array_equal(first, other) for other in others)


@pytest.mark.parametrize("name", ALL)
def test_settings_survive_being_written_down(name: str) -> None:
    kind = replace(ALL[name], kernels=Path("kernels")) if name == "shake" else ALL[name]
    written = json.loads(json.dumps(to_json(kind)))
    assert from_json(type(kind), written, classes=classes_in(kind)) == kind


@pytest.mark.parametrize("kind", [CameraShake, Defocus, Haze, JpegChain, LowLight, ToneLoss, Underwater])
def test_the_clean_share_comes_back_untouched(kind: type) -> None:
    assert np.array_equal(kind(clean=1.0)(PHOTO, np.random.default_rng(0)), quantise(PHOTO))
    clean = sum(np.array_equal(kind(clean=0.5)(PHOTO, np.random.default_rng(s)), quantise(PHOTO)) for s in range(60))
    assert 18 <= clean <= 42


def test_gaussian_noise_has_the_sigma_asked_for_and_is_rounded() -> None:
    flat = np.full((256, 256, 3), 0.5, np.float32)
    noisy = GaussianNoise(sigma=(25, 25))(flat, np.random.default_rng(0))
    assert np.std(noisy - flat) * 255 == pytest.approx(25, rel=0.01)
    assert np.allclose(noisy * 255, np.rint(noisy * 255), atol=1e-4)
    same = GaussianNoise(sigma=(25, 25), gray=1.0)(flat, np.random.default_rng(0))
    assert np.array_equal(same[..., 0], same[..., 2])


def test_photon_noise_grows_with_the_signal() -> None:
    kind = PoissonGaussianNoise(gain=(4e-3, 4e-3), read=(0, 0), linear=0.0)
    deviations = []
    for level in (0.2, 0.8):
        flat = np.full((256, 256, 1), level, np.float32)
        deviations.append(float(np.std(kind(flat, np.random.default_rng(0)) - flat)))
    assert deviations[0] == pytest.approx(np.sqrt(4e-3 * 0.2), rel=0.03)
    assert deviations[1] / deviations[0] == pytest.approx(2, rel=0.05)


def test_camera_noise_is_correlated_between_neighbours_and_white_noise_is_not() -> None:
    flat = np.full((256, 256, 3), 0.5, np.float32)

    def neighbour_correlation(noisy: np.ndarray) -> float:
        noise = (noisy - noisy.mean()).astype(np.float64)[..., 1]
        return float((noise[:, 1:] * noise[:, :-1]).mean() / (noise**2).mean())

    camera = CameraNoise(smooth=(1.0, 1.0), jpeg_chance=0.0)
    assert neighbour_correlation(camera(flat, np.random.default_rng(1))) > 0.5
    assert abs(neighbour_correlation(GaussianNoise(sigma=(20, 20))(flat, np.random.default_rng(1)))) < 0.02


def test_the_mix_keeps_its_shares_and_leaves_the_rest_clean() -> None:
    only_clean = NoiseMix(shares=(0.0, 0.0, 0.0))
    assert np.array_equal(only_clean(PHOTO, np.random.default_rng(0)), quantise(PHOTO))
    clean = sum(np.array_equal(NoiseMix()(PHOTO, np.random.default_rng(s)), quantise(PHOTO)) for s in range(300))
    assert 2 <= clean <= 24  # 3 % expected, and a sigma near 0 may round to nothing


def test_jpeg_is_the_librarys_and_keeps_channel_order() -> None:
    done = Jpeg(quality=(30, 30), subsampling=0.0)(PHOTO, np.random.default_rng(0))
    options = [cv2.IMWRITE_JPEG_QUALITY, 30, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    bgr = cv2.imdecode(cv2.imencode(".jpg", np.rint(PHOTO[..., ::-1] * 255).astype(np.uint8), options)[1], 1)
    assert np.array_equal(np.rint(done * 255).astype(np.uint8), bgr[..., ::-1])
    better = Jpeg(quality=(90, 90))(PHOTO, np.random.default_rng(0))
    assert np.abs(better - PHOTO).mean() < np.abs(done - PHOTO).mean()


def test_bicubic_equals_the_resampling_matrix_on_every_channel() -> None:
    reduced = Bicubic(scale=4)(PHOTO, np.random.default_rng(0))
    matrix = resize_matrix(96, 24)
    for channel in range(3):
        expected = np.rint(np.clip(matrix @ PHOTO[..., channel].astype(np.float64) @ matrix.T, 0, 1) * 255)
        # float32 sums may fall on the other side of a half
        assert np.abs(np.rint(reduced[..., channel] * 255) - expected).max() <= 1
        assert (np.rint(reduced[..., channel] * 255) == expected).mean() > 0.99


def test_bicubic_cuts_what_is_not_a_multiple() -> None:
    assert Bicubic(scale=4)(PHOTO[:95, :94], np.random.default_rng(0)).shape == (23, 23, 3)


def test_blur_kernel_sums_to_one_with_the_widths_asked_for() -> None:
    kernel = gaussian_kernel(31, 3.0, 1.5, 0.0).astype(np.float64)
    axis = np.arange(31) - 15
    assert kernel.sum() == pytest.approx(1, abs=1e-6)
    assert np.sqrt((kernel.sum(0) * axis**2).sum()) == pytest.approx(3.0, rel=0.01)
    assert np.sqrt((kernel.sum(1) * axis**2).sum()) == pytest.approx(1.5, rel=0.01)
    turned = gaussian_kernel(31, 3.0, 1.5, np.pi / 2)
    assert np.allclose(turned, kernel.T, atol=1e-6)


def test_demosaicking_correlates_neighbours_and_keeps_a_flat_field() -> None:
    white = np.random.default_rng(0).standard_normal((128, 128, 3), dtype=np.float32)
    done = demosaicked(white)[2:-2, 2:-2]
    inner = white[2:-2, 2:-2]
    assert np.array_equal(done[::2, ::2, 0], inner[::2, ::2, 0])  # a red site keeps its own value
    assert np.allclose(demosaicked(np.ones((16, 16, 3), np.float32))[2:-2, 2:-2], 1)
    variance = done.var(axis=(0, 1))
    # mean over the sites of the squared weights: (1 + 1/2 + 1/2 + 1/4) / 4 for red and blue, (1 + 1/4) / 2 for green
    assert variance == pytest.approx([0.5625, 0.625, 0.5625], rel=0.05)
    red = done[..., 0]
    assert float((red[:, 1:] * red[:, :-1]).mean() / (red**2).mean()) > 0.3


def test_the_colour_matrix_leaves_gray_noise_gray() -> None:
    assert np.allclose(_TO_SRGB.sum(axis=1), 1)
