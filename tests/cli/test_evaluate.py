"""``ganvas evaluate``: flags from the protocol, a table, JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Main = Callable[..., tuple[int, str, str]]


@pytest.fixture
def truths(tmp_path: Path) -> Path:
    folder = tmp_path / "set2"
    folder.mkdir()
    ramp = np.linspace(0, 255, 48)[None, :, None] * np.ones((40, 1, 3))
    for name in "ab":
        Image.fromarray(ramp.astype(np.uint8)).save(folder / f"{name}.png")
    return folder


def test_upscale(ganvas_main: Main, truths: Path, tiny_models: dict[str, Path]) -> None:
    output = truths.parent / "figures.json"
    status, out, err = ganvas_main(
        "evaluate", "upscale", "-n", tiny_models["upscale"], "--data", truths, "--json", output, "--limit", "1",
        "--backend", "torch",
    )  # fmt: skip
    assert status == 0, err
    assert "**tiny-upscale**" in out and "classical/bicubic" in out and "PSNR" in out
    figures = json.loads(output.read_text())
    assert figures["model"] == "tiny-upscale" and len(figures["rows"]) == 2
    assert figures["mean"]["classical/bicubic"]["psnr_y"] > 30


def test_denoise_with_settings_of_its_protocol(ganvas_main: Main, truths: Path) -> None:
    words = [
        "evaluate",
        "denoise",
        "-n",
        "classical/tv",
        "--data",
        truths,
        "--sigma",
        "50",
        "--gray-only",
        "--json",
        "-",
    ]
    status, out, err = ganvas_main(*words)
    assert status == 0, err
    figures = json.loads(out)
    assert "sigma 50" in figures["protocol"] and "luma" in figures["protocol"]
    assert figures["mean"]["classical/tv"]["psnr"] > figures["mean"]["input"]["psnr"] + 3


def test_models_beside(ganvas_main: Main, truths: Path) -> None:
    words = ["evaluate", "denoise", "-n", "classical/tv", "--beside", "classical/nlm", "--data", truths, "--per-image"]
    status, out, _ = ganvas_main(*words)
    assert status == 0 and "classical/nlm" in out and "| a |" in out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["evaluate", "colour"], "choose one of brighten, "),
        (["evaluate", "upscale", "-n", "classical/bicubic"], "--data"),
        (["evaluate", "upscale", "-n", "classical/tv", "--data", "."], "not for upscale"),
        (["evaluate", "upscale", "-n", "classical/bicubic", "--data", "nowhere"], "not a folder"),
        (["evaluate", "upscale", "-n", "classical/bicubic", "--data", ".", "--sigma", "3"], "Unrecognized"),
    ],
)
def test_mistakes_are_one_sentence(words: list[str], sentence: str, ganvas_main: Main) -> None:
    status, out, err = ganvas_main(*words)
    assert status in (1, 2) and out == "" and sentence in err and err.count("\n") == 1


def test_the_help_tells_the_protocols_settings(capsys: pytest.CaptureFixture[str]) -> None:
    from ganvas.cli.main import main

    with pytest.raises(SystemExit):
        main(["evaluate", "denoise", "--help"])
    out = capsys.readouterr().out
    assert "--sigma FLOAT" in out and "standard deviation" in out and "--baselines" not in out


@pytest.fixture
def blurred(tmp_path: Path) -> Path:
    scene = np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8).repeat(5, axis=0).repeat(5, axis=1)
    kernel = np.zeros((5, 5), np.uint8)
    kernel[2] = 51
    soft = np.mean([np.roll(scene.astype(float), k, axis=1) for k in range(-2, 3)], axis=0)
    for name, pixels in (("pairs/sharp_0", scene), ("pairs/blur_0", soft.astype(np.uint8)), ("kernels/k_0", kernel)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    return tmp_path


def test_classical_models_of_other_tasks_may_stand_beside(ganvas_main: Main, blurred: Path) -> None:
    words = ["evaluate", "deblur", "-n", "classical/unsharp", "--beside", "classical/clahe"]
    status, out, err = ganvas_main(*words, "--data", blurred / "pairs", "--json", "-")
    assert status == 0, err
    rows = set(json.loads(out)["mean"])
    assert rows == {"input", "classical/richardson_lucy", "classical/clahe", "classical/unsharp"}


def test_kernels_are_told_to_those_who_can_use_them(ganvas_main: Main, blurred: Path) -> None:
    words = ["--data", blurred / "pairs", "--known", "--kernels", blurred / "kernels", "--json", "-"]
    status, out, err = ganvas_main("evaluate", "deblur", "-n", "classical/wiener", *words)
    assert status == 0, err
    figures = json.loads(out)["mean"]
    assert figures["classical/wiener"]["psnr"] > figures["input"]["psnr"] + 3
    status, out, err = ganvas_main("evaluate", "deblur", "-n", "classical/unsharp", *words)
    assert status == 2 and "classical/unsharp does not take a kernel" in err and err.count("\n") == 1


def test_holes_come_from_a_folder_of_masks(ganvas_main: Main, truths: Path, tmp_path: Path) -> None:
    masks = tmp_path / "masks"
    masks.mkdir()
    mask = np.zeros((32, 40), np.uint8)
    mask[10:16, 8:30] = 255
    Image.fromarray(mask).save(masks / "a.png")
    words = ["evaluate", "inpaint", "-n", "classical/median_fill", "--data", truths, "--limit", "1", "--json", "-"]
    status, out, err = ganvas_main(*words, "--masks", masks, "--beside", "classical/telea")
    assert status == 0, err
    figures = json.loads(out)["mean"]
    assert figures["classical/median_fill"]["psnr"] > figures["input"]["psnr"]
    assert figures["classical/median_fill"]["kept"] == 100
    status, out, err = ganvas_main(*words)
    assert status == 2 and "give their folder (masks)" in err and err.count("\n") == 1
