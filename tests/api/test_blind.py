"""Blur that is not known: the model that finds it by itself, at the end of every road that leads there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.signal import fftconvolve

import ganvas
from ganvas.api import blind, catalog
from ganvas.api.blind import Blind
from ganvas.api.options import Options
from ganvas.api.work import prepare
from ganvas.core.errors import SettingsError
from ganvas.infer import blind_session
from ganvas.zoo.models import find, list_models

TORCH = Options(backend="torch", precision="f32")
KERNEL = np.zeros((9, 9), np.float32)
KERNEL[2, 1:5] = KERNEL[2:7, 4] = KERNEL[6, 4:8] = 1 / 11  # where its centroid lies, the photo stays


@pytest.fixture(scope="module")
def shaken() -> tuple[np.ndarray, np.ndarray]:
    """A blurred photo and the sharp one."""
    from skimage.data import astronaut

    sharp = astronaut()[40:152, 160:272]
    blurred = np.stack([fftconvolve(sharp[:, :, c], KERNEL, mode="valid") for c in range(3)], axis=2)
    blurred += np.random.default_rng(0).normal(0, 1.5, blurred.shape)
    return np.rint(np.clip(blurred, 0, 255)).astype(np.uint8), sharp[4:-4, 4:-4]


def _error(result: np.ndarray, truth: np.ndarray) -> float:
    """Root mean square, without the border, at the best shift of a pixel."""
    moved = [np.roll(result.astype(float), (dy, dx), (0, 1)) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    return min(float(np.sqrt(np.mean((image - truth)[16:-16, 16:-16] ** 2))) for image in moved)


def test_a_shaken_photo_is_sharpened_without_being_told_the_kernel(
    shaken: tuple[np.ndarray, np.ndarray], tmp_path: Path
) -> None:
    blurred, sharp = shaken
    Image.fromarray(blurred).save(tmp_path / "a.png")
    made = ganvas.deblur(tmp_path / "a.png", output=tmp_path / "b.png", options=TORCH)
    assert _error(np.asarray(Image.open(made)), sharp) < 0.85 * _error(blurred, sharp)
    assert ganvas.info(made)["provenance"]["model"] == "deblur-blind"


def test_the_task_uses_it_and_it_is_listed() -> None:
    assert catalog.task("deblur").model == "deblur-blind" in list_models()
    assert find("deblur-blind").card.task == "deblur" and isinstance(ganvas.load("deblur-blind"), Blind)
    told = ganvas.info("deblur-blind")
    assert told["size_bytes"] == 0 and "deblur and denoise" in told["licence"]


def test_strength_is_a_mix_with_the_input(monkeypatch: pytest.MonkeyPatch) -> None:
    image = np.random.default_rng(0).random((100, 110, 3), np.float32)
    monkeypatch.setattr(blind_session, "find_kernel", lambda windows, denoise: KERNEL / KERNEL.sum())
    model = ganvas.load("deblur-blind", options=TORCH)
    whole, half, none = (model.session.array(image, strength=strength) for strength in (1.0, 0.5, 0.0))
    np.testing.assert_allclose(half, (image + whole) / 2, atol=1e-5)
    np.testing.assert_array_equal(none, image)
    assert np.abs(whole - image).mean() > 0.01


def test_what_is_not_blurred_evenly_is_what_the_network_makes_of_it() -> None:
    image = np.random.default_rng(0).random((60, 70, 3), np.float32)
    options = Options(backend="torch", precision="f32", tile=64)
    both = [ganvas.load(name, options=options).session.array(image) for name in ("deblur-blind", "deblur")]
    np.testing.assert_array_equal(*both)


def test_the_code_and_both_models_decide_what_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    task = catalog.task("deblur")
    digests = {prepare(task, model=name).digest() for name in (None, "deblur", "classical/unsharp")}
    assert len(digests) == 3 and prepare(task).digest() in digests
    monkeypatch.setattr(blind, "find", lambda name: find("denoise"))
    assert prepare(task).digest() not in digests


def test_it_takes_neither_a_kernel_nor_a_sharpness() -> None:
    with pytest.raises(SettingsError, match="deblur-blind does not take a kernel: leave"):
        prepare(catalog.task("deblur"), model="deblur-blind", kernel=KERNEL)
    with pytest.raises(SettingsError, match="has no sharpness"):
        ganvas.load("deblur-blind", sharpness=0.5)
