"""The sharpness dial: weights between two models; and which model a call of ``upscale`` gets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

import ganvas
from ganvas.api import catalog, choose
from ganvas.api.choose import choose_model
from ganvas.api.load import Derived, runnable
from ganvas.api.options import Options
from ganvas.api.work import prepare
from ganvas.core.errors import GanvasError, ModelError, SettingsError
from ganvas.io import checkpoint
from ganvas.zoo.models import WEIGHTS, find

PICTURE = np.random.default_rng(6).integers(0, 256, (12, 10, 3), np.uint8)
TORCH = Options(backend="torch", precision="f32")
UPSCALE = catalog.task("upscale")


@pytest.mark.parametrize(("sharpness", "name"), [(0.0, "upscale-x4"), (1.0, "upscale-x4-gan")])
def test_the_ends_are_the_two_models_bit_for_bit(sharpness: float, name: str) -> None:
    between = ganvas.upscale(PICTURE, sharpness=sharpness, options=TORCH)
    np.testing.assert_array_equal(between, ganvas.upscale(PICTURE, model=name, options=TORCH))


def test_weights_between_are_the_mean_in_float32() -> None:
    entry = prepare(UPSCALE, controls={"sharpness": 0.25}).model.entry
    load = runnable(entry).load
    assert load is not None
    method, nets = load()
    mixed = nets[method.exportable()[0]].state_dict()
    ends = [
        {key.partition(".")[2]: value.double() for key, value in checkpoint.load_tensors(path).items()}
        for path in (WEIGHTS / "upscale-x4.safetensors", WEIGHTS / "upscale-x4-gan.safetensors")
    ]
    moved = 0
    for key, value in mixed.items():
        assert value.dtype == torch.float32
        expected = 0.75 * ends[0][key] + 0.25 * ends[1][key]
        torch.testing.assert_close(value.double(), expected, rtol=0, atol=1e-7)
        # The mean of two bfloat16 numbers is none, as a rule: rounding it back would show here.
        moved += int((value != value.bfloat16().float()).sum())
    assert moved > 1000


def test_a_graph_is_cached_by_both_files_and_the_share() -> None:
    keys = {runnable(prepare(UPSCALE, controls={"sharpness": s}).model.entry).key for s in (0.25, 0.5, 0.75)}
    assert len(keys | {runnable(find(name)).key for name in ("upscale-x4", "upscale-x4-gan")}) == 5
    again = runnable(prepare(UPSCALE, controls={"sharpness": 0.5}).model.entry).key
    assert again in keys


def test_the_result_lies_between_and_says_so(tmp_path: Path) -> None:
    from PIL import Image

    Image.fromarray(PICTURE).save(tmp_path / "a.png")
    made = ganvas.upscale(tmp_path / "a.png", sharpness=0.5, options=TORCH, output=tmp_path / "b.png")
    ends = [ganvas.upscale(PICTURE, sharpness=s, options=TORCH).astype(float) for s in (0, 1)]
    half = np.asarray(Image.open(made), float)
    apart = np.abs(ends[0] - ends[1]).mean()
    assert 0 < np.abs(half - ends[0]).mean() < apart and 0 < np.abs(half - ends[1]).mean() < apart
    told = ganvas.info(made)["provenance"]
    assert told["model"] == "upscale-x4+upscale-x4-gan" and told["settings"]["sharpness"] == 0.5
    warm = ganvas.load("upscale-x4-gan", sharpness=0.5, options=TORCH)
    np.testing.assert_array_equal(warm(PICTURE), half)
    assert isinstance(warm.entry, Derived) and "sharpness 0.5" in warm.card.title


def test_the_model_named_is_the_sharp_end() -> None:
    by_name = prepare(UPSCALE, model="upscale-x4-gan", controls={"sharpness": 0.5})
    assert by_name.digest() == prepare(UPSCALE, controls={"sharpness": 0.5}).digest()
    assert by_name.digest() == prepare(UPSCALE, model="upscale-x4", controls={"sharpness": 0.5}).digest()
    assert by_name.digest() != prepare(UPSCALE, controls={"sharpness": 0.6}).digest()
    assert prepare(UPSCALE, model="upscale-x4-gan").model.name == "upscale-x4-gan"


@pytest.mark.parametrize(
    ("scale", "bundled", "name"),
    [
        (2.0, True, "upscale-x2"),
        (1.5, True, "upscale-x2"),
        (2.1, True, "upscale-x4"),
        (None, True, "upscale-x4"),
        (2.0, False, "upscale-x4"),
    ],
)
def test_small_scales_get_the_small_model_where_it_is_bundled(
    scale: float | None, bundled: bool, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def load(wanted: str, **settings: object) -> ganvas.Model:
        asked.append(str(wanted))
        return ganvas.load("classical/bicubic")

    monkeypatch.setattr(choose, "list_models", lambda: ["upscale-x4", *["upscale-x2"] * bundled])
    monkeypatch.setattr(choose, "load", load)
    choose_model(UPSCALE, None, scale=scale)
    choose_model(UPSCALE, None, scale=scale, mix={"sharpness": 0.5})
    choose_model(UPSCALE, "classical/bicubic", scale=scale)
    choose_model(UPSCALE, None, scale=scale, real=True)
    assert asked == [name, "upscale-x4", "classical/bicubic", "upscale-x4-real"]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: ganvas.upscale(PICTURE, sharpness=1.5), SettingsError, "sharpness of 1.5 is not possible"),
        (lambda: ganvas.load("upscale-x4-gan", sharpness=-1.0), SettingsError, "sharpness of -1 is not possible"),
        (lambda: ganvas.load("denoise", sharpness=0.5), SettingsError, "denoise has no sharpness"),
        (
            lambda: ganvas.upscale(PICTURE, model="classical/bicubic", sharpness=0.5),
            SettingsError,
            "upscale-x4 and classical/bicubic cannot be mixed, because their networks differ",
        ),
        (
            lambda: ganvas.upscale(PICTURE, model=ganvas.load("classical/bicubic"), sharpness=0.5),
            SettingsError,
            "has its own sharpness",
        ),
        (lambda: ganvas.upscale(PICTURE, model="upscale-x4", real=True), SettingsError, "there is one model"),
        (lambda: prepare(catalog.task("denoise"), real=True), SettingsError, "no model of its own for real"),
        (lambda: prepare(catalog.task("deblur"), model="denoise"), ModelError, "for denoise, not for deblur"),
    ],
)
def test_what_contradicts_itself_is_told(call: Callable[[], object], error: type[GanvasError], words: str) -> None:
    with pytest.raises(error, match=words):
        call()


def test_networks_that_differ_are_not_mixed(tiny_models: dict[str, Path]) -> None:
    with pytest.raises(SettingsError, match="tiny-upscale cannot be mixed, because their networks differ"):
        ganvas.load(tiny_models["upscale"], sharpness=0.5)
