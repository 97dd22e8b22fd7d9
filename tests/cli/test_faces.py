"""``ganvas restore --faces``: what it says, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data
from tests.api.test_faces import save_model

Main = Callable[..., tuple[int, str, str]]


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    weights = save_model(tmp_path / "brighter.safetensors", bias=0.2)
    return ["-n", f"faces={weights}", "--backend", "torch"]


def saved(folder: Path, photo: np.ndarray) -> Path:
    Image.fromarray(photo).save(folder / "photo.png")
    return folder / "photo.png"


def test_faces_are_restored_and_named(ganvas_main: Main, tmp_path: Path, words: list[str]) -> None:
    photo = saved(tmp_path, data.astronaut()[:256, 100:356])
    status, out, told = ganvas_main("restore", photo, "-o", tmp_path / "new.png", "--faces", "--json", *words)
    assert status == 0 and "photo.png: found nothing -> faces 1" in told
    notes = json.loads(out)["files"][0]["notes"]
    assert "Done: faces at strength 1." in notes and "faces: 1 face found." in notes
    assert not np.array_equal(np.asarray(Image.open(tmp_path / "new.png")), np.asarray(Image.open(photo)))
    status, _, told = ganvas_main("restore", photo, "-o", tmp_path / "new.png", "--faces", "--explain", *words)
    assert status == 0 and "step 1: faces 1.00, 1 face found, kept" in told


def test_no_face_is_said_and_nothing_changes(ganvas_main: Main, tmp_path: Path, words: list[str]) -> None:
    photo = saved(tmp_path, data.coffee()[:200, :300])
    status, _, told = ganvas_main("restore", photo, "-o", tmp_path / "new.png", "--faces", *words)
    assert status == 0 and "found nothing -> no face was found, written as it is" in told
    assert np.array_equal(np.asarray(Image.open(tmp_path / "new.png")), np.asarray(Image.open(photo)))
    status, _, told = ganvas_main("restore", photo, "-o", tmp_path / "new.png", "--faces", "--explain", *words)
    assert status == 0 and "step 1: faces, nothing to do: no face was found" in told


def test_a_fidelity_out_of_range_is_wrong_usage(ganvas_main: Main, tmp_path: Path) -> None:
    photo = saved(tmp_path, data.coffee()[:80, :80])
    status, _, told = ganvas_main("restore", photo, "-o", tmp_path / "new.png", "--fidelity", "2")
    assert status == 2 and "fidelity of 2 is not possible" in told and not (tmp_path / "new.png").exists()
