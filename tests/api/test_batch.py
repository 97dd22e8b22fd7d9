"""Batches: what is done, redone and left alone; failures, interruptions, kills, and two at once."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganvas.api.batch import run
from ganvas.api.options import Options
from ganvas.api.outcome import Summary
from ganvas.api.work import Work

Make = Callable[..., Work]


def _counts(summary: Summary) -> tuple[int, int, int]:
    return summary.count("done"), summary.count("current"), summary.count("failed")


def _stamps(folder: Path) -> dict[str, int]:
    return {str(p.relative_to(folder)): p.stat().st_ino for p in folder.rglob("*.png")}


def test_a_folder_is_mirrored(photos: Path, tmp_path: Path, make_work: Make) -> None:
    summary = run(make_work(), [photos], tmp_path / "out")
    assert _counts(summary) == (6, 0, 0) and not summary.failed
    for path in photos.rglob("*.png"):
        result = np.asarray(Image.open(tmp_path / "out" / path.relative_to(photos)))
        np.testing.assert_array_equal(result, np.asarray(Image.open(path)).repeat(2, 0).repeat(2, 1))


def test_a_second_run_does_nothing_and_opens_no_model(photos: Path, tmp_path: Path, make_work: Make) -> None:
    run(make_work(), [photos], tmp_path / "out")
    before = _stamps(tmp_path / "out")

    def never(image: np.ndarray) -> np.ndarray:
        raise AssertionError("computed again")

    assert _counts(run(make_work(never), [photos], tmp_path / "out")) == (0, 6, 0)
    assert _stamps(tmp_path / "out") == before


def test_only_what_changed_is_redone(photos: Path, tmp_path: Path, make_work: Make) -> None:
    out = tmp_path / "out"
    run(make_work(), [photos], out)
    before = _stamps(out)
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(photos / "x" / "p0.png")  # another input
    (out / "y" / "p1.png").unlink()  # an output removed
    (out / "x" / "p2.png").write_bytes(b"spoilt")  # an output altered
    os.utime(photos / "y" / "p3.png")  # touched only
    assert _counts(run(make_work(), [photos], out)) == (3, 3, 0)
    after = _stamps(out)
    assert {name for name in before if before[name] != after[name]} >= {"x/p0.png", "y/p1.png", "x/p2.png"}
    assert all(before[name] == after[name] for name in ("y/p3.png", "x/p4.png", "y/p5.png"))
    assert Image.open(out / "x" / "p0.png").size == (8, 8)


def test_a_changed_setting_redoes_all(photos: Path, tmp_path: Path, make_work: Make) -> None:
    run(make_work(), [photos], tmp_path / "out")
    assert _counts(run(make_work(scale=3), [photos], tmp_path / "out")) == (6, 0, 0)
    assert _counts(run(make_work(scale=3, options=Options(tile=64)), [photos], tmp_path / "out")) == (6, 0, 0)


def test_one_bad_file_is_told_and_the_rest_goes_on(photos: Path, tmp_path: Path, make_work: Make) -> None:
    whole = (photos / "x" / "p0.png").read_bytes()
    (photos / "x" / "cut.png").write_bytes(whole[: len(whole) // 2])
    (photos / "notes.txt").write_text("no picture")
    (photos / "fake.png").write_text("no picture either")
    summary = run(make_work(), [photos, photos / "notes.txt"], tmp_path / "out")
    assert summary.count("done") == 6
    failed = {Path(o.input).name: o.reason for o in summary.outcomes if o.status == "failed"}
    assert set(failed) == {"cut.png"}, "walked files that are no pictures are skipped in silence"
    assert not list((tmp_path / "out").rglob("*cut*"))


def test_a_named_file_that_is_no_picture_is_told(photos: Path, tmp_path: Path, make_work: Make) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    summary = run(make_work(), [tmp_path / "notes.txt", tmp_path / "missing.png", photos], tmp_path / "out")
    assert _counts(summary) == (6, 0, 2) and summary.failed


def test_a_model_that_fails_on_one_picture_fails_that_one(photos: Path, tmp_path: Path, make_work: Make) -> None:
    def moody(image: np.ndarray) -> np.ndarray:
        if image.shape[0] == 9:
            raise RuntimeError("no")
        return image

    summary = run(make_work(moody), [photos], tmp_path / "out")
    assert _counts(summary) == (5, 0, 1)
    assert "Unexpected RuntimeError: no" in next(o.reason for o in summary.outcomes if o.status == "failed")
    assert not list((tmp_path / "out").rglob(".ganvas-*"))
    assert _counts(run(make_work(), [photos], tmp_path / "out")) == (1, 5, 0)


def test_an_original_is_never_overwritten_unless_allowed(photos: Path, make_work: Make) -> None:
    before = {p: p.read_bytes() for p in photos.rglob("*.png")}
    summary = run(make_work(), [photos], photos)
    assert _counts(summary) == (0, 0, 6)
    assert all("original" in o.reason for o in summary.outcomes)
    assert {p: p.read_bytes() for p in photos.rglob("*.png")} == before
    assert _counts(run(make_work(), [photos], photos, overwrite=True)) == (6, 0, 0)
    assert _counts(run(make_work(), [photos], photos, overwrite=True)) == (0, 6, 0), "enlarged twice"
    assert Image.open(photos / "x" / "p0.png").size == (18, 14)


def test_outputs_beside_the_originals_are_no_inputs_of_the_next_run(photos: Path, make_work: Make) -> None:
    assert _counts(run(make_work(), [photos], photos, suffix="_x2")) == (6, 0, 0)
    assert _counts(run(make_work(), [photos], photos, suffix="_x2")) == (0, 6, 0)


def test_a_strangers_file_is_not_replaced_unless_allowed(photos: Path, tmp_path: Path, make_work: Make) -> None:
    stranger = tmp_path / "out" / "x" / "p0.png"
    stranger.parent.mkdir(parents=True)
    stranger.write_bytes(b"mine")
    assert _counts(run(make_work(), [photos], tmp_path / "out")) == (5, 0, 1)
    assert stranger.read_bytes() == b"mine"
    assert _counts(run(make_work(), [photos], tmp_path / "out", overwrite=True)) == (1, 5, 0)


def test_a_link_in_the_output_folder_leads_nowhere(photos: Path, tmp_path: Path, make_work: Make) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "x").symlink_to(tmp_path / "elsewhere")
    assert _counts(run(make_work(), [photos], tmp_path / "out")) == (3, 0, 3)
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_dry_run_writes_nothing(photos: Path, tmp_path: Path, make_work: Make) -> None:
    summary = run(make_work(), [photos], tmp_path / "out", dry_run=True)
    assert summary.count("planned") == 6
    assert not (tmp_path / "out").exists()
    run(make_work(), [photos / "x"], tmp_path / "out")
    assert run(make_work(), [photos / "x"], tmp_path / "out", dry_run=True).count("current") == 3


def test_a_full_disk_ends_the_batch_in_one_sentence(
    photos: Path, tmp_path: Path, make_work: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace

    def full(source: Path, target: Path) -> None:
        if Path(target).suffix == ".png":
            raise OSError(errno.ENOSPC, "No space left on device", str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    summary = run(make_work(), [photos], tmp_path / "out")
    assert summary.failed and summary.stopped.startswith("The disk is full") and summary.count("done") == 0
    assert len(summary.outcomes) < 6
    monkeypatch.undo()
    assert _counts(run(make_work(), [photos], tmp_path / "out")) == (6, 0, 0)
    assert not list((tmp_path / "out").rglob(".ganvas-*"))


def test_an_input_that_changes_while_it_is_read_is_told(photos: Path, tmp_path: Path, make_work: Make) -> None:
    def meddle(image: np.ndarray) -> np.ndarray:
        if image.shape[0] == 7:
            Image.fromarray(np.zeros((5, 5, 3), np.uint8)).save(photos / "x" / "p0.png")
        return image

    summary = run(make_work(meddle), [photos], tmp_path / "out")
    assert "changed while it was read" in summary.outcomes[0].reason
    assert _counts(run(make_work(), [photos], tmp_path / "out")) == (1, 5, 0)


def test_ctrl_c_leaves_whole_files_only(photos: Path, tmp_path: Path, make_work: Make) -> None:
    seen = []

    def interrupt(image: np.ndarray) -> np.ndarray:
        seen.append(1)
        if len(seen) == 4:
            raise KeyboardInterrupt
        return image

    threads = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        run(make_work(interrupt), [photos], tmp_path / "out")
    assert threading.active_count() == threads
    assert not list((tmp_path / "out").rglob(".ganvas-*"))
    left = len(list((tmp_path / "out").rglob("*.png")))
    assert left <= 3
    assert _counts(run(make_work(), [photos], tmp_path / "out")) == (6 - left, left, 0)


def test_reading_computing_and_writing_overlap(
    photos: Path, tmp_path: Path, make_work: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six pictures, each 0.1 s of reading, computing and writing: one after the other it would take 1.8 s."""
    from ganvas.api import intake
    from ganvas.api.folder import OutputFolder

    hash_file, commit = intake.hash_file, OutputFolder.commit

    def slow_hash(path: Path) -> str:
        time.sleep(0.1)
        return hash_file(path)

    def slow_commit(self: OutputFolder, *args: object, **options: object) -> None:
        time.sleep(0.1)
        commit(self, *args, **options)  # type: ignore[arg-type]

    def slow(image: np.ndarray) -> np.ndarray:
        time.sleep(0.1)
        return image

    work = make_work(slow)
    assert work.model.session is not None
    run(work, [photos / "x" / "p0.png"], tmp_path / "warm")
    monkeypatch.setattr(intake, "hash_file", slow_hash)
    monkeypatch.setattr(OutputFolder, "commit", slow_commit)
    summary = run(work, [photos], tmp_path / "out")
    assert summary.count("done") == 6
    assert summary.seconds < 1.5


_CHILD = """
import json, sys, time
from pathlib import Path
from ganvas.api.batch import run
from ganvas.api.load import Model
from ganvas.api.options import Options
from ganvas.api.work import Work
from ganvas.core.card import Card
from ganvas.zoo.models import ModelEntry

source, out, pause = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])

def double(image, *, strength=1.0):
    time.sleep(pause)
    return image.repeat(2, 0).repeat(2, 1)

card = Card(title="double", task="upscale", range=(0.0, 1.0), scale=2, tiling="never")
entry = ModelEntry(name="double", card=card, header={"source": sys.argv[4]}, function=lambda: double)
print("ready", flush=True)
print(json.dumps(run(Work(model=Model(entry, Options())), [source], out).to_json()))
"""


def _child(photos: Path, out: Path, *, pause: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _CHILD, str(photos), str(out), str(pause), __file__]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None and child.stdout.readline() == "ready\n"
    return child


def test_killed_at_random_moments_nothing_is_missing_partial_or_redone(photos: Path, tmp_path: Path) -> None:
    chance, out = random.Random(3), tmp_path / "out"
    seen: dict[str, tuple[int, bytes]] = {}

    def look() -> None:
        for path in out.rglob("*.png"):
            now = (path.stat().st_ino, path.read_bytes())
            assert seen.setdefault(str(path), now) == now, "an output that stood was written again"

    for _ in range(5):
        child = _child(photos, out, pause=0.03)
        time.sleep(chance.uniform(0.02, 0.2))
        child.send_signal(signal.SIGKILL)
        child.communicate()
        look()
    told = json.loads(_child(photos, out, pause=0.0).communicate(timeout=60)[0])
    look()
    assert told["done"] + told["current"] == len(seen) == 6
    for path in photos.rglob("*.png"):
        with Image.open(out / path.relative_to(photos)) as image:
            image.load()
            assert image.size == tuple(2 * side for side in Image.open(path).size)
    assert not list(out.rglob(".ganvas-*")), "a temporary file was left"


def test_two_runs_at_once_share_the_work(photos: Path, tmp_path: Path) -> None:
    children = [_child(photos, tmp_path / "out", pause=0.05) for _ in range(2)]
    told = [json.loads(child.communicate(timeout=60)[0]) for child in children]
    assert [t["failed"] for t in told] == [0, 0]
    assert [t["done"] + t["current"] for t in told] == [6, 6]
    assert sum(t["done"] for t in told) == 6, "a picture was computed twice"
    lines = (tmp_path / "out" / ".ganvas" / "manifest.jsonl").read_text().splitlines()
    assert len(lines) == 6 and all(json.loads(line) for line in lines)
