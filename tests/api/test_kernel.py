"""Deblurring with a known kernel: who takes one, what is on record, and kernels that are none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.signal import fftconvolve

import ganvas
from ganvas.api import catalog
from ganvas.api.kernel import kernel_of
from ganvas.api.options import Options
from ganvas.api.work import prepare
from ganvas.core.errors import GanvasError, ImageError, ModelError, SettingsError

TORCH = Options(backend="torch", precision="f32")
KERNEL = np.zeros((5, 7), np.float32)
KERNEL[2, 1:6] = 0.2


@pytest.fixture
def shaken() -> tuple[np.ndarray, np.ndarray]:
    """A blurred photo and the sharp one."""
    from skimage.data import astronaut

    sharp = astronaut()[60:132, 180:266]
    blurred = np.stack([fftconvolve(sharp[:, :, c], KERNEL, mode="valid") for c in range(3)], axis=2)
    blurred += np.random.default_rng(0).normal(0, 1.5, blurred.shape)
    return np.rint(np.clip(blurred, 0, 255)).astype(np.uint8), sharp[2:-2, 3:-3]


def _error(result: np.ndarray, truth: np.ndarray) -> float:
    return float(np.sqrt(np.mean((result.astype(float) - truth) ** 2)))


def test_the_bundled_denoiser_deconvolves(shaken: tuple[np.ndarray, np.ndarray], tmp_path: Path) -> None:
    blurred, sharp = shaken
    Image.fromarray(blurred).save(tmp_path / "a.png")
    made = ganvas.deblur(tmp_path / "a.png", kernel=KERNEL, options=TORCH, output=tmp_path / "b.png")
    result = np.asarray(Image.open(made))
    assert _error(result, sharp) < 0.6 * _error(blurred, sharp)
    told = ganvas.info(made)["provenance"]
    assert told["model"] == "plug-and-play/denoise" and len(told["settings"]["kernel"]) == 16
    half = ganvas.deblur(blurred, kernel=KERNEL, options=TORCH, strength=0.5)
    np.testing.assert_allclose(half, (result.astype(float) + blurred) / 2, atol=1.5)
    np.testing.assert_array_equal(ganvas.deblur(blurred, kernel=KERNEL, strength=0, options=TORCH), blurred)


def test_another_denoiser_may_be_named(shaken: tuple[np.ndarray, np.ndarray]) -> None:
    blurred, sharp = shaken
    result = ganvas.deblur(blurred, kernel=KERNEL, model="classical/tv")
    assert _error(result, sharp) < _error(blurred, sharp)


def test_the_kernel_decides_what_is_up_to_date() -> None:
    task = catalog.task("deblur")
    digests = [
        prepare(task, model=model, kernel=kernel).digest()
        for model in (None, "classical/tv")
        for kernel in (KERNEL, KERNEL.T.copy(), KERNEL * 3)
    ]
    # Only the kernel's shape counts, not its sum.
    assert digests[0] == digests[2] and len(set(digests)) == 4


def test_a_file_and_an_array_are_the_same_kernel(tmp_path: Path) -> None:
    np.save(tmp_path / "k.npy", KERNEL)
    Image.fromarray(np.rint(KERNEL * 1275).astype(np.uint8)).save(tmp_path / "k.png")
    for path in (tmp_path / "k.npy", str(tmp_path / "k.png")):
        np.testing.assert_allclose(kernel_of(path), KERNEL, atol=1e-6)
    np.testing.assert_allclose(kernel_of(KERNEL * 7), KERNEL, atol=1e-6)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x: ganvas.deblur(x, kernel="missing.png"), ImageError, "missing.png cannot be read"),
        (lambda x: ganvas.deblur(x, kernel=np.zeros((3, 3))), ImageError, "array is no kernel"),
        (lambda x: ganvas.deblur(x, kernel=np.ones((4, 4))), ImageError, "odd sides"),
        (
            lambda x: ganvas.deblur(x, kernel=np.ones((31, 31)), model="classical/tv"),
            ImageError,
            "larger than the picture of 12 x 9 px",
        ),
        (lambda x: ganvas.deblur(x, kernel=KERNEL, model="classical/bicubic"), SettingsError, "does not take a kernel"),
        (
            lambda x: prepare(catalog.task("dehaze"), model="classical/tv", kernel=KERNEL),
            SettingsError,
            "dehaze takes no kernel",
        ),
    ],
)
def test_what_is_no_kernel_is_told(call: Callable[[np.ndarray], object], error: type[GanvasError], words: str) -> None:
    with pytest.raises(error, match=words):
        call(np.zeros((9, 12, 3), np.uint8))


def test_a_network_that_finds_the_blur_by_itself_takes_none(tiny_models: dict[str, Path]) -> None:
    with pytest.raises(SettingsError, match="tiny-deblur does not take a kernel: leave"):
        ganvas.deblur(np.zeros((9, 12, 3), np.uint8), kernel=KERNEL, model=tiny_models["deblur"])


def test_an_evaluation_tells_the_kernel_to_those_that_take_one(
    shaken: tuple[np.ndarray, np.ndarray], tmp_path: Path
) -> None:
    for folder, name, array in zip(
        ("pairs", "pairs", "kernels"),
        ("blur_0.png", "sharp_0.png", "k_0.png"),
        (*shaken, np.rint(KERNEL * 1275).astype(np.uint8)),
        strict=True,
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        Image.fromarray(array).save(tmp_path / folder / name)
    told = {"known": True, "kernels": tmp_path / "kernels"}
    table = ganvas.evaluate("deblur", model="classical/tv", data=tmp_path / "pairs", settings=told)
    psnr = {row.entrant: row.values["psnr"] for row in table.rows}
    assert psnr["classical/tv"] > psnr["input"] and psnr["classical/wiener"] > psnr["input"]
    with pytest.raises(ModelError, match="for denoise, not for deblur"):
        ganvas.evaluate("deblur", model="classical/tv", data=tmp_path / "pairs")
