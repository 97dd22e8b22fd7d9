"""``ganvas colorize`` as a person meets it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.api.test_colorize import gray, weights

__all__ = ["weights"]  # a fixture

Main = Callable[..., tuple[int, str, str]]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with a gray picture, and another in a folder of its own."""
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    Image.fromarray(gray()).save(folder / "a.jpg")
    Image.fromarray(gray(np.uint16)).save(folder / "sub" / "b.png")
    return folder


def test_one_picture(ganvas_main: Main, photos: Path, weights: Path, tmp_path: Path) -> None:
    words = ["colorize", photos / "a.jpg", "-o", tmp_path / "new.png", "-m", weights, "--json"]
    status, out, err = ganvas_main(*words)
    assert status == 0, err
    told = json.loads(out)
    assert (told["task"], told["model"], told["done"]) == ("colorize", "tiny", 1)
    assert (told["computed_with"]["mode"], told["computed_with"]["tile"]) == ("chroma", [24, 18])
    assert np.asarray(Image.open(tmp_path / "new.png")).std(axis=2).mean() > 3


def test_a_folder_goes_on_where_it_stopped(ganvas_main: Main, photos: Path, weights: Path, tmp_path: Path) -> None:
    words = ["colorize", photos, "-o", tmp_path / "out", "-n", weights, "--json"]
    first, second = (ganvas_main(*words) for _ in range(2))
    assert first[0] == second[0] == 0, first[2]
    assert [(json.loads(out)["done"], json.loads(out)["current"]) for _, out, _ in (first, second)] == [(2, 0), (0, 2)]
    assert Image.open(tmp_path / "out" / "a.jpg").mode == "RGB"
    assert (tmp_path / "out" / "sub" / "b.png").is_file()


def test_strength_and_a_pipe(ganvas_process: Callable, ganvas_main: Main, photos: Path, weights: Path) -> None:
    ran = ganvas_process("colorize", "-", "-m", weights, "--strength", "0", data=(photos / "a.jpg").read_bytes())
    assert ran.returncode == 0 and ran.stdout[:2] == b"\xff\xd8", ran.stderr
    status, _, err = ganvas_main("colorize", photos / "a.jpg", "-o", "b.png", "-m", weights, "--strength", "-1")
    assert status == 2 and "strength of -1 is not possible" in err


def test_without_weights_the_remedy_is_named(
    ganvas_main: Main, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganvas.api.choose.list_models", lambda: ["denoise"])
    status, out, err = ganvas_main("colorize", photos / "a.jpg", "-o", tmp_path / "b.png")
    assert status == 1 and out == "" and err.count("\n") == 1
    assert "without a model for colorize: name a weights file with -m FILE" in err


def test_the_help_names_its_flags(ganvas_main: Main, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        ganvas_main("colorize", "--help")
    told = " ".join(capsys.readouterr().out.split())
    assert "usage: ganvas colorize" in told and "--strength" in told and "see ganvas models [colorize]" in told
