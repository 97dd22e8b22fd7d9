"""Faces in a chain: found, restored and pasted; what is said where none is; the dial between two models."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data

import ganvas
from ganvas.api import faces
from ganvas.api.faces import faces_in, faces_model, restore_faces
from ganvas.api.load import Model, load
from ganvas.api.options import Options
from ganvas.api.restoration import plan_restoration
from ganvas.core.errors import ModelError, SettingsError
from ganvas.core.settings import to_json
from ganvas.infer.paste import Square
from ganvas.io import checkpoint
from ganvas.io.picture import open_picture
from ganvas.io.provenance import read_provenance
from ganvas.methods.regression import Regression
from ganvas.nets.generator import HalfUNetSettings
from ganvas.pipelines.chain import plan
from ganvas.pipelines.faces import TASK
from ganvas.zoo import models

PHOTO = data.astronaut()[:256, 100:356]
OPTIONS = Options(backend="torch", precision="f32")


def save_model(path: Path, *, bias: float, task: str = "faces") -> Path:
    """A tiny network that brightens by about ``bias`` / 2."""
    torch.manual_seed(0)
    method = Regression(generator=HalfUNetSettings(features=4, levels=1, blocks=1), task=task, scale=1)
    tensors = {f"g.{name}": value for name, value in method.networks()["g"].state_dict().items()}
    tensors["g.tail.weight"] = tensors["g.tail.weight"] * 0.01
    tensors["g.tail.bias"] = torch.full_like(tensors["g.tail.bias"], bias)
    header = {
        "kind": "model",
        "method": "regression",
        "settings": to_json(method),
        "card": method.describe().to_json(),
        "licence": "CC0",
        "data": "none",
    }
    checkpoint.save(path, tensors, header)
    return path


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_model(tmp_path_factory.mktemp("faces") / "brighter.safetensors", bias=0.2)


@pytest.fixture(scope="module")
def model(weights: Path) -> Model:
    return load(weights, options=OPTIONS)


@pytest.fixture
def bundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A zoo that holds both ends of the dial and nothing else."""
    save_model(tmp_path / "faces.safetensors", bias=0.2)
    save_model(tmp_path / "faces-gan.safetensors", bias=-0.2)
    monkeypatch.setattr(faces, "find", lambda name: models.find(name, tmp_path))
    monkeypatch.setattr(faces, "load", lambda name, options=None: Model(models.find(name, tmp_path), options))
    monkeypatch.setattr(faces, "list_models", lambda: models.list_models(tmp_path))
    return tmp_path


def unit(image: np.ndarray) -> np.ndarray:
    return image.astype(np.float32) / np.float32(255)


def test_only_the_face_changes_and_softly(model: Model) -> None:
    image = unit(PHOTO) * np.float32(0.8)
    (face,) = faces_in(image)
    change = restore_faces(image, model=model) - image
    down, along = int(face.top + face.height / 2), int(face.left + face.width / 2)
    assert change[down, along] == pytest.approx([0.1] * 3, abs=0.03)
    square = Square.around(top=face.top, left=face.left, height=face.height, width=face.width, grown=1.6)
    outside = np.ones(image.shape[:2], bool)
    outside[square.inside(image.shape)] = False
    assert outside.mean() > 0.3 and not change[outside].any()
    step = np.abs(np.diff(change[down, :, 0]))
    rim = square.left - 1
    assert step[rim] < 0.1 * step[rim : rim + square.side // 4].max(), "the change has a visible border"


def test_where_no_face_is_the_very_image_comes_back(model: Model) -> None:
    image = unit(data.coffee()[:200, :300])
    assert faces_in(image) == [] and restore_faces(image, model=model) is image
    assert restore_faces(unit(PHOTO), model=model, strength=0.0).shape == PHOTO.shape


def test_strength_is_a_share_of_the_change(model: Model) -> None:
    image = unit(PHOTO) * np.float32(0.8)
    half, full = (restore_faces(image, model=model, strength=strength) - image for strength in (0.5, 1.0))
    assert np.allclose(2 * half, full, atol=1e-5) and full.max() > 0.05


@pytest.mark.parametrize("fidelity", [0.0, 0.25, 1.0])
def test_fidelity_goes_from_the_sharp_to_the_faithful_model(bundled: Path, fidelity: float) -> None:
    image = unit(PHOTO) * np.float32(0.8)
    (face,) = faces_in(image)
    down, along = int(face.top + face.height / 2), int(face.left + face.width / 2)
    change = (restore_faces(image, fidelity=fidelity, options=OPTIONS) - image)[down, along]
    assert change == pytest.approx([0.2 * fidelity - 0.1] * 3, abs=0.03)


def test_a_missing_end_of_the_dial_is_said(bundled: Path) -> None:
    (bundled / "faces-gan.safetensors").unlink()
    assert faces_model(fidelity=1.0).name == "faces"
    with pytest.raises(ModelError, match="without the model faces-gan"):
        faces_model(fidelity=0.5)
    (bundled / "faces.safetensors").unlink()
    with pytest.raises(ModelError, match="ganvas train faces"):
        ganvas.restore(PHOTO, faces=True)


def test_what_makes_no_sense_is_refused(bundled: Path, weights: Path, tmp_path: Path) -> None:
    for fidelity in (-0.1, 1.1, float("nan")):
        with pytest.raises(SettingsError, match="fidelity"):
            ganvas.restore(PHOTO, fidelity=fidelity)
    with pytest.raises(SettingsError, match="no fidelity"):
        ganvas.restore(PHOTO, fidelity=0.5, models={"faces": weights})
    with pytest.raises(SettingsError, match="left out"):
        ganvas.restore(PHOTO, faces=True, without=["faces"])
    with pytest.raises(SettingsError, match="strength"):
        restore_faces(unit(PHOTO), strength=1.5)
    other = save_model(tmp_path / "other.safetensors", bias=0.0, task="deblur")
    with pytest.raises(ModelError, match="deblur"):
        ganvas.restore(PHOTO, faces=True, models={"faces": other})
    with pytest.raises(SettingsError, match="no step 'faces'"):
        ganvas.restore(PHOTO, models={"faces": weights})


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("kind", ["gray", "rgb", "rgba"])
def test_pictures_of_every_kind(dtype: type, kind: str, model: Model) -> None:
    full = 1 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max
    picture = PHOTO[:, :, :1].mean(axis=2) if kind == "gray" else PHOTO
    picture = picture * (0.8 / 255)
    if kind == "rgba":
        picture = np.dstack([picture, np.linspace(0, 1, picture.shape[1])[None].repeat(len(picture), 0)])
    picture = (np.rint(picture * full) if full > 1 else picture).astype(dtype)
    result, told = ganvas.restore(picture, faces=True, models={"faces": model}, explain=True)
    assert result.shape == picture.shape and result.dtype == dtype
    (step,) = [step for step in told["steps"] if step["task"] == "faces"]
    assert step["note"] == "1 face found" and not step["skipped"]
    assert 0.02 < np.abs(result[90:150, 90:150].astype(float) - picture[90:150, 90:150]).mean() / full < 0.2
    if kind == "rgba":
        np.testing.assert_array_equal(result[:, :, 3], picture[:, :, 3])


def test_a_photo_without_colour_stays_so_in_three_channels(model: Model) -> None:
    picture = np.repeat(PHOTO.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2)
    result = ganvas.restore(picture, faces=True, models={"faces": model})
    assert np.array_equal(result[:, :, 0], result[:, :, 1]) and np.array_equal(result[:, :, 0], result[:, :, 2])
    assert not np.array_equal(result, picture)


def test_a_picture_without_a_face_is_as_it_was_and_that_is_said(model: Model) -> None:
    picture = data.coffee()[:200, :300]
    result, told = ganvas.restore(picture, faces=True, models={"faces": model}, explain=True)
    assert np.array_equal(result, picture)
    assert told["steps"][-1]["skipped"] == "no face was found"


def test_pictures_too_small_to_be_judged_are_searched_too(model: Model) -> None:
    small = cv2.resize(PHOTO, (60, 60), interpolation=cv2.INTER_AREA)
    _, told = ganvas.restore(small, faces=True, models={"faces": model}, explain=True)
    assert told["findings"] == [] and [step["task"] for step in told["steps"]] == ["faces"]


def test_every_chain_takes_faces_before_it_enlarges(bundled: Path) -> None:
    for name in ("restore", "night-camera", "old-photo"):
        chain = plan_restoration(name, faces=True).pipeline
        tasks = [step.task for step in (*plan(chain, ()), *chain.last)]
        assert tasks.count("faces") == chain.tasks.count("faces") == 1
        assert "upscale" not in tasks or tasks.index("faces") == tasks.index("upscale") - 1
        assert "faces" not in plan_restoration(name, faces=True).without
    assert (TASK.model, TASK.bold) == (faces.MODEL, faces.SHARP)


def test_the_file_names_the_step_its_model_and_the_fidelity(bundled: Path, tmp_path: Path) -> None:
    Image.fromarray(PHOTO).save(tmp_path / "in.png")
    ganvas.restore(tmp_path / "in.png", fidelity=0.5, output=tmp_path / "out.png", options=OPTIONS)
    with open_picture(tmp_path / "out.png") as made:
        told = read_provenance(made.info.xmp)
    assert told is not None
    step = told.settings["steps"][-1]
    assert (step["task"], step["model"], step["fidelity"]) == ("faces", "faces+faces-gan", 0.5)


def test_another_fidelity_or_none_is_another_job(bundled: Path) -> None:
    jobs = [plan_restoration(), *(plan_restoration(fidelity=fidelity) for fidelity in (0.2, 0.3, 1.0))]
    assert len({job.digest() for job in jobs}) == 4
    assert plan_restoration(faces=True).digest() == jobs[-1].digest()
