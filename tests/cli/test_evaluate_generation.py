"""``ganvas evaluate generation``: flags to a table, lines of JSON and CSV, and errors with their remedy."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch

from ganvas.core.settings import to_json
from ganvas.io import checkpoint
from ganvas.methods.classifier import Classifier
from ganvas.methods.vanilla_gan import VanillaGan
from ganvas.nets.feature_net import FeatureSettings
from ganvas.nets.synthesis.settings import MLPSettings

Main = Callable[..., tuple[int, str, str]]


def square(number: int, label: int) -> np.ndarray:
    image = np.random.default_rng([number, label]).normal(60, 10, (12, 12, 1))
    image[3 * label : 3 * label + 6, 3:9] += 120
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


class Made:
    """Stands for an open generator: of two classes where its name says so, of unlabelled images otherwise."""

    def __init__(self, name: str, options: object = None) -> None:
        self.labelled = name.startswith("labelled")
        self.classes = 2 if self.labelled else 0
        fit = "stretch" if name.endswith("stretched") else "crop"
        header = {"provenance": {"training_data": {"fit": fit}}}
        self.model = SimpleNamespace(name=name, entry=SimpleNamespace(header=header))

    def make(self, seeds: Sequence[int], *, labels: Sequence[int] = ()) -> np.ndarray:
        assert bool(labels) == bool(self.classes)
        return np.stack([square(900 + k, label) for k, label in zip(seeds, labels or [0] * len(seeds), strict=True)])


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The flags of data and extractor, with stand-ins for generators."""
    monkeypatch.setattr("ganvas.api.generate.Generator", Made)
    return asked(tmp_path)


def asked(tmp_path: Path) -> list[object]:
    """Writes the data and the extractor."""
    for label in range(2):
        (tmp_path / "data" / "ab"[label]).mkdir(parents=True)
        for number in range(20):
            cv2.imwrite(str(tmp_path / "data" / "ab"[label] / f"{number}.png"), square(number, label))
    torch.manual_seed(0)
    method = Classifier(network=FeatureSettings(widths=(4, 6), convolutions=(1, 1)), classes=2, channels=1)
    tensors = {f"c.{key}": value for key, value in method.networks()["c"].state_dict().items()}
    weights = tmp_path / "eye.safetensors"
    checkpoint.save(weights, tensors, {"kind": "model", "method": "classifier", "settings": to_json(method)})
    return ["--data", tmp_path / "data", "--features", weights, "--samples", "24"]


def test_a_table_for_all_models_and_a_line_each(ganvas_main: Main, words: list[object], tmp_path: Path) -> None:
    output = tmp_path / "figures.jsonl"
    status, out, err = ganvas_main("evaluate", "generation", "plain", "labelled", *words, "--json", output)
    assert status == 0, err
    assert "fid[eye@" in out and "| real, held out |" in out and "seeds 0-23" in out
    lines = [json.loads(line) for line in output.read_text().splitlines()]
    assert [line["entrant"] for line in lines] == ["real, held out", "plain", "labelled"]
    (accuracy,) = (key for key in lines[0] if key.startswith("accuracy["))
    assert lines[1][accuracy] is None and lines[2][accuracy] is not None
    assert lines[0]["labels"] == "every class in turn"


def test_csv_in_place_of_the_table(ganvas_main: Main, words: list[object]) -> None:
    status, out, err = ganvas_main("evaluate", "generation", "plain", *words, "--csv")
    assert status == 0, err
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["entrant"] for row in rows] == ["real, held out", "plain"] and rows[1]["samples"] == "24"


@pytest.mark.parametrize(
    ("more", "hint"),
    [
        (["plain", "--labels"], "know no classes: leave --labels out"),
        (["plain", "plain"], "Two models are called plain"),
        (["plain", "plain-stretched"], "crop and stretch: measure apart"),
        (["plain", "--cas"], "accuracy score needs"),
        ([], "The following arguments are required: MODEL"),
    ],
)
def test_errors(ganvas_main: Main, words: list[object], more: list[str], hint: str) -> None:
    status, _, err = ganvas_main("evaluate", "generation", *more, *words)
    assert status == 2 and hint in err


def test_a_model_file_goes_all_the_way(ganvas_main: Main, tmp_path: Path) -> None:
    networks = MLPSettings(size=12, channels=1, latent=3, width=8, depth_g=1, depth_d=1)
    method = VanillaGan(networks_=replace(networks, classes=2, condition="concatenate"))
    tensors = {f"g.{key}": value for key, value in method.networks()["g"].state_dict().items()}
    header = {"kind": "model", "method": "vanilla_gan", "settings": to_json(method)}
    checkpoint.save(tmp_path / "squares.safetensors", tensors, header | {"card": method.describe().to_json()})
    words = [tmp_path / "squares.safetensors", *asked(tmp_path), "--labels", "--paths", "8", "--json", "-"]
    status, out, err = ganvas_main("evaluate", "generation", *words)
    assert status == 0, err
    floor, mine = (json.loads(line) for line in out.splitlines())
    (distance,), (length,) = ([key for key in mine if key.startswith(start)] for start in ("fid[eye@", "ppl[eye@"))
    assert mine["entrant"] == "squares" and mine[distance] > floor[distance] and mine[length] > 0
    assert floor[length] is None and (mine["width"], mine["channels"], mine["paths"]) == (12, 1, 8)


def test_an_unknown_extractor(ganvas_main: Main, words: list[object]) -> None:
    status, _, err = ganvas_main("evaluate", "generation", "plain", *words[:2], "--features", "vgg")
    assert status == 1 and "choose mnist-lenet, features, inception-tf" in err


def test_the_accuracy_score_learns_from_what_was_made() -> None:
    from ganvas.api.taught import taught

    labels = np.arange(128) % 2
    images = np.stack([square(number, label) for number, label in enumerate(labels)])
    predict = taught(images, labels, shown=640)
    fresh = np.stack([square(500 + number, label) for number, label in enumerate(labels)])
    assert (predict(fresh) == labels).mean() > 0.95
