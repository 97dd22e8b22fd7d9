"""The commands of the tasks that keep a picture's size: dials, help, and pictures of every odd kind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganvas.api import catalog
from ganvas.core.task import DIALS
from ganvas.ops.tone import adjusted

Main = Callable[..., tuple[int, str, str]]
NEW = ("brighten", "deblur", "dehaze", "dejpeg", "despeckle", "enhance")
RNG = np.random.default_rng(4)
ODD = {
    "one-pixel": RNG.integers(0, 256, (1, 1, 3), np.uint8),
    "a-line": RNG.integers(0, 256, (1, 600, 3), np.uint8),
    "flat": np.full((40, 30, 3), 128, np.uint8),
    "gray": RNG.integers(0, 256, (20, 30), np.uint8),
    "transparent": np.dstack([RNG.integers(0, 256, (20, 30, 3), np.uint8), np.tri(20, 30, dtype=np.uint8) * 255]),
    "deep": RNG.integers(0, 65536, (20, 30), np.uint16),
}


@pytest.mark.parametrize("verb", NEW)
def test_the_help_names_the_dials_with_their_ranges(
    verb: str, ganvas_main: Main, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        ganvas_main(verb, "--help")
    told = " ".join(capsys.readouterr().out.split())
    assert ended.value.code == 0 and f"usage: ganvas {verb}" in told and catalog.task(verb).summary in told
    assert ("--kernel" in told) == (verb == "deblur")
    for name in catalog.task(verb).controls:
        assert f"--{name}" in told and (name not in DIALS or DIALS[name].about in told)


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("verb", NEW)
def test_odd_pictures_keep_what_they_are(
    verb: str, kind: str, ganvas_main: Main, tmp_path: Path, tiny_models: dict[str, Path]
) -> None:
    Image.fromarray(ODD[kind]).save(tmp_path / "a.png")
    words = [verb, tmp_path / "a.png", "-o", tmp_path / "b.png", "-n", tiny_models[verb], "--backend", "torch"]
    status, _, err = ganvas_main(*words)
    assert status == 0, err
    before, after = np.asarray(Image.open(tmp_path / "a.png")), np.asarray(Image.open(tmp_path / "b.png"))
    assert (after.shape, after.dtype) == (before.shape, before.dtype)
    if kind == "transparent":
        np.testing.assert_array_equal(after[:, :, 3], before[:, :, 3])
    assert ganvas_main(*words, "--strength", "0", "--overwrite")[0] == 0
    unchanged = np.asarray(Image.open(tmp_path / "b.png"))
    seen = before[..., 3] > 0 if kind == "transparent" else np.ones(before.shape[:2], bool)
    np.testing.assert_array_equal(unchanged[seen], before[seen])


def test_dials_reach_the_picture(ganvas_main: Main, photo: Path, tmp_path: Path, tiny_models: dict[str, Path]) -> None:
    words = ["enhance", photo, "-o", tmp_path / "b.png", "-n", tiny_models["enhance"], "--backend", "torch"]
    turned = {"brightness": 0.3, "contrast": 0.5, "saturation": 2.0}
    flags = [word for name, value in turned.items() for word in (f"--{name}", value)]
    status, out, _ = ganvas_main(*words, "--strength", "0", *flags, "--json")
    assert status == 0 and json.loads(out)["task"] == "enhance"
    expected = np.rint(255 * adjusted(np.asarray(Image.open(photo), np.float32) / 255, **turned))
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "b.png")), expected)


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize(
    ("verb", "name"),
    [("enhance", "clahe"), ("enhance", "white_balance"), ("brighten", "gamma"), ("dehaze", "dark_channel")],
)
def test_odd_pictures_by_classical_models(verb: str, name: str, kind: str, ganvas_main: Main, tmp_path: Path) -> None:
    Image.fromarray(ODD[kind]).save(tmp_path / "a.png")
    words = [verb, tmp_path / "a.png", "-o", tmp_path / "b.png", "-n", f"classical/{name}"]
    status, _, err = ganvas_main(*words)
    assert status == 0, err
    before, after = np.asarray(Image.open(tmp_path / "a.png")), np.asarray(Image.open(tmp_path / "b.png"))
    assert (after.shape, after.dtype) == (before.shape, before.dtype)


@pytest.mark.parametrize("name", ["tv", "wiener", "richardson_lucy"])
def test_a_kernel_from_a_file(name: str, ganvas_main: Main, tmp_path: Path) -> None:
    sharp = np.kron(RNG.integers(0, 2, (8, 9)), np.ones((8, 8))) * 180 + 30
    blurred = sum(sharp[:, i : i + 68] for i in range(5)) / 5
    Image.fromarray(np.rint(blurred).astype(np.uint8)).save(tmp_path / "a.png")
    Image.fromarray(np.full((1, 5), 200, np.uint8)).save(tmp_path / "k.png")
    words = ["deblur", tmp_path / "a.png", "-o", tmp_path / "b.png", "-n", f"classical/{name}"]
    assert ganvas_main(*words, "--kernel", tmp_path / "k.png")[0] == 0
    result = np.asarray(Image.open(tmp_path / "b.png"), float)
    truth = sharp[:, 2:-2]
    assert ((result - truth) ** 2).mean() < 0.8 * ((np.rint(blurred) - truth) ** 2).mean()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["dehaze", "PHOTO", "-o", "b.png", "--brightness", "1"], "Unrecognized arguments: --brightness"),
        (["brighten", "PHOTO", "-o", "b.png", "-n", "MODEL", "--brightness", "2"], "brightness of 2 is not possible"),
        (["enhance", "PHOTO", "-o", "b.png", "-n", "MODEL", "--contrast", "-1"], "contrast of -1 is not possible"),
        (["enhance", "PHOTO", "-o", "b.png", "-n", "MODEL", "--saturation", "nan"], "saturation of nan"),
        (["dejpeg", "PHOTO", "-o", "b.png", "-n", "MODEL", "--strength", "1.2"], "strength of 1.2 is not possible"),
        (["dejpeg", "PHOTO", "-o", "b.png", "--kernel", "k.png"], "Unrecognized arguments: --kernel"),
        (["dejpeg", "PHOTO", "-o", "b.png", "--real"], "Unrecognized arguments: --real"),
        (["deblur", "PHOTO", "-o", "b.png", "-n", "MODEL", "--kernel", "PHOTO"], "needs odd sides"),
        (["deblur", "PHOTO", "-o", "b.png", "--kernel", "missing.npy"], "missing.npy cannot be read"),
        (["upscale", "PHOTO", "-o", "b.png", "--sharpness", "2"], "sharpness of 2 is not possible"),
        (["upscale", "PHOTO", "-o", "b.png", "-n", "MODEL", "--sharpness", ".5"], "their networks differ"),
        (["upscale", "PHOTO", "-o", "b.png", "-n", "MODEL", "--real"], "there is one model"),
    ],
)
def test_mistakes_are_one_sentence(
    words: list[str], sentence: str, ganvas_main: Main, photo: Path, tiny_models: dict[str, Path]
) -> None:
    given = {"PHOTO": photo, "MODEL": tiny_models[words[0]]}
    status, out, err = ganvas_main(*[given.get(word, word) for word in words])
    assert status == (1 if "--kernel" in words and "deblur" in words else 2), "a file that is wrong is no wrong usage"
    assert out == "" and err.startswith("ganvas: ") and sentence in err and err.count("\n") == 1


def test_a_kernel_larger_than_one_picture_fails_that_one(ganvas_main: Main, photo: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    Image.open(photo).save(folder / "small.png")
    Image.effect_noise((40, 40), 60).save(folder / "large.png")
    np.save(tmp_path / "k.npy", np.eye(15))
    words = ["deblur", folder, "-o", tmp_path / "out", "-n", "classical/wiener", "--kernel", tmp_path / "k.npy"]
    status, _, err = ganvas_main(*words)
    assert status == 1 and "kernel of 15 x 15 px is larger than the picture of 10 x 12 px" in err and "1 done" in err
    assert [path.name for path in (tmp_path / "out").glob("*.png")] == ["large.png"]


def test_the_help_of_upscale_names_its_new_flags(ganvas_main: Main, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        ganvas_main("upscale", "--help")
    told = " ".join(capsys.readouterr().out.split())
    assert "--real" in told and "upscale-x4-real" in told and "--sharpness" in told and "[the model's]" in told


def test_sharpness_reaches_the_picture(ganvas_main: Main, photo: Path, tmp_path: Path) -> None:
    results = {}
    for sharpness in ("0", "0.5", "1"):
        output = tmp_path / f"{sharpness}.png"
        words = ["upscale", photo, "-o", output, "--backend", "torch", "--sharpness", sharpness, "--json"]
        status, out, err = ganvas_main(*words)
        assert status == 0, err
        results[sharpness] = np.asarray(Image.open(output), float)
        assert json.loads(out)["model"] == {"0": "upscale-x4", "1": "upscale-x4-gan"}.get(
            sharpness, "upscale-x4+upscale-x4-gan"
        )
    apart = np.abs(results["0"] - results["1"]).mean()
    assert all(0 < np.abs(results["0.5"] - results[end]).mean() < apart for end in "01")
