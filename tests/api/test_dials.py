"""Dials: strength is monotone, tone is turned behind the model, and both are on record."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import ganvas
from ganvas.api import catalog
from ganvas.api.batch import run as run_batch
from ganvas.api.load import Model
from ganvas.api.options import Options
from ganvas.api.work import Work, prepare
from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.ops.tone import adjusted
from ganvas.zoo.models import ModelEntry

SAME_SIZE = sorted(task.name for task in catalog.tasks() if "strength" in task.controls)
RNG = np.random.default_rng(8)
PICTURE = RNG.integers(0, 256, (13, 17, 3), np.uint8)


def _model(task: str, function: Callable[[np.ndarray], np.ndarray] = lambda image: image[::-1, ::-1]) -> Model:
    """A model of the task that turns pictures round, or does what the function does."""
    card = Card(title=task, task=task, range=(0.0, 1.0), tiling="never")
    entry = ModelEntry(name=task, card=card, header={"source": __file__}, function=lambda: function)
    return Model(entry, Options())


@pytest.mark.parametrize("name", SAME_SIZE)
def test_every_task_is_a_function_with_a_strength(name: str) -> None:
    model = _model(name)
    task = getattr(ganvas, name)
    np.testing.assert_array_equal(task(PICTURE, model=model), PICTURE[::-1, ::-1])
    np.testing.assert_array_equal(task(PICTURE, model=model, strength=0), PICTURE)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=5), st.booleans())
def test_the_distance_to_the_input_grows_with_the_strength(strengths: list[float], wild: bool) -> None:
    """Also for a model whose values overshoot and are clipped."""
    model = _model("enhance", (lambda image: 3 * image[::-1] - 1) if wild else (lambda image: image[::-1, ::-1]))
    results = [ganvas.enhance(PICTURE, model=model, strength=s).astype(float) for s in sorted(strengths)]
    distances = [np.abs(result - PICTURE).mean() for result in results]
    assert all(after >= before for before, after in pairwise(distances))
    assert distances[0] == 0 or min(strengths) > 0


@pytest.mark.parametrize("bits", [8, 16])
def test_no_strength_gives_back_a_png_pixel_for_pixel(bits: int, tmp_path: Path) -> None:
    pixels = RNG.integers(0, 2**bits, (9, 8), np.uint8 if bits == 8 else np.uint16)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    written = ganvas.dehaze(tmp_path / "a.png", model=_model("dehaze"), strength=0, output=tmp_path / "b.png")
    np.testing.assert_array_equal(np.asarray(Image.open(written)), pixels)


def test_tone_is_turned_behind_the_model() -> None:
    turned = {"brightness": 0.4, "contrast": 1.3, "saturation": 0.5}
    expected = np.rint(255 * adjusted(PICTURE[::-1, ::-1].astype(np.float32) / 255, **turned))
    model = _model("enhance")
    np.testing.assert_array_equal(ganvas.enhance(PICTURE, model=model, **turned), expected)
    np.testing.assert_array_equal(model(PICTURE, **turned), expected)
    lit = ganvas.brighten(PICTURE, model=_model("brighten"), brightness=1.0)
    np.testing.assert_array_equal(lit, np.rint(255 * np.sqrt(PICTURE[::-1, ::-1] / 255)))


def test_what_is_turned_stands_in_the_provenance(tmp_path: Path) -> None:
    Image.fromarray(PICTURE).save(tmp_path / "a.png")
    made = tmp_path / "b.png"
    ganvas.enhance(tmp_path / "a.png", model=_model("enhance"), strength=0.5, contrast=1.5, output=made)
    settings = ganvas.info(made)["provenance"]["settings"]
    assert (settings["strength"], settings["contrast"]) == (0.5, 1.5) and "saturation" not in settings


def _work(turned: dict[str, float]) -> Work:
    return prepare(catalog.task("enhance"), model=_model("enhance"), controls=turned)


def test_a_batch_is_done_again_where_a_dial_was_turned(photos: Path, tmp_path: Path) -> None:
    settings = [{}, {"contrast": 1.0}, {"contrast": 1.2}, {"contrast": 1.2}, {"brightness": 0.2}]
    done = [run_batch(_work(turned), [photos], tmp_path / "out").count("done") for turned in settings]
    assert done == [6, 0, 6, 0, 6]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: _work({"contrast": 3.5}), "contrast of 3.5 is not possible: use a factor from 0"),
        (lambda: _work({"brightness": float("nan")}), "brightness of nan"),
        (lambda: _work({"sharpening": 1.0}), "no dial called sharpening"),
        (lambda: _model("denoise")(PICTURE, contrast=2.0), "denoise has no dial called contrast: .* turn strength"),
        (lambda: ganvas.dejpeg(PICTURE, model=_model("dejpeg"), strength=-0.1), "strength of -0.1"),
    ],
)
def test_what_cannot_be_turned_is_told(call: Callable[[], object], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        call()
