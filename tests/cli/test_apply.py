"""``ganvas upscale`` and ``ganvas denoise`` end to end, with tiny weights and classical models."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Main = Callable[..., tuple[int, str, str]]
Process = Callable[..., "subprocess.CompletedProcess[bytes]"]


def _visible(folder: Path) -> list[str]:
    found = (p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    return sorted(str(p) for p in found if not any(part.startswith(".") for part in p.parts))


def test_one_picture_with_weights(ganvas_process: Process, photo: Path, tiny_models: dict[str, Path]) -> None:
    output = photo.parent / "big.png"
    told = ganvas_process("upscale", photo, "-o", output, "-n", tiny_models["upscale"], "--json")
    assert told.returncode == 0, told.stderr
    summary = json.loads(told.stdout)
    assert (summary["done"], summary["failed"], summary["model"]) == (1, 0, "tiny-upscale")
    assert summary["computed_with"]["backend"] in ("openvino", "torch")
    assert Image.open(output).size == (40, 48)


def test_a_second_call_imports_no_torch(ganvas_process: Process, photo: Path, tiny_models: dict[str, Path]) -> None:
    """With the compiled graph in the cache; the child reports what it imported."""
    words = ["upscale", photo, "-n", tiny_models["upscale"], "--backend", "openvino", "--overwrite", "-o"]
    assert ganvas_process(*words, photo.parent / "first.png").returncode == 0
    code = (
        "import sys; from ganvas.cli.main import main; status = main(sys.argv[1:]);"
        "print(status, sorted({'torch', 'tyro', 'rich', 'cv2', 'skimage', 'scipy', 'safetensors'} & set(sys.modules)))"
    )
    folder = ganvas_process.__closure__[0].cell_contents  # type: ignore[attr-defined]
    told = subprocess.run(
        [sys.executable, "-c", code, *map(str, words), str(photo.parent / "second.png")],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"XDG_CACHE_HOME": str(folder)},
    )
    assert told.stdout.strip() == "0 []", told.stderr
    assert (photo.parent / "first.png").read_bytes() == (photo.parent / "second.png").read_bytes()


def test_any_scale_and_the_flags_of_others(ganvas_main: Main, photo: Path) -> None:
    output = photo.parent / "b.png"
    status, _, _ = ganvas_main(
        "upscale", "-i", photo, "-o", output, "--model_name", "classical/bicubic", "--outscale", "1.5", "-t", "0",
        "--max_memory=2GiB",
    )  # fmt: skip
    assert status == 0 and Image.open(output).size == (15, 18)


def test_denoise_with_strength(ganvas_main: Main, photo: Path) -> None:
    output = photo.parent / "b.png"
    assert ganvas_main("denoise", photo, "-o", output, "-n", "classical/tv", "--strength", "0")[0] == 0
    np.testing.assert_array_equal(np.asarray(Image.open(output)), np.asarray(Image.open(photo)))
    assert ganvas_main("denoise", photo, "-o", output, "-n", "classical/tv")[0] == 0
    assert np.asarray(Image.open(output)).std() < np.asarray(Image.open(photo)).std()


def test_a_folder_with_a_bad_file(ganvas_main: Main, photo: Path) -> None:
    folder = photo.parent / "in"
    (folder / "sub").mkdir(parents=True)
    Image.open(photo).save(folder / "sub" / "a.jpg")
    Image.open(photo).save(folder / "a.webp", lossless=True)
    (folder / "cut.png").write_bytes(photo.read_bytes()[:200])
    (folder / "readme.txt").write_text("words")
    words = ["upscale", folder, "-o", photo.parent / "out", "-n", "classical/bicubic", "--suffix", "_x4"]
    status, out, err = ganvas_main(*words, "--json")
    assert status == 1
    summary = json.loads(out)
    assert (summary["done"], summary["failed"]) == (2, 1)
    assert "cut.png" in err and "2 done, 1 failed" in err and "Traceback" not in err
    assert _visible(photo.parent / "out") == ["a_x4.webp", "sub/a_x4.jpg"]
    (folder / "cut.png").unlink()
    assert ganvas_main(*words)[0] == 0
    assert "2 up to date" in ganvas_main(*words)[2]


def test_formats(ganvas_main: Main, photo: Path) -> None:
    out = photo.parent / "out"
    words = ["-o", out, "-n", "classical/bicubic", "--format", "jpg", "--quality", "70"]
    assert ganvas_main("upscale", photo, *words)[0] == 0
    assert Image.open(out / "photo.jpg").format == "JPEG"
    transparent = photo.parent / "clear.png"
    Image.new("RGBA", (5, 5), (1, 2, 3, 4)).save(transparent)
    assert ganvas_main("upscale", transparent, *words)[0] == 0
    assert Image.open(out / "clear.png").mode == "RGBA", "PNG where JPEG would lose the transparency"


def test_what_could_not_be_kept_is_told(ganvas_main: Main, photo: Path) -> None:
    clear = photo.parent / "clear.png"
    Image.new("RGBA", (5, 5), (1, 2, 3, 4)).save(clear)
    words = ["upscale", clear, "-o", photo.parent / "out", "-n", "classical/bicubic", "-v"]
    _, out, err = ganvas_main(*words, "--format", "bmp", "--json")
    told = json.loads(out)["files"][0]
    assert told["output"].endswith("clear.png") and "BMP cannot hold the transparency" in told["notes"][0]
    path = photo.parent / "moving.gif"
    Image.open(photo).convert("P").save(path, save_all=True, append_images=[Image.new("P", (10, 12), 3)])
    words[1] = path
    _, out, err = ganvas_main(*words, "--json")
    notes = json.loads(out)["files"][0]["notes"]
    assert notes and notes[0] in err


def test_pipes(ganvas_process: Process, photo: Path) -> None:
    told = ganvas_process("upscale", "-", "-n", "classical/bicubic", data=photo.read_bytes())
    assert told.returncode == 0 and Image.open(io.BytesIO(told.stdout)).size == (40, 48)
    told = ganvas_process("upscale", photo, "-o", "-", "-n", "classical/bicubic", "-s", "2", "--format", "bmp")
    assert Image.open(io.BytesIO(told.stdout)).format == "BMP"
    output = photo.parent / "new.jpg"
    told = ganvas_process("upscale", "-", "-o", output, "-n", "classical/bicubic", "--json", data=photo.read_bytes())
    assert json.loads(told.stdout)["done"] == 1 and Image.open(output).format == "JPEG"


@pytest.mark.parametrize("data", [b"", b"no picture at all", b"\x89PNG\r\n\x1a\n\0\0\0"])
def test_a_pipe_without_a_picture(data: bytes, ganvas_process: Process) -> None:
    told = ganvas_process("upscale", "-", "-n", "classical/bicubic", data=data)
    assert (told.returncode, told.stdout) == (1, b"")
    assert told.stderr.startswith(b"ganvas: ") and told.stderr.count(b"\n") == 1


def test_a_broken_pipe_is_one_sentence(photo: Path, tmp_path: Path) -> None:
    Image.effect_noise((600, 600), 90).save(tmp_path / "noise.png")
    command = (
        f"{sys.executable} -m ganvas upscale {tmp_path / 'noise.png'} -o - -n classical/bicubic | head -c 10 >/dev/null"
    )
    told = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert told.stderr.count("\n") == 1 and "Traceback" not in told.stderr


def test_a_dry_run_and_quiet_and_verbose(ganvas_main: Main, photo: Path) -> None:
    words = ["upscale", photo, "-o", photo.parent / "out", "-n", "classical/bicubic"]
    _, _, err = ganvas_main(*words, "--dry-run")
    assert "photo.png ->" in err and "1 to be done" in err and not (photo.parent / "out").exists()
    assert ganvas_main(*words, "-q")[2] == ""
    (photo.parent / "out" / "photo.png").unlink()
    _, _, err = ganvas_main(*words, "-v")
    assert "photo.png ->" in err and "1 done" in err and "function" in err
    assert "up to date" in ganvas_main(*words, "-v")[2]


def test_the_original_is_safe(ganvas_main: Main, photo: Path) -> None:
    before = photo.read_bytes()
    for output in (photo, photo.parent):
        status, _, err = ganvas_main("upscale", photo, "-o", output, "-n", "classical/bicubic")
        assert status == 1 and "original" in err
    assert photo.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["upscale"], 2, "Name a picture"),
        (["upscale", "PHOTO"], 2, "-o FILE"),
        (["upscale", "missing.png", "-o", "b.png", "-n", "classical/bicubic"], 1, "missing.png"),
        (["upscale", "missing.png", "-o", "out", "-n", "classical/bicubic"], 1, "does not exist"),
        (["upscale", "PHOTO", "-o", "b.png", "-n", "classical/bicubik"], 1, "did you mean classical/bicubic"),
        (["upscale", "PHOTO", "-o", "b.png", "-n", "classical/tv"], 1, "not for upscale"),
        (["upscale", "PHOTO", "-o", "b.png", "-n", "x.pth"], 1, "pickle"),
        (["upscale", "PHOTO", "-o", "b.png", "-s", "zero"], 2, "see ganvas upscale --help"),
        (["upscale", "PHOTO", "-o", "b.png", "-s", "-1", "-n", "classical/bicubic"], 2, "scale of -1"),
        (["upscale", "PHOTO", "-o", "b.png", "--max-memory", "lots"], 2, "write it like 2GiB"),
        (["upscale", "PHOTO", "-o", "b.png", "--strength", "1"], 2, "Unrecognized arguments: --strength"),
        (["upscale", "PHOTO", "-o", "b.png", "--scal", "1"], 2, "Unrecognized arguments"),
        (["upscale", "PHOTO", "-o", "b.xyz/", "-n", "classical/bicubic", "--format", "xyz"], 2, "Cannot write 'xyz'"),
        (["upscale", "PHOTO", "-o", "b.png", "-n", "classical/bicubic", "--suffix", "_x"], 2, "leave out --suffix"),
        (["upscale", "PHOTO", "-o", "out", "-n", "classical/bicubic", "--suffix", "../x"], 2, "cannot stand"),
        (["upscale", "PHOTO", "-o", "b.png", "-n", "classical/bicubic", "--max-pixels", "50"], 1, "limit"),
        (["upscale", "PHOTO", "-o", "b.png", "-n", "classical/bicubic", "--backend", "tpu"], 2, "no back end 'tpu'"),
        (["upscale", "-", "PHOTO", "-o", "b.png", "-n", "classical/bicubic"], 2, "one picture only"),
        (["upscael", "PHOTO"], 2, "did you mean upscale"),
        (["denoise", "PHOTO", "-o", "b.png", "-n", "classical/tv", "--strength", "7"], 2, "strength of 7"),
    ],
)
def test_mistakes_are_one_sentence(
    words: list[str], status: int, sentence: str, ganvas_main: Main, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(photo.parent)
    got, out, err = ganvas_main(*[str(photo) if word == "PHOTO" else word for word in words])
    lines = [line for line in err.splitlines() if not line.startswith("ganvas: 1 failed")]
    assert (got, out) == (status, ""), err
    assert len(lines) == 1 and lines[0].startswith("ganvas: ") and sentence in lines[0]
    assert not (photo.parent / "b.png").exists()


def test_an_output_that_cannot_be_made(ganvas_main: Main, photo: Path) -> None:
    (photo.parent / "file").write_text("in the way")
    for output in ("file/out", "file/b.png"):
        status, _, err = ganvas_main("upscale", photo, "-o", photo.parent / output, "-n", "classical/bicubic")
        assert status == 1 and "Traceback" not in err and err.startswith("ganvas: ")
    status, _, err = ganvas_main("upscale", photo, photo, "-o", photo.parent / "file", "-n", "classical/bicubic")
    assert status == 2 and "need a folder" in err


def test_a_bug_is_one_sentence_and_a_traceback_on_demand(
    ganvas_main: Main, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ganvas.zoo.classical import bicubic

    def broken(image: np.ndarray, *, strength: float = 1.0) -> np.ndarray:
        raise ZeroDivisionError("hm")

    monkeypatch.setattr(bicubic, "apply", broken)
    words = ["upscale", photo, "-o", photo.parent / "out", "-n", "classical/bicubic"]
    status, _, err = ganvas_main(*words)
    assert status == 1 and "Unexpected ZeroDivisionError: hm" in err and "Traceback" not in err
    assert "Traceback" in ganvas_main(*words, "-v", "-v")[2]
    status, _, err = ganvas_main("upscale", photo, "-o", photo.parent / "b.png", "-n", "classical/bicubic")
    assert status == 1 and "Unexpected ZeroDivisionError: hm" in err and "Traceback" not in err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_is_clean(number: signal.Signals, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    (tmp_path / "in").mkdir()
    for i in range(30):
        Image.fromarray(rng.integers(0, 256, (150, 150, 3), np.uint8)).save(tmp_path / "in" / f"{i}.png")
    out = tmp_path / "out"
    command = [sys.executable, "-m", "ganvas", "denoise", str(tmp_path / "in"), "-o", str(out), "-n", "classical/nlm"]
    child = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list(out.glob("*.png")) and time.monotonic() < deadline:
        time.sleep(0.01)
    child.send_signal(number)
    _, err = child.communicate(timeout=60)
    assert child.returncode == 130, err
    assert "Traceback" not in err and "run the same command again" in err
    assert 1 <= len(list(out.glob("*.png"))) < 30
    assert not [p for p in out.rglob(".*") if p.is_file()]
