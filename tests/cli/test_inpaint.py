"""``ganvas inpaint`` as a person meets it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Main = Callable[..., tuple[int, str, str]]
MODEL = ("-m", "classical/telea")


@pytest.fixture
def damaged(tmp_path: Path) -> tuple[Path, Path, np.ndarray]:
    """A picture with a black bar, its mask as a file, and the mask."""
    y, x = np.mgrid[:50, :60]
    photo = np.stack([y * 4, x * 3, y + x], axis=2).astype(np.uint8)
    mask = np.zeros((50, 60), bool)
    mask[20:26, 10:50] = True
    photo[mask] = 0
    Image.fromarray(photo).save(tmp_path / "old.png")
    Image.fromarray(mask).save(tmp_path / "mask.png")
    return tmp_path / "old.png", tmp_path / "mask.png", mask


def read(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path))


def test_one_picture(damaged: tuple[Path, Path, np.ndarray], ganvas_main: Main, tmp_path: Path) -> None:
    photo, file, mask = damaged
    status, out, err = ganvas_main("inpaint", photo, "-o", tmp_path / "new.png", "--mask", file, *MODEL, "--json")
    assert status == 0, err
    told = json.loads(out)
    assert (told["task"], told["model"], told["done"]) == ("inpaint", "classical/telea", 1)
    assert told["computed_with"]["crops"] == 1
    result, before = read(tmp_path / "new.png"), read(photo)
    np.testing.assert_array_equal(result[~mask], before[~mask])
    assert np.abs(result[mask][:, 0].astype(int) - 4 * np.argwhere(mask)[:, 0]).mean() < 6


def test_invert_and_feather(damaged: tuple[Path, Path, np.ndarray], ganvas_main: Main, tmp_path: Path) -> None:
    photo, file, mask = damaged
    Image.fromarray(~mask).save(tmp_path / "inverted.png")
    words = ["inpaint", photo, *MODEL, "-o"]
    for name, flags in {
        "plain": ["--mask", file],
        "inverted": ["--mask", tmp_path / "inverted.png", "--invert"],
        "feathered": ["--mask", file, "--feather", "1"],
    }.items():
        assert ganvas_main(*words, tmp_path / f"{name}-result.png", *flags, "-q") == (0, "", "")
    plain, inverted, feathered = (read(tmp_path / f"{name}-result.png") for name in ("plain", "inverted", "feathered"))
    np.testing.assert_array_equal(plain, inverted)
    rim = mask & ~np.pad(mask, 1)[2:, 1:-1]  # the lowest row of the hole, beside known pixels
    inner = np.zeros_like(mask)
    inner[22:24, 12:48] = True
    np.testing.assert_array_equal(feathered[inner], plain[inner])
    assert (np.abs(feathered[rim].astype(int) - plain[rim] / 2) <= 1).all()  # half of the black bar


def test_transparency_of_a_cut_out(damaged: tuple[Path, Path, np.ndarray], ganvas_main: Main, tmp_path: Path) -> None:
    photo, _, mask = damaged
    cut = np.dstack([read(photo), np.where(mask, 0, 255).astype(np.uint8)])
    Image.fromarray(cut).save(tmp_path / "cut.png")
    assert ganvas_main("inpaint", tmp_path / "cut.png", "-o", tmp_path / "b.png", "--mask", "alpha", *MODEL)[0] == 0
    result = read(tmp_path / "b.png")
    assert (result[:, :, 3] == 255).all()
    np.testing.assert_array_equal(result[~mask], cut[~mask])


def test_a_folder_goes_on_where_it_stopped(
    damaged: tuple[Path, Path, np.ndarray], ganvas_main: Main, tmp_path: Path
) -> None:
    photo, file, _ = damaged
    for place in ("in/a.png", "in/sub/b.png"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_bytes(photo.read_bytes())
    (tmp_path / "masks").mkdir()
    for name in ("a", "b"):
        (tmp_path / "masks" / f"{name}.png").write_bytes(file.read_bytes())
    words = ["inpaint", tmp_path / "in", "-o", tmp_path / "out", "--mask", tmp_path / "masks", *MODEL, "--json"]
    counts = [(told["done"], told["current"]) for told in (json.loads(ganvas_main(*words)[1]) for _ in range(2))]
    assert counts == [(2, 0), (0, 2)]
    assert (tmp_path / "out" / "sub" / "b.png").is_file()


def test_an_empty_mask_is_said(damaged: tuple[Path, Path, np.ndarray], ganvas_main: Main, tmp_path: Path) -> None:
    photo, _, mask = damaged
    Image.fromarray(mask & False).save(tmp_path / "empty.png")
    words = ["inpaint", photo, "-o", tmp_path / "b.png", "--mask", tmp_path / "empty.png", *MODEL]
    status, out, err = ganvas_main(*words)
    assert (status, out) == (0, "")
    assert err.startswith("old.png: Nothing is missing: the picture is written as it is.\n")
    np.testing.assert_array_equal(read(tmp_path / "b.png"), read(photo))
    assert ganvas_main(*words, "--overwrite", "--quiet") == (0, "", "")


def test_a_pipe(damaged: tuple[Path, Path, np.ndarray], ganvas_process: Callable) -> None:
    photo, file, mask = damaged
    ran = ganvas_process("inpaint", "-", "--mask", file, *MODEL, data=photo.read_bytes())
    assert ran.returncode == 0, ran.stderr
    result = np.asarray(Image.open(io.BytesIO(ran.stdout)))
    np.testing.assert_array_equal(result[~mask], read(photo)[~mask])


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["PHOTO", "-o", "b.png"], 2, "Say what is missing: --mask FILE"),
        (["--mask", "MASK"], 2, "Name a picture or a folder"),
        (["PHOTO", "-o", "b.png", "--mask", "none.png"], 1, "There is no mask none.png"),
        (["PHOTO", "-o", "b.png", "--mask", "SMALL"], 1, "small.png is 5 x 4 px, but "),
        (["PHOTO", "-o", "b.png", "--mask", "WHITE"], 1, "marks every pixel of"),
        (["PHOTO", "-o", "b.png", "--mask", "alpha"], 1, "has no transparency to take a mask from"),
        (["PHOTO", "-o", "b.png", "--mask", "MASK", "--feather", "-2"], 2, "feather of -2 is not possible"),
        (["PHOTO", "-o", "b.png", "--mask", "MASK", "-n", "classical/nlm"], 1, "for denoise, not for inpaint"),
        (["PHOTO", "-o", "b.png", "--mask", "MASK", "--strength", "1"], 2, "Unrecognized arguments: --strength"),
        (["FOLDER", "-o", "b", "--mask", "FOLDER"], 2, "give masks a folder of their own"),
    ],
)
def test_mistakes_are_one_sentence(
    words: list[str],
    status: int,
    sentence: str,
    damaged: tuple[Path, Path, np.ndarray],
    ganvas_main: Main,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Image.new("L", (5, 4)).save("small.png")
    Image.new("L", (60, 50), 255).save("white.png")
    given = {"PHOTO": damaged[0], "MASK": damaged[1], "SMALL": "small.png", "WHITE": "white.png", "FOLDER": tmp_path}
    model = [] if "-n" in words else MODEL
    ended = ganvas_main("inpaint", *[given.get(word, word) for word in words], *model)
    assert ended[0] == status and ended[1] == "" and ended[2].startswith("ganvas: ")
    assert sentence in ended[2].splitlines()[0] and len(ended[2].splitlines()) <= 1 + ended[2].count("1 failed")
    assert not (tmp_path / "b.png").exists()


def test_the_help_names_its_flags(ganvas_main: Main, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        ganvas_main("inpaint", "--help")
    told = " ".join(capsys.readouterr().out.split()).replace("auto- scratch", "auto-scratch")
    for words in ("--mask MASK", "auto-scratch", "--invert", "--feather PX", "classical/patchmatch", "White means"):
        assert words in told
