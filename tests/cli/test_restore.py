"""``ganvas restore`` end to end, with a classical model for the step it takes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

Main = Callable[..., tuple[int, str, str]]
Process = Callable[..., "subprocess.CompletedProcess[bytes]"]
ONLY_NOISE = [word for task in ("dejpeg", "brighten", "dehaze", "deblur") for word in ("--without", task)]
MODEL = ["-n", "denoise=classical/median"]


@pytest.fixture
def noisy(tmp_path: Path) -> Path:
    """A noisy photo."""
    photo = data.astronaut()[:256, 100:420]
    drawn = np.random.default_rng(0).normal(0, 30, photo.shape)
    path = tmp_path / "noisy.png"
    Image.fromarray(np.clip(photo + drawn, 0, 255).astype(np.uint8)).save(path)
    return path


def test_it_says_what_it_found_and_did(ganvas_main: Main, noisy: Path) -> None:
    output = noisy.parent / "better.png"
    status, out, told = ganvas_main("restore", noisy, "-o", output, *MODEL, *ONLY_NOISE, "--json")
    assert status == 0
    assert "noisy.png: found noise (100%) -> denoise 1" in told
    summary = json.loads(out)
    assert (summary["task"], summary["pipeline"], summary["done"]) == ("restore", "restore", 1)
    assert summary["files"][0]["notes"] == ["Found noise (100%).", "Done: denoise at strength 1."]
    assert output.is_file()


def test_explain_tells_measure_evidence_decision_and_steps(ganvas_main: Main, noisy: Path) -> None:
    words = [*MODEL, *ONLY_NOISE, "--explain", "--keep-steps"]
    status, _, told = ganvas_main("restore", noisy, "-o", noisy.parent / "better.png", *words)
    assert status == 0
    rows = {line.split()[0]: line for line in told.splitlines() if line.startswith("  ")}
    assert {"damage", "noise", "blocks", "blur", "darkness", "haze", "step"} <= set(rows)
    assert "/255" in rows["noise"] and "denoise 1.00" in rows["noise"]
    assert "not found" in rows["darkness"]
    assert rows["step"].endswith("kept")
    assert (noisy.parent / "better.1-denoise.png").is_file()


def test_a_clean_photo_is_told_to_be_as_it_is(ganvas_main: Main, tmp_path: Path) -> None:
    photo, output = tmp_path / "photo.png", tmp_path / "same.png"
    Image.fromarray(data.astronaut()[:256, 100:420]).save(photo)
    status, _, told = ganvas_main("restore", photo, "-o", output)
    assert status == 0 and "found nothing -> written as it is" in told
    assert np.array_equal(np.asarray(Image.open(output)), np.asarray(Image.open(photo)))


def test_a_picture_too_small_to_be_judged_is_written_as_it_is(ganvas_main: Main, photo: Path) -> None:
    output = photo.parent / "same.png"
    status, _, told = ganvas_main("restore", photo, "-o", output)
    assert status == 0 and "too small to be judged" in told
    assert np.array_equal(np.asarray(Image.open(output)), np.asarray(Image.open(photo)))


def test_a_pipe(ganvas_process: Process, noisy: Path) -> None:
    done = ganvas_process("restore", "-", *MODEL, *ONLY_NOISE, data=noisy.read_bytes())
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(b"\x89PNG") and b"found noise" in done.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--pipeline", "day-camera"], "There is no pipeline 'day-camera'"),
        (["--without", "upscale"], "restore has no step 'upscale'"),
        (["-n", "classical/median"], "write it like denoise=classical/nlm"),
    ],
)
def test_wrong_words_are_one_sentence(ganvas_main: Main, noisy: Path, words: list[str], sentence: str) -> None:
    status, _, told = ganvas_main("restore", noisy, "-o", noisy.parent / "better.png", *words)
    assert status == 2 and sentence in told
    assert not (noisy.parent / "better.png").exists()


def test_a_step_without_its_model_is_one_sentence(
    ganvas_main: Main, noisy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from ganvas.tasks import denoise

    monkeypatch.setattr(denoise, "TASK", replace(denoise.TASK, model="not-there-yet"))
    status, _, told = ganvas_main("restore", noisy, "-o", noisy.parent / "better.png", *ONLY_NOISE)
    assert status == 1 and "not-there-yet" in told
    assert not (noisy.parent / "better.png").exists()


def test_a_chain_of_ones_own_is_explained_step_by_step(ganvas_main: Main, noisy: Path) -> None:
    chain = noisy.parent / "mine.yaml"
    chain.write_text("- inpaint\n- denoise: {model: classical/median}\n- enhance\n- upscale: {asked: true}\n")
    words = ["--pipeline", chain, "--without", "enhance", "-n", "inpaint=classical/telea", "--explain", "--keep-steps"]
    status, out, told = ganvas_main("restore", noisy, "-o", noisy.parent / "better.png", *words, "--json")
    assert status == 0 and json.loads(out)["pipeline"] == "mine"
    steps = [line.strip() for line in told.splitlines() if line.startswith("  ")]
    assert any(line.startswith("step 1: inpaint") for line in steps)
    assert any(line.startswith("step 2: denoise 1.00, evidence 1.000") and line.endswith("kept") for line in steps)
    assert "enhance: left out" in steps
    assert "upscale: done only where it is asked for (--with upscale)" in steps
    assert list(noisy.parent.glob("better.*-denoise.png"))


def test_a_mistake_in_a_chain_is_one_sentence_with_its_line(ganvas_main: Main, noisy: Path) -> None:
    chain = noisy.parent / "mine.yaml"
    chain.write_text("- denoise\n- sharpen\n")
    status, _, told = ganvas_main("restore", noisy, "-o", noisy.parent / "better.png", "--pipeline", chain)
    assert status == 2 and "mine.yaml, line 2: there is no step 'sharpen'" in told
