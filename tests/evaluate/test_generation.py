"""The protocol of generators on made-up images: who is told apart from whom, and what stands beside a figure."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from ganvas.core.errors import ModelError, SettingsError
from ganvas.evaluate import generation, real_images
from ganvas.evaluate.generation import FLOOR, Entrant, run
from ganvas.evaluate.generation_table import Entry, GenerationTable
from ganvas.metrics.generation.ppl import ppl
from ganvas.zoo.extractors import Extractor

SIDE, CLASSES = 12, 3


def drawn(number: int, label: int) -> np.ndarray:
    """A bar of a class's own place, of chance brightness on a noisy ground."""
    rng = np.random.default_rng([number, label])
    image = rng.normal(60, 8, (SIDE, SIDE, 1))
    image[:, 4 * label : 4 * label + 4] += rng.normal(100, 15)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def _blocks(pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Means and spreads of the three places; the brightest is the class."""
    columns = pixels.mean(dim=(1, 2)).reshape(len(pixels), 3, 4)
    return torch.cat([columns.mean(2), columns.std(2)], dim=1), columns.mean(2)


EYE = Extractor(name="eye", digest="0123456789abcdef", resize="none", network=_blocks)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Class folders within train and test."""
    folder = tmp_path_factory.mktemp("bars")
    for split, first in (("train", 0), ("test", 1000)):
        for label in range(CLASSES):
            (folder / split / "abc"[label]).mkdir(parents=True)
            for number in range(first, first + 40):
                cv2.imwrite(str(folder / split / "abc"[label] / f"{number}.png"), drawn(number, label))
    return folder


def fresh(seeds: Sequence[int], labels: Sequence[int]) -> np.ndarray:
    asked = labels or [seed % CLASSES for seed in seeds]
    return np.stack([drawn(5000 + seed, label) for seed, label in zip(seeds, asked, strict=True)])


def collapsed(seeds: Sequence[int], labels: Sequence[int]) -> np.ndarray:
    return np.stack([drawn(7, 1) for _ in seeds])


def copied(seeds: Sequence[int], labels: Sequence[int]) -> np.ndarray:
    return np.stack([drawn(seed // 3 % 40, seed % CLASSES) for seed in seeds])


def stubborn(seeds: Sequence[int], labels: Sequence[int]) -> np.ndarray:
    """Makes good images of another class than was asked for."""
    return fresh(seeds, [(label + 1) % CLASSES for label in labels])


MODELS = {"fresh": Entrant(make=fresh), "collapsed": Entrant(make=collapsed), "copied": Entrant(make=copied)}


@pytest.fixture(scope="module")
def table(data: Path) -> GenerationTable:
    return run(MODELS, data, extractor=EYE, samples=120)


def values(table: GenerationTable) -> dict[str, Entry]:
    return {entry.entrant: entry for entry in table.entries}


def test_the_floor_comes_first_and_a_perfect_generator_reaches_it(table: GenerationTable) -> None:
    assert [entry.entrant for entry in table.entries] == [FLOOR, "fresh", "collapsed", "copied"]
    floor, good, bad = (values(table)[name].values for name in (FLOOR, "fresh", "collapsed"))
    for metric in ("fid", "kid"):
        assert abs(good[metric] - floor[metric]) < 0.1 * (bad[metric] - floor[metric])
    assert good["precision"] > 0.8 and good["recall"] > 0.8 and bad["recall"] < 0.05 and bad["coverage"] < 0.1


def test_classes_and_copies(table: GenerationTable) -> None:
    good, bad, copy = (values(table)[name].values for name in ("fresh", "collapsed", "copied"))
    assert (good["classes"], bad["classes"]) == (3, 1)
    assert good["class_kl"] < 0.01 and bad["class_kl"] == pytest.approx(math.log(3), abs=0.01)
    assert (copy["copies"], copy["nearest"]) == (1, 0) and good["copies"] < 0.1 and 0.7 < good["nearest"] < 1.4
    assert bad["ms_ssim"] == pytest.approx(1) and good["ms_ssim"] < 0.9
    assert "copies" not in values(table)[FLOOR].values and "accuracy" not in good
    assert values(table)[FLOOR].values["accuracy"] == 1  # the extractor's own, on real images


def test_the_same_again_whatever_the_parts(table: GenerationTable, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generation, "PART", 17)
    monkeypatch.setattr(real_images, "PART", 13)
    again = run(MODELS, data, extractor=EYE, samples=120)
    for first, second in zip(table.entries, again.entries, strict=True):
        for key, value in first.values.items():
            if key != "s_per_1000":
                assert second.values[key] == pytest.approx(value, rel=1e-6, abs=1e-9, nan_ok=True), key


def test_a_class_that_is_asked_for_is_confirmed_or_not(data: Path) -> None:
    models = {"right": Entrant(make=fresh, classes=3), "wrong": Entrant(make=stubborn, classes=3)}

    def learn(images: np.ndarray, labels: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        means = np.stack([images[labels == label].mean(axis=0) for label in range(3)])
        return lambda real: np.square(real[:, None] - means).sum(axis=(2, 3, 4)).argmin(1)

    table = run(models, data, extractor=EYE, samples=60, learn=learn)
    found = values(table)
    assert found["right"].values["accuracy"] == 1 and found["wrong"].values["accuracy"] == 0
    assert (found[FLOOR].values["cas"], found["right"].values["cas"], found["wrong"].values["cas"]) == (1, 1, 0)
    assert table.protocol.labels == "every class in turn"
    assert "cas" in table.columns().values()  # no extractor takes part in it
    with pytest.raises(SettingsError, match="knows classes"):
        run({"fresh": Entrant(make=fresh)}, data, extractor=EYE, samples=60, learn=learn)


def test_the_path_length_is_taken_of_unrounded_images(data: Path) -> None:
    weights = np.random.default_rng(3).normal(0, 0.1, (5, SIDE * SIDE))

    def paint(codes: np.ndarray) -> np.ndarray:
        return np.tanh(codes @ weights).reshape(len(codes), SIDE, SIDE, 1)

    near = replace(EYE, layers=lambda image: [torch.cat([image, 1 - image], dim=1)])
    models = {"fresh": Entrant(make=fresh, paint=paint, latent=5)}
    table = run(models, data, extractor=near, samples=30, paths=40)
    assert values(table)["fresh"].values["ppl"] == ppl(paint, near.distance, latent=5, samples=40)
    assert "40 paths of unrounded images" in table.protocol.sentence()
    assert "ppl" not in values(table)[FLOOR].values and "ppl[eye]" in table.columns().values()
    with pytest.raises(SettingsError, match="leave --paths out"):
        run({"fresh": Entrant(make=fresh)}, data, extractor=near, samples=30, paths=40)


def test_figures_of_different_extractors_never_share_a_column(table: GenerationTable) -> None:
    other = replace(table, protocol=replace(table.protocol, extractor="ear"))
    first, second = set(table.columns().values()), set(other.columns().values())
    assert "fid[eye]" in first and "fid[ear]" in second
    assert first & second == {"ms_ssim", "s_per_1000"}
    assert all(title.endswith("[eye]") for title in first - second)


def test_the_whole_protocol_stands_beside_every_number(table: GenerationTable) -> None:
    sentence = table.protocol.sentence()
    for fact in ("120 samples (seeds 0-119", "12 x 12 px", "uint8", "split train", "split test", "eye (01234567)",
                 "resize none", "fit crop"):  # fmt: skip
        assert fact in sentence
    for record in table.records():
        assert (record["samples"], record["quantised"], record["extractor"]) == (120, "uint8", "eye")
        assert record["seeds"] == "0-119" and record["reference_samples"] == 120


def test_lines_of_json_and_csv_hold_the_same(table: GenerationTable) -> None:
    lines = [json.loads(line) for line in table.to_json_lines().splitlines()]
    rows = list(csv.DictReader(io.StringIO(table.to_csv())))
    assert len(lines) == len(rows) == 4
    for line, row in zip(lines, rows, strict=True):
        assert list(line) == list(row)
        assert float(row["fid[eye]"]) == line["fid[eye]"]
    assert lines[0]["copies[eye]"] is None and rows[0]["copies[eye]"] == ""


def test_markdown(table: GenerationTable) -> None:
    lines = table.to_markdown().splitlines()
    assert "fid[eye], less" in lines[2] and "_std" not in lines[2]
    assert lines[4].startswith(f"| {FLOOR} | ") and "| - |" in lines[4]
    assert any(line.startswith("fresh: 1 of 5 scales") for line in lines)


def test_data_without_splits_are_halved(data: Path) -> None:
    table = run({"fresh": Entrant(make=fresh)}, data / "train", extractor=EYE, samples=30)
    assert (table.protocol.reference_samples, table.protocol.held_out_samples) == (60, 30)
    assert table.protocol.held_out == "the other half"
    assert {"copies", "nearest"} <= set(values(table)["fresh"].values)


def test_deep_images_are_measured_with_8_bits(tmp_path: Path) -> None:
    for number in range(24):
        cv2.imwrite(str(tmp_path / f"{number}.png"), drawn(number, number % 3).astype(np.uint16) * 257)
    train, _, _ = real_images.splits(tmp_path)
    ((_, block),) = real_images.pixels(train, train.numbers[:5], (SIDE, SIDE, 1), "exact")
    assert block.dtype == np.uint8
    numbers = [int(Path(train.source.name(int(n))).stem) for n in train.numbers[:5]]
    assert (block == np.stack([drawn(n, n % 3) for n in numbers])).all()


def test_few_samples_are_told(data: Path) -> None:
    wide = replace(EYE, network=lambda pixels: (pixels.flatten(1), _blocks(pixels)[1]))
    entry = values(run({"fresh": Entrant(make=fresh)}, data, extractor=wide, samples=30))["fresh"]
    assert "30 samples for 144 features: the covariance is rank-deficient" in entry.notes


def test_what_cannot_be_measured_is_refused(data: Path, tmp_path: Path) -> None:
    def small(seeds: Sequence[int], labels: Sequence[int]) -> np.ndarray:
        return fresh(seeds, labels)[:, :8]

    with pytest.raises(SettingsError, match="each size in its own table"):
        run({"fresh": Entrant(make=fresh), "small": Entrant(make=small)}, data, extractor=EYE, samples=30)
    with pytest.raises(SettingsError, match="at least 20 samples"):
        run(MODELS, data, extractor=EYE, samples=5)
    with pytest.raises(ModelError, match="not images"):
        run({"points": Entrant(make=lambda seeds, labels: np.zeros((len(seeds), 2)))}, data, extractor=EYE, samples=30)
    for number in range(4):
        cv2.imwrite(str(tmp_path / f"{number}.png"), drawn(number, 0))
    with pytest.raises(SettingsError, match="holds 4 images"):
        run(MODELS, tmp_path, extractor=EYE, samples=30)
