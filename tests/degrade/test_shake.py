from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy.signal import convolve2d
from skimage import data

from ganvas.core.errors import ImageError
from ganvas.degrade.shake import CameraShake, centred, convolve, read_kernel, shake_kernel

PHOTO = data.astronaut()[100:164, 150:214].astype(np.float32) / np.float32(255)


def centroid(kernel: np.ndarray) -> np.ndarray:
    axes = [np.arange(length) - (length - 1) / 2 for length in kernel.shape]
    mass = kernel.astype(np.float64)
    return np.array([(mass.sum(1) * axes[0]).sum(), (mass.sum(0) * axes[1]).sum()]) / mass.sum()


@pytest.mark.parametrize("straight", [False, True])
@pytest.mark.parametrize("soft", [0.0, 0.6])
@pytest.mark.parametrize("extent", [3.0, 11.0, 27.0])
def test_kernels_sum_to_one_are_centred_and_have_the_extent_asked_for(
    straight: bool, soft: float, extent: float
) -> None:
    for seed in range(10):
        kernel = shake_kernel(np.random.default_rng(seed), extent=extent, straight=straight, soft=soft)
        assert kernel.shape[0] == kernel.shape[1] and kernel.shape[0] % 2 == 1
        assert kernel.min() >= 0
        assert float(kernel.sum(dtype=np.float64)) == pytest.approx(1, abs=1e-5)
        assert np.abs(centroid(kernel)).max() < 0.01
        if not soft:  # bilinear weights touch at most one further pixel on each side
            rows, columns = np.nonzero(kernel.sum(1))[0], np.nonzero(kernel.sum(0))[0]
            assert extent - 1.5 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= extent + 2


def test_sweeps_are_straight_and_walks_are_not() -> None:
    """The share of the variance across the main axis."""

    def roundness(seed: int, *, straight: bool) -> float:
        kernel = shake_kernel(np.random.default_rng(seed), extent=21, straight=straight).astype(np.float64)
        y, x = np.indices(kernel.shape) - len(kernel) // 2
        cross = (kernel * x * y).sum()
        values = np.linalg.eigvalsh([[(kernel * x * x).sum(), cross], [cross, (kernel * y * y).sum()]])
        return float(values[0] / values[1])

    sweeps = [roundness(seed, straight=True) for seed in range(40)]
    walks = [roundness(seed, straight=False) for seed in range(40)]
    assert max(sweeps) < 0.1
    assert np.median(walks) > 3 * np.median(sweeps)


def test_the_convolution_is_a_convolution_with_a_mirrored_border() -> None:
    kernel = shake_kernel(np.random.default_rng(2), extent=9)
    done = convolve(PHOTO, kernel)
    radius = len(kernel) // 2
    for channel in range(3):
        padded = np.pad(PHOTO[..., channel].astype(np.float64), radius, mode="reflect")
        assert np.allclose(done[..., channel], convolve2d(padded, kernel, mode="valid"), atol=1e-5)
    assert convolve(PHOTO[..., :1], kernel).shape == (64, 64, 1)


def test_the_blur_has_the_noise_asked_for() -> None:
    flat = np.full((96, 96, 3), 0.5, np.float32)
    noisy = CameraShake(noise=(10, 10), clean=0)(flat, np.random.default_rng(0))
    assert np.std(noisy - flat) * 255 == pytest.approx(10, rel=0.03)


def test_given_kernels_are_used_and_do_not_shift(tmp_path: Path) -> None:
    kernel = np.zeros((9, 7), np.float32)
    kernel[0, 0], kernel[2, 0] = 3, 1  # the centroid lies far from the centre
    np.save(tmp_path / "kernel.npy", kernel)
    assert np.abs(centroid(centred(kernel))).max() <= 0.5
    spot = np.zeros((41, 41, 1), np.float32)
    spot[20, 20] = 1
    settings = CameraShake(kernels=tmp_path, kernel_chance=1.0, noise=(0, 0), clean=0)
    seen = [settings(spot, np.random.default_rng(seed))[..., 0] for seed in range(30)]
    assert all(sorted(done[done > 0]) == pytest.approx([64 / 255, 191 / 255]) for done in seen)
    assert all(np.abs(centroid(done)).max() <= 0.51 for done in seen)
    assert len({done.tobytes() for done in seen}) >= 4  # turned and mirrored
    with pytest.raises(ImageError, match="holds no kernels"):
        CameraShake(kernels=tmp_path / "none", kernel_chance=1.0, clean=0)(spot, np.random.default_rng(0))


def test_reading_kernels(tmp_path: Path) -> None:
    values = (np.arange(15).reshape(3, 5) * 17).astype(np.uint8)
    wanted = values / values.sum()
    for name, picture in (
        ("8.png", values),
        ("16.png", values.astype(np.uint16) * 257),
        ("rgb.png", np.repeat(values[..., None], 3, axis=2)),
    ):
        cv2.imwrite(str(tmp_path / name), picture)
        assert np.allclose(read_kernel(tmp_path / name), wanted, atol=1e-7)
    np.save(tmp_path / "k.npy", values / 7.0)
    assert np.allclose(read_kernel(tmp_path / "k.npy"), wanted, atol=1e-7)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.ones((4, 5)), "odd sides"),
        (np.ones((5, 257)), "too large"),
        (np.zeros((5, 5)), "not all of them zero"),
        (np.full((3, 3), np.nan), "finite"),
        (np.array([[1.0, -1.0, 3.0]]), "not negative"),
        (np.ones(5), "two-dimensional"),
        (np.zeros((0, 3)), "two-dimensional"),
    ],
)
def test_what_is_no_kernel_is_a_clear_error(tmp_path: Path, values: np.ndarray, message: str) -> None:
    np.save(tmp_path / "k.npy", values)
    with pytest.raises(ImageError, match=message):
        read_kernel(tmp_path / "k.npy")


def test_unreadable_files_are_clear_errors(tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"\x89PNG no")
    (tmp_path / "bad.npy").write_bytes(b"no array")
    np.save(tmp_path / "objects.npy", np.array([[{}]]), allow_pickle=True)
    for name in ("bad.png", "bad.npy", "objects.npy", "missing.png"):
        with pytest.raises(ImageError, match="cannot be read"):
            read_kernel(tmp_path / name)
