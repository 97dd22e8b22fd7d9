"""Labelled images: class folders, turns, held-out images."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from ganvas.core.errors import SettingsError
from ganvas.data.labelled import LabelledFolder

LEVEL = {"aerial/field": 40, "aerial/town": 120, "cat": 200}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, value in LEVEL.items():
        (tmp_path / name).mkdir(parents=True)
        for number in range(3):
            image = np.full((20, 30, 3), value + number, np.uint8)
            image[:10] += 30  # the upper half is lighter: a turn shows
            cv2.imwrite(str(tmp_path / name / f"{number}.png"), image)
    return tmp_path


def test_labels_are_the_folders_and_the_last_of_each_are_held_out(folder: Path) -> None:
    stream = LabelledFolder(classes=3, patch=8, hold_out=1).stream(folder, seed=0)
    batch = stream.batch(0, 12)
    assert batch.image.shape == (12, 3, 8, 8) and batch.label.dtype == torch.int64
    darkest = ((batch.image.flatten(1).min(1).values + 1) * 127.5).round()
    levels = torch.tensor(list(LEVEL.values()))
    assert (darkest >= levels[batch.label]).all() and (darkest <= levels[batch.label] + 1).all()  # 0.png and 1.png only
    assert batch.label.bincount().tolist() == [4, 4, 4]
    test = stream.test()
    assert test.label.tolist() == [0, 1, 2]
    assert ((test.image.flatten(1).min(1).values + 1) * 127.5).round().tolist() == [42, 122, 202]


def test_a_sample_depends_on_its_index_alone(folder: Path) -> None:
    stream = LabelledFolder(classes=3, patch=8).stream(folder, seed=4)
    whole, part = stream.batch(0, 6), stream.batch(4, 2)
    assert torch.equal(whole.image[4:], part.image) and torch.equal(whole.label[4:], part.label)


def test_a_turn_is_its_own_label(folder: Path) -> None:
    batch = LabelledFolder(labels="rotation", classes=4, patch=8, zoom=(1, 1)).stream(folder, seed=0).batch(0, 24)
    light = {0: (0, 3), 1: (3, 0), 2: (7, 3), 3: (3, 7)}  # a place of the lighter half after so many turns
    for image, label in zip(batch.image, batch.label.tolist(), strict=True):
        row, column = light[label]
        assert image[0, row, column] > image[0, 7 - row, 7 - column] + 0.1
    assert set(batch.label.tolist()) == {0, 1, 2, 3}


def test_wrong_numbers_are_told(folder: Path) -> None:
    with pytest.raises(SettingsError, match="holds 3 class folders, not 5"):
        LabelledFolder(classes=5).stream(folder, seed=0)
    with pytest.raises(SettingsError, match="set classes to 4"):
        LabelledFolder(labels="rotation", classes=3)
    with pytest.raises(SettingsError, match="held out"):
        LabelledFolder(classes=3, hold_out=3).stream(folder, seed=0)
    with pytest.raises(SettingsError, match="--data"):
        LabelledFolder(classes=3).stream(None, seed=0)
    with pytest.raises(SettingsError, match="zoom"):
        LabelledFolder(classes=3, zoom=(0.0, 1.0))
    with pytest.raises(SettingsError, match="hold_out of at least 1"):
        LabelledFolder(classes=3).stream(folder, seed=0).test()
