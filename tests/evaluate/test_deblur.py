"""The blur protocol: best shifts, kernels told and kept secret, the seeded camera shake, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from ganvas.core.errors import ImageError, SettingsError
from ganvas.degrade.shake import convolve
from ganvas.evaluate import deblur
from ganvas.evaluate.shift import best_shift

SHARP = data.astronaut()[20:140, 150:260]
KERNEL = np.zeros((7, 9))
KERNEL[1:4, 7] = 85  # off its centre, so that the blurred image is shifted too


def same(image: np.ndarray) -> np.ndarray:
    return image


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    kernel = (KERNEL / KERNEL.sum()).astype(np.float32)
    blurred = np.rint(convolve(SHARP.astype(np.float32), kernel)).astype(np.uint8)
    for name, pixels in (("pairs/blur_0", blurred), ("pairs/sharp_0", SHARP), ("kernels/k_0", KERNEL.astype(np.uint8))):
        path = tmp_path / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(path)
    return tmp_path


def written_out(result: np.ndarray, truth: np.ndarray, border: int) -> tuple[float, float, int, int]:
    """The protocol by brute force."""
    height, width = truth.shape[:2]
    inside = truth[border:-border, border:-border]
    tried = []
    for dy in range(-8, 9):
        for dx in range(-8, 9):
            moved = result[border + dy : height - border + dy, border + dx : width - border + dx]
            tried.append((peak_signal_noise_ratio(inside, moved), dy, dx))
    best, dy, dx = max(tried)
    moved = result[border + dy : height - border + dy, border + dx : width - border + dx]
    return best, structural_similarity(inside, moved, channel_axis=2), dy, dx


def test_figures_are_those_of_the_best_shift_by_brute_force(folder: Path) -> None:
    table = deblur.run(same, folder / "pairs", name="same", baselines={})
    blurred = np.asarray(Image.open(folder / "pairs" / "blur_0.png"))
    best, likeness, dy, dx = written_out(blurred, SHARP, deblur.BORDER)
    assert (dy, dx) == (-1, 3) and best_shift(blurred, SHARP, radius=8, border=24) == (dy, dx)
    assert table.mean("input", "psnr") == pytest.approx(best)
    assert table.mean("same", "ssim") == pytest.approx(likeness)
    assert best > peak_signal_noise_ratio(SHARP, blurred) + 2


@pytest.mark.parametrize("shift", [(0, 0), (8, -8), (-5, 3)])
def test_every_shift_in_reach_is_found(shift: tuple[int, int]) -> None:
    moved = np.roll(SHARP, shift, axis=(0, 1))
    assert best_shift(moved, SHARP, radius=8, border=8) == shift


def test_known_kernels_reach_the_models_that_are_told(folder: Path) -> None:
    told: list[np.ndarray] = []

    def listener(image: np.ndarray, *, kernel: np.ndarray) -> np.ndarray:
        told.append(kernel)
        return image

    table = deblur.run(
        listener, folder / "pairs", name="listener", known=True, kernels=folder / "kernels", baselines={}
    )
    np.testing.assert_allclose(told[0], KERNEL / KERNEL.sum(), atol=1e-7)
    assert "are told the kernels" in table.protocol


def test_camera_shake_is_seeded_and_known_to_whom_it_is_told(tmp_path: Path) -> None:
    for name in "ab":
        Image.fromarray(SHARP).save(tmp_path / f"{name}.png")
    kernels: list[np.ndarray] = []

    def listener(image: np.ndarray, *, kernel: np.ndarray) -> np.ndarray:
        kernels.append(kernel)
        return image

    told = deblur.run(listener, tmp_path, name="listener", known=True, baselines={})
    blind = deblur.run(same, tmp_path, name="same", baselines={})
    assert [row.values for row in told.rows] == [row.values for row in blind.rows]
    assert kernels[0].shape != kernels[1].shape or not np.array_equal(*kernels)
    assert blind.mean("input", "psnr") < 32


def test_only_the_centre_of_large_images_is_judged() -> None:
    clean = data.astronaut()[:300, :290]
    source, truth, _ = deblur.shaken(clean, np.random.default_rng(0))
    assert source.shape == truth.shape == (256, 256, 3)
    np.testing.assert_array_equal(truth, clean[22:278, 17:273])


def test_refusals(folder: Path, tmp_path: Path) -> None:
    pairs, kernels = folder / "pairs", folder / "kernels"
    with pytest.raises(SettingsError, match="give their folder"):
        deblur.run(same, pairs, name="same", known=True)
    (kernels / "k_0.png").rename(kernels / "k_10.png")
    with pytest.raises(ImageError, match="holds 0 kernels of 0"):
        deblur.run(same, pairs, name="same", known=True, kernels=kernels, baselines={})
    Image.fromarray(SHARP[:90]).save(pairs / "sharp_0.png")
    with pytest.raises(ImageError, match=r"110 x 120 px, sharp_0\.png 110 x 90"):
        deblur.run(same, pairs, name="same", baselines={})
    (pairs / "sharp_0.png").unlink()
    with pytest.raises(ImageError, match="such as 0: each blurred image needs the sharp one"):
        deblur.run(same, pairs, name="same")
    small = tmp_path / "small"
    small.mkdir()
    Image.fromarray(SHARP[:40]).save(small / "a.png")
    with pytest.raises(ImageError, match="no inside of 24 px border"):
        deblur.run(same, small, name="same", baselines={})
