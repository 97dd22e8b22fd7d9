from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from skimage import data

from ganvas.core.errors import ImageError, SettingsError
from ganvas.core.settings import classes_in, from_json, to_json
from ganvas.data.masked import MaskedImages, MaskedPhotos
from ganvas.degrade.damage.holes import Boxes, MaskFiles, Strokes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number, photo in enumerate((data.astronaut()[:90, :120], data.chelsea()[:80, :80], data.coffee()[:40, :50])):
        cv2.imwrite(str(photos / f"{number}.png"), np.ascontiguousarray(photo[:, :, ::-1]))
    return photos


def test_a_sample_is_a_function_of_its_index(folder: Path) -> None:
    settings = MaskedPhotos(patch=32, zoom=(0.7, 2.0), gray=0.5)
    whole = settings.stream(folder, seed=3).batch(0, 10)
    late = settings.stream(folder, seed=3).batch(6, 4)
    assert torch.equal(whole.image[6:], late.image) and torch.equal(whole.mask[6:], late.mask)
    assert not torch.equal(whole.mask, settings.stream(folder, seed=4).batch(0, 10).mask)
    assert len({mask.numpy().tobytes() for mask in whole.mask}) > 5


def test_images_are_whole_and_masks_one_where_missing(folder: Path) -> None:
    hole = Boxes(count=(1, 1), side=(0.5, 0.5), centred=True)
    batch = MaskedPhotos(patch=40, hole=hole).stream(folder, seed=0).batch(0, 6)
    assert batch.image.shape == (6, 3, 40, 40) and batch.mask.shape == (6, 1, 40, 40)
    assert batch.mask.dtype == torch.float32 and batch.mask.sum() == 6 * 20 * 20
    assert (batch.mask[:, :, 10:30, 10:30] == 1).all()
    assert batch.image.abs().max() <= 1
    assert batch.image[:, :, 10:30, 10:30].std() > 0.1  # the true picture, not what a hole would show


def test_gray_samples_have_equal_channels(folder: Path) -> None:
    image = MaskedPhotos(patch=16, gray=1.0).stream(folder, seed=0).batch(0, 3).image
    assert torch.equal(image[:, 0], image[:, 2])


def test_masks_from_a_folder(folder: Path, tmp_path: Path) -> None:
    masks = tmp_path / "masks"
    masks.mkdir()
    levels = np.zeros((20, 20), np.uint8)
    levels[:5] = 255
    cv2.imwrite(str(masks / "top.png"), levels)
    batch = MaskedPhotos(patch=20, hole=MaskFiles(folder=masks)).stream(folder, seed=0).batch(0, 5)
    assert (batch.mask.sum(dim=(1, 2, 3)) == 100).all()
    with pytest.raises(ImageError, match="no masks"):
        MaskedPhotos(hole=MaskFiles(folder=tmp_path / "none")).stream(folder, seed=0).batch(0, 1)


def test_whole_images_keep_their_size_channels_and_those_held_out(folder: Path) -> None:
    settings = MaskedImages(size=(24, 16), channels=1, hole=Strokes(share=(0.2, 0.2)), hold_out=1)
    stream = settings.stream(folder, seed=1)
    whole, late = stream.batch(0, 2), stream.batch(1, 1)
    assert whole.image.shape == (2, 1, 24, 16) and whole.mask.shape == (2, 1, 24, 16)
    assert torch.equal(whole.image[1:], late.image) and torch.equal(whole.mask[1:], late.mask)
    assert (whole.mask.mean(dim=(1, 2, 3)) >= 0.2).all()
    unseen = stream.unseen(4)
    assert unseen is not None and len(unseen) == 1
    assert not any(torch.equal(unseen.image[0], image) for image in whole.image)


def test_settings_round_trip_and_wrong_ones_are_clear(folder: Path) -> None:
    settings = MaskedPhotos(patch=16, hole=MaskFiles(folder=Path("masks")))
    assert from_json(MaskedPhotos, to_json(settings), classes=classes_in(settings)) == settings
    for kind in (MaskedPhotos, MaskedImages):
        with pytest.raises(SettingsError, match="--data"):
            kind().stream(None, seed=0)
    with pytest.raises(SettingsError, match="patch"):
        MaskedPhotos(patch=0)
