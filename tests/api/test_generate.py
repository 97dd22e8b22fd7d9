"""Samples by seed, class and truncation, and the way between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ganvas
from ganvas.api.generate import Generator, generate, grid, interpolate, lerp, parse_numbers, slerp
from ganvas.cli.main import main
from ganvas.core.errors import ModelError, SettingsError
from ganvas.data.toy2d import Toy2d
from ganvas.games.stabilisers import Stabilisers
from ganvas.io import checkpoint
from ganvas.io.picture import open_picture
from ganvas.io.provenance import read_provenance
from ganvas.methods.info_gan import InfoGAN
from ganvas.methods.vanilla_gan import VanillaGan
from ganvas.nets.synthesis.settings import MLPSettings
from ganvas.train.engine import Engine, EngineSettings
from ganvas.train.export import model_header, model_tensors
from ganvas.train.settings import About, Recipe, TrainSettings


def model(path: Path, networks: MLPSettings, kind: Callable[..., Any] = VanillaGan) -> Path:
    """Writes an untrained generator."""
    method = kind(networks_=networks)
    recipe = Recipe(method=method, data=Toy2d(), train=TrainSettings(images=1), about=About(name=path.stem))
    state = Engine(method, EngineSettings(batch=2, total=2, seed=1)).state
    checkpoint.save(path, model_tensors(recipe, state), model_header(recipe, state, version="0"))
    return path


IMAGES = MLPSettings(size=(6, 8), channels=1, latent=5, width=16, depth_g=1, depth_d=1)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return model(tmp_path_factory.mktemp("models") / "plain.safetensors", IMAGES)


@pytest.fixture(scope="module")
def classed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    networks = replace(IMAGES, classes=3, condition="concatenate")
    return model(tmp_path_factory.mktemp("models") / "classed.safetensors", networks)


def test_a_seed_is_a_picture_whatever_is_made_beside_it(plain: Path) -> None:
    made = ganvas.generate(plain, 70)
    assert made.images.shape == (70, 6, 8, 1) and made.images.dtype == np.uint8
    assert made.seeds == tuple(range(70)) and made.labels == ()
    np.testing.assert_array_equal(generate(plain, seeds=[69, 3]).images, made.images[[69, 3]])
    assert len(np.unique(made.images.reshape(70, -1), axis=0)) == 70


def test_classes_come_in_turn_or_as_asked_for(classed: Path) -> None:
    assert generate(classed, 5).labels == (0, 1, 2, 0, 1)
    same = generate(classed, seeds=[4, 4, 4], labels=[2, 0, 2])
    np.testing.assert_array_equal(same.images[0], same.images[2])
    assert (same.images[0] != same.images[1]).any()


def test_categories_that_nobody_labelled_can_be_asked_for_but_not_be_wrong(classed: Path, tmp_path: Path) -> None:
    networks = replace(IMAGES, classes=3, condition="auxiliary")
    path = model(tmp_path / "info.safetensors", networks, partial(InfoGAN, stabilise=Stabilisers()))
    assert Generator(classed).labelled and not Generator(path).labelled
    assert generate(path, 4).labels == (0, 1, 2, 0)


def test_truncation_brings_samples_together(plain: Path) -> None:
    spread = [generate(plain, 40, truncation=t).images.astype(float).std(0).mean() for t in (0.1, 0.7, None)]
    assert spread[0] < spread[1] < spread[2]
    with pytest.raises(SettingsError, match="above 0"):
        generate(plain, truncation=0.0)


def test_a_generator_that_has_diverged_makes_nothing(plain: Path, tmp_path: Path) -> None:
    broken = {name: tensor * float("nan") for name, tensor in checkpoint.load_tensors(plain).items()}
    checkpoint.save(tmp_path / "broken.safetensors", broken, checkpoint.read_header(plain))
    with pytest.raises(ModelError, match="diverged"):
        generate(tmp_path / "broken.safetensors", 2)


def test_points_come_as_they_are(tmp_path: Path) -> None:
    path = model(tmp_path / "points.safetensors", MLPSettings(latent=3, width=8, depth_g=1, depth_d=1))
    made = generate(path, 4)
    assert made.images.shape == (4, 2) and made.images.dtype == np.float32


def test_the_way_begins_and_ends_at_the_seeds(plain: Path) -> None:
    ends = generate(plain, seeds=[2, 9, 4]).images
    frames = interpolate(plain, [2, 9, 4], steps=3)
    assert len(frames) == 7
    np.testing.assert_array_equal(frames[[0, 3, 6]], ends)
    assert len(interpolate(plain, [2, 9, 4], steps=3, loop=True)) == 9
    straight = interpolate(plain, [2, 9], steps=2, path="line")
    assert (straight[1] != interpolate(plain, [2, 9], steps=2)[1]).any()


def test_great_circles_keep_the_length_of_codes() -> None:
    a, b = np.random.default_rng(1).standard_normal((2, 50))
    b *= np.linalg.norm(a) / np.linalg.norm(b)
    for share in (0.2, 0.5, 0.9):
        assert np.linalg.norm(slerp(a, b, share)) == pytest.approx(np.linalg.norm(a))
    assert np.linalg.norm(lerp(a, b, 0.5)) < 0.9 * np.linalg.norm(a)
    np.testing.assert_allclose(slerp(a, -a, 0.25), 0.5 * a)  # no great circle is the one: straight


def test_numbers_as_people_write_them() -> None:
    assert parse_numbers("7") == (7,)
    assert parse_numbers("1, 4,10-12") == (1, 4, 10, 11, 12)
    for wrong in ("", "a", "3-1", "-4", "1-", "0-99999999"):
        with pytest.raises(SettingsError):
            parse_numbers(wrong)


def test_a_grid_holds_every_picture_once() -> None:
    images = np.arange(5, dtype=np.uint8).reshape(5, 1, 1, 1) * np.ones((1, 2, 3, 1), np.uint8)
    sheet = grid(images, 2)
    assert sheet.shape == (6, 6, 1)
    assert [int(sheet[y, x, 0]) for y in (0, 2, 4) for x in (0, 3)] == [0, 1, 2, 3, 4, 255]


def test_what_cannot_be_made_is_said(plain: Path, classed: Path) -> None:
    for wrong in ({"n": 0}, {"n": 3, "seeds": [1]}, {"labels": [1]}):
        with pytest.raises(SettingsError):
            generate(plain, **wrong)
    with pytest.raises(SettingsError, match="classes 0 to 2, not 3"):
        generate(classed, labels=[3])
    with pytest.raises(SettingsError, match="two seeds"):
        interpolate(plain, [1])
    with pytest.raises(ModelError, match="task denoise"):
        Generator("denoise")


def test_the_command_writes_one_picture_each_with_its_origin(classed: Path, tmp_path: Path, capsys) -> None:
    words = ["generate", str(classed), "--seed", "3-4", "--label", "1", "-o", str(tmp_path / "out")]
    assert main(words) == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["seed000003-class001.png", "seed000004-class001.png"]
    with open_picture(tmp_path / "out" / names[0]) as picture:
        said = read_provenance(picture.info.xmp)
        assert picture.info.gray
    assert said is not None and said.source_type == "trainedAlgorithmicMedia"
    assert said.settings["seed"] == 3 and said.settings["label"] == 1
    assert main(words) == 1
    assert "--overwrite" in capsys.readouterr().err


def test_the_commands_write_grids_and_films(plain: Path, tmp_path: Path) -> None:
    assert main(["generate", str(plain), "-n", "6", "--columns", "3", "-o", str(tmp_path / "a.png"), "-q"]) == 0
    with open_picture(tmp_path / "a.png") as picture:
        assert (picture.info.height, picture.info.width) == (12, 24)
    assert main(["interpolate", str(plain), "--seeds", "1,2", "-o", str(tmp_path / "b.gif"), "-q"]) == 0
    assert main(["interpolate", str(plain), "--seeds", "1,2", "--steps", "4", "-o", str(tmp_path / "c.png"), "-q"]) == 0
    with open_picture(tmp_path / "c.png") as picture:
        assert (picture.info.height, picture.info.width) == (12, 32)


def test_a_model_for_points_draws_no_pictures(tmp_path: Path, capsys) -> None:
    path = model(tmp_path / "points.safetensors", MLPSettings(latent=3, width=8, depth_g=1, depth_d=1))
    assert main(["generate", str(path), "-o", str(tmp_path / "a.png")]) == 2
    assert "points" in capsys.readouterr().err
