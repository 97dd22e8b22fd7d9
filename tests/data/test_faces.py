from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from skimage import data

from ganvas.core.errors import ImageError, SettingsError
from ganvas.core.settings import classes_in, from_json, to_json
from ganvas.data.faces import FaceFolders
from ganvas.degrade.noise import GaussianNoise
from ganvas.recipes import faces, faces_gan

NOISY = GaussianNoise(sigma=(20.0, 20.0))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for kind, image in (("faces", data.astronaut()[:200, 120:320]), ("photos", 255 - data.coffee()[:150, :200])):
        (tmp_path / kind).mkdir()
        cv2.imwrite(str(tmp_path / kind / "0.png"), np.ascontiguousarray(image[:, :, ::-1]))
    return tmp_path


def test_a_sample_is_a_function_of_its_index(folder: Path) -> None:
    settings = FaceFolders(degradation=NOISY, size=48, gray=0.3)
    whole, late = settings.stream(folder, seed=3).batch(0, 10), settings.stream(folder, seed=3).batch(6, 4)
    assert torch.equal(whole.source[6:], late.source) and torch.equal(whole.target[6:], late.target)
    assert whole.source.shape == whole.target.shape == (10, 3, 48, 48)
    assert not torch.equal(whole.target, settings.stream(folder, seed=4).batch(0, 10).target)


def test_the_share_of_photos_is_kept_and_without_a_folder_all_are_faces(folder: Path) -> None:
    settings = FaceFolders(degradation=NOISY, size=16, photos=0.35, gray=0.0, side=(1.0, 1.0))
    targets = settings.stream(folder, seed=0).batch(0, 100).target
    face = torch.from_numpy(cv2.resize(data.astronaut()[:200, 120:320], (16, 16), interpolation=cv2.INTER_AREA))
    face = face.permute(2, 0, 1) / 127.5 - 1
    upright = [min((t - face).abs().max(), (t - face.flip(2)).abs().max()) < 0.02 for t in targets]
    assert 55 <= sum(upright) <= 75  # faces are mirrored, never turned
    (folder / "photos" / "0.png").unlink()
    (folder / "photos").rmdir()
    targets = settings.stream(folder, seed=0).batch(0, 8).target
    assert all(min((t - face).abs().max(), (t - face.flip(2)).abs().max()) < 0.02 for t in targets)


def test_gray_stays_gray(folder: Path) -> None:
    batch = FaceFolders(degradation=NOISY, size=32, gray=1.0).stream(folder, seed=0).batch(0, 4)
    for images in (batch.source, batch.target):
        assert torch.equal(images[:, 0], images[:, 1]) and torch.equal(images[:, 0], images[:, 2])


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="faces"):
        FaceFolders(degradation=NOISY).stream(None, seed=0)
    with pytest.raises(ImageError, match="faces"):
        FaceFolders(degradation=NOISY).stream(tmp_path, seed=0)
    with pytest.raises(SettingsError, match="side"):
        FaceFolders(degradation=NOISY, side=(0.5, 1.2)).stream(tmp_path, seed=0)


@pytest.mark.parametrize("module", [faces, faces_gan])
def test_both_recipes_share_network_and_data_and_can_be_written(module) -> None:
    recipe = module.recipe()
    assert recipe.method.generator == faces.recipe().method.generator and recipe.data == faces.recipe().data
    assert "identifiable people" in recipe.about.data
    assert from_json(type(recipe), to_json(recipe), classes=classes_in(recipe)) == recipe
