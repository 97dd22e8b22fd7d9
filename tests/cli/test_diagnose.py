"""``ganvas diagnose``: words, JSON and a plot of a run's log, and clear errors where there is none."""

from __future__ import annotations

import builtins
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

Main = Callable[..., tuple[int, str, str]]


def write(folder: Path, **late: float) -> Path:
    """A log of twelve lines that turn in the middle."""
    folder.mkdir()
    rows = []
    for number in range(12):
        row = {
            "step": number + 1,
            "images": 64 * (number + 1),
            "seconds": number * 1.5,
            "d/adversarial": 1.3,
            "g/gradient_g": 1.0,
            "skipped": 0,
            "health/energy": 0.02,
            "health/coverage": 0.9,
            "health/precision": 0.9,
            "health/diversity": 1.0,
            "health/diversity_features": 1.0,
        }
        rows.append(row | ({name.replace("__", "/"): value for name, value in late.items()} if number > 5 else {}))
    (folder / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def test_an_ill_run_is_told_in_words_json_and_a_picture(ganvas_main: Main, tmp_path: Path) -> None:
    run = write(tmp_path / "run", health__diversity=0.1)
    (run / "run.json").write_text(json.dumps({"settings": {"train": {"batch": 64}, "method": {}}}))
    status, out, err = ganvas_main("diagnose", run)
    assert (status, err) == (0, "")
    assert "Mode collapse" in out and "0.10 times" in out and "--train.batch" in out and "768 images" in out
    assert "--method.stabilise.r1" not in out, "advice names a flag that the run has not"
    status, out, _ = ganvas_main("diagnose", run, "--json")
    told = json.loads(out)
    assert status == 0 and told["healthy"] is False and told["findings"][0]["illness"] == "mode collapse"
    assert told["lines"] == 12 and told["findings"][0]["evidence"]
    for ending in ("png", "svg"):
        plot = tmp_path / f"plot.{ending}"
        assert ganvas_main("diagnose", run, "--plot", plot)[0] == 0
        assert plot.stat().st_size > 5000
    with Image.open(tmp_path / "plot.png") as image:
        assert image.width > 800 and len(image.convert("L").getcolors()) > 20


def test_a_healthy_run_is_told_so(ganvas_main: Main, tmp_path: Path) -> None:
    status, out, _ = ganvas_main("diagnose", write(tmp_path / "run"))
    assert status == 0 and "looks healthy" in out and "Try:" not in out


def test_a_line_that_is_being_written_and_steps_done_twice_do_no_harm(tmp_path: Path) -> None:
    from ganvas.api.diagnose import read_log

    run = write(tmp_path / "run")
    with (run / "metrics.jsonl").open("a") as file:
        for step in (9, 10):  # resumed from a checkpoint at step 8
            file.write(json.dumps({"step": step, "images": 64 * step, "d/adversarial": 2.0}) + "\n")
        file.write('{"step": 11, "ima')
    rows = read_log(run)
    assert [row["step"] for row in rows] == list(range(1, 11))
    assert [row["d/adversarial"] for row in rows[7:]] == [1.3, 2.0, 2.0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "holds no metrics.jsonl"),
        ("", "no lines yet"),
        ('{"step": 1, "images": 2}\n', "1 lines, too few"),
        ('{"step": 1}\nnothing\n{"step": 2}\n', "Line 2"),
        ('{"images": 1}\n{"step": 2}\n', "Line 1"),
    ],
)
def test_missing_short_and_damaged_logs_are_one_sentence(
    text: str | None, sentence: str, ganvas_main: Main, tmp_path: Path
) -> None:
    if text is not None:
        (tmp_path / "metrics.jsonl").write_text(text)
    status, out, err = ganvas_main("diagnose", tmp_path)
    assert status == 2 and out == "" and sentence in err and err.count("\n") == 1


def test_plots_that_cannot_be_are_one_sentence(
    ganvas_main: Main, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = write(tmp_path / "run")
    status, _, err = ganvas_main("diagnose", run, "--plot", tmp_path / "plot.xyz")
    assert status == 2 and ".png, .svg or .pdf" in err
    status, _, err = ganvas_main("diagnose", run, "--plot", tmp_path / "nowhere" / "plot.png")
    assert status == 2 and "a folder that exists" in err
    found = builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return found(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    status, _, err = ganvas_main("diagnose", run, "--plot", tmp_path / "plot.png")
    assert status == 1 and "pip install 'ganvas[train]'" in err
    assert ganvas_main("diagnose", run)[0] == 0, "words need no matplotlib"


def test_it_is_listed(ganvas_main: Main) -> None:
    assert "diagnose" in ganvas_main("--help")[1]
    with pytest.raises(SystemExit, match="0"):
        ganvas_main("diagnose", "--help")
