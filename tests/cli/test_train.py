"""``ganvas train``: flags from the recipe's dataclasses, a run that can be resumed and applied."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganvas.api import catalog
from ganvas.io.checkpoint import load_tensors

Main = Callable[..., tuple[int, str, str]]
SMALL = [
    "--train.batch", "2", "--train.log_every", "1", "--data.patch", "8", "--data.margin", "0",
    "--method.generator.features", "4", "--method.generator.convolutions", "1", "--train.precision", "f32", "--quiet",
]  # fmt: skip


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "sub").mkdir(parents=True)
    rng = np.random.default_rng(0)
    for name in ("a", "sub/b"):
        Image.fromarray(rng.integers(0, 256, (64, 72, 3), np.uint8)).save(folder / f"{name}.png")
    return folder


def test_every_recipe_has_flags_and_keeps_its_settings() -> None:
    from ganvas.cli.training import parse

    for name in catalog.names("recipes"):
        recipe = catalog.recipe(name)
        flags = parse(recipe, name, ["--train.seed", "5"])
        assert flags.recipe.train.seed == 5 and flags.recipe.method == recipe.method, name
        assert flags.run == Path("runs") / name


def test_a_run_is_resumed_and_its_model_applied(ganvas_main: Main, pictures: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    words = ["train", "upscale-x4", "--data", pictures, "--run", run, *SMALL]
    status, out, err = ganvas_main(*words, "--train.images", "6", "--minutes", "0")
    assert (status, out) == (0, ""), err
    assert "the time is up after 2 images" in err and "--resume" in err
    status, _, err = ganvas_main(*words, "--train.images", "6", "--resume")
    assert status == 0 and "finished after 6 images" in err
    again = ["train", run / "run.json", "--data", pictures, "--run", tmp_path / "again", "--quiet"]
    assert ganvas_main(*again)[0] == 0
    assert (tmp_path / "again" / "run.json").read_text() == (run / "run.json").read_text()
    first, second = (load_tensors(folder / "model.safetensors") for folder in (run, tmp_path / "again"))
    assert all(torch.equal(first[name], second[name]) for name in first), "run.json does not reproduce the run"
    told = json.loads((run / "run.json").read_text())
    assert told["recipe"] == "upscale-x4" and told["settings"]["method"]["generator"]["features"] == 4
    assert len((run / "metrics.jsonl").read_text().splitlines()) == 3
    photo = pictures / "a.png"
    words = ["upscale", photo, "-o", tmp_path / "b.png", "-n", run / "model.safetensors", "--backend", "torch"]
    assert ganvas_main(*words)[0] == 0
    assert Image.open(tmp_path / "b.png").size == (288, 256)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["train", "upscal-x4"], "did you mean upscale-x4"),
        (["train", "upscale-x4", "--run", "RUN", "--quiet"], "--data"),
        (["train", "upscale-x4", "--run", "RUN", "--data", "nowhere", "--quiet"], "does not exist"),
        (["train", "upscale-x4", "--run", "RUN", "--data", "PICTURES", "--resume", "--quiet"], "resume"),
        (
            ["train", "upscale-x4", "--run", "RUN", "--data", "PICTURES", "--init-from", "nothing", "--quiet"],
            "no model",
        ),
    ],
)
def test_mistakes_are_one_sentence(
    words: list[str], sentence: str, ganvas_main: Main, pictures: Path, tmp_path: Path
) -> None:
    places = {"RUN": str(tmp_path / "run"), "PICTURES": str(pictures)}
    status, out, err = ganvas_main(*[places.get(word, word) for word in words])
    assert status in (1, 2) and out == "" and sentence in err and err.count("\n") == 1


def test_the_recipes_are_listed(ganvas_main: Main) -> None:
    status, out, _ = ganvas_main("train", "--help")
    assert status == 0 and "upscale-x4" in out and "denoise" in out


def test_own_pairs_are_trained_on_resumed_and_written_down(ganvas_main: Main, pictures: Path, tmp_path: Path) -> None:
    targets, run = tmp_path / "targets", tmp_path / "run"
    for file in pictures.rglob("*.png"):
        target = targets / file.relative_to(pictures)
        target.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(file) as image:
            image.resize((288, 256)).save(target)
    words = ["train", "upscale-x4", "--pairs", pictures, targets, "--run", run, *SMALL, "--train.images", "4"]
    assert ganvas_main(*words, "--minutes", "0")[0] == 0
    status, _, err = ganvas_main(*words, "--resume")
    assert status == 0 and "finished after 4 images" in err
    told = json.loads((run / "run.json").read_text())
    assert told["settings"]["data"]["$type"] == "PairedFolders" and told["data"] is None
    assert ganvas_main("train", run / "run.json", "--run", tmp_path / "again", "--quiet")[0] == 0
    first, second = (load_tensors(folder / "model.safetensors") for folder in (run, tmp_path / "again"))
    assert all(torch.equal(first[name], second[name]) for name in first)
    (targets / "a.png").unlink()
    status, _, err = ganvas_main("train", "upscale-x4", "--pairs", pictures, targets, "--run", tmp_path / "no", *SMALL)
    assert status != 0 and "a is missing in" in err
    status, _, err = ganvas_main("train", "upscale-x4", "--pairs-in", pictures, "--run", tmp_path / "no", *SMALL)
    assert status != 0 and "give two folders" in err
