from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from ganvas.degrade.blur import gaussian_kernel, generalised_kernel, plateau_kernel, sinc_kernel
from ganvas.degrade.jpeg import Jpeg
from ganvas.degrade.second_order import KernelMix, Pass, SecondOrder

PHOTO = data.astronaut()[100:196, 150:250].astype(np.float32) / np.float32(255)
STILL = {"blur": 0.0, "resize": (0.0, 0.0, 1.0), "gaussian": 1.0, "sigma": (0.0, 0.0)}


@pytest.mark.parametrize("scale", [1, 2, 4])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_size_is_exactly_the_fraction_and_the_values_are_bytes(scale: int, channels: int) -> None:
    for seed in range(12):
        low = SecondOrder(scale=scale)(PHOTO[:95, :, :channels], np.random.default_rng(seed))
        assert low.shape == (95 // scale, 100 // scale, channels)
        assert low.dtype == np.float32 and low.min() >= 0 and low.max() <= 1
        assert np.allclose(low * 255, np.rint(low * 255), atol=1e-4)


def test_same_seed_same_result() -> None:
    first, again, other = (SecondOrder()(PHOTO, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_it_stays_a_picture_of_the_same_thing() -> None:
    plain = PHOTO[:96].reshape(24, 4, 25, 4, 3).mean((1, 3))
    alike = [
        float(np.corrcoef(SecondOrder()(PHOTO, np.random.default_rng(s)).ravel(), plain.ravel())[0, 1])
        for s in range(30)
    ]
    assert np.median(alike) > 0.85
    assert min(alike) < 0.97  # and is degraded


def test_without_any_loss_it_is_a_reduction() -> None:
    still = SecondOrder(first=Pass(**STILL), second=Pass(**STILL), final_sinc=0, jpeg=Jpeg(quality=(100, 100)))
    plain = PHOTO[:96].reshape(24, 4, 25, 4, 3).mean((1, 3))
    errors = [np.abs(still(PHOTO, np.random.default_rng(s)) - plain).mean() for s in range(12)]
    assert min(errors) < 0.02  # by areas; the other two ways of reducing alias


def test_kernels_sum_to_one_and_have_the_shapes_named() -> None:
    assert np.allclose(generalised_kernel(15, 2.0, 1.0, 0.3, 1.0), gaussian_kernel(15, 2.0, 1.0, 0.3))
    flat, peaked = (generalised_kernel(21, 3.0, 3.0, 0.0, shape) for shape in (4.0, 0.5))
    assert flat[10, 12] / flat[10, 10] > 0.85 > peaked[10, 12] / peaked[10, 10]
    assert plateau_kernel(21, 3.0, 3.0, 0.0, 2.0)[10, 13] / plateau_kernel(21, 3.0, 3.0, 0.0, 2.0)[
        10, 10
    ] == pytest.approx(0.5, rel=1e-5)
    for seed in range(100):
        kernel = KernelMix().draw(np.random.default_rng(seed))
        assert kernel.sum(dtype=np.float64) == pytest.approx(1, abs=1e-5)
        assert len(kernel) in range(7, 22, 2)


def test_the_sinc_passes_below_its_cutoff_and_stops_above() -> None:
    response = np.abs(np.fft.fft2(sinc_kernel(21, np.pi / 2), (64, 64)))[0]
    assert response[:10] == pytest.approx(1, abs=0.15)
    assert response[24:32].max() < 0.15
    assert sinc_kernel(21, np.pi / 2).min() < 0  # it rings


@pytest.mark.parametrize("gray", [0.0, 1.0])
def test_noise_has_its_variance_and_its_share_of_gray(gray: float) -> None:
    levels = np.linspace(0.3, 0.6, 256, dtype=np.float32)
    image = np.repeat(np.tile(levels, (128, 1))[..., None], 3, axis=2)
    still = {**STILL, "gray": gray}
    white = Pass(**{**still, "sigma": (10.0, 10.0)}).run(image, np.random.default_rng(0), size=(128, 256)) - image
    assert white.std() * 255 == pytest.approx(10, rel=0.03)
    photons = Pass(**{**still, "gaussian": 0.0, "poisson": (1.0, 1.0)})
    noise = photons.run(image, np.random.default_rng(0), size=(128, 256)) - image
    assert noise.std() == pytest.approx(np.sqrt(0.45 / 128), rel=0.03)  # 77 levels: 128
    assert noise[:, 200:].std() > 1.1 * noise[:, :56].std()
    for kind in (white, noise):
        assert (np.abs(np.ptp(kind, axis=2)).max() < 1e-6) == bool(gray)
