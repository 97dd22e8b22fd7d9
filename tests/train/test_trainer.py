from __future__ import annotations

import json
import signal
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.contracts.cases import CASES

from ganvas.core.batch import Clean
from ganvas.core.errors import CheckpointError, NonFiniteError, SettingsError
from ganvas.core.method import Optimiser
from ganvas.io import checkpoint
from ganvas.nets.synthesis.settings import MLPSettings
from ganvas.train.observers import Jsonl, Moment, Progress, TensorBoard
from ganvas.train.settings import Recipe, TrainSettings
from ganvas.train.trainer import Plan, fit, read_run


@dataclass(frozen=True, kw_only=True)
class Points:
    """Data of a recipe that makes its own."""

    shift: float = 0.0

    def stream(self, path: Path | None, *, seed: int):
        return CASES["r3gan"].stream


def recipe(**train) -> Recipe:
    settings = {"images": 60, "batch": 6, "log_every": 2, "precision": "f32", **train}
    return Recipe(method=CASES["r3gan"].method, data=Points(), train=TrainSettings(**settings))


class Watcher:
    """Notes what it is told; may act at a step."""

    def __init__(self, act=None) -> None:
        self.moments: list[Moment] = []
        self.grids: list[np.ndarray] = []
        self.act = act

    def scalars(self, moment: Moment) -> None:
        self.moments.append(moment)
        if self.act:
            self.act(moment)

    def samples(self, step: int, grid: np.ndarray) -> None:
        self.grids.append(grid)

    def close(self) -> None: ...


def tensors(run: Path) -> dict[str, torch.Tensor]:
    return checkpoint.load_tensors(run / "last.safetensors")


def test_a_run_leaves_its_recipe_state_and_model(tmp_path: Path) -> None:
    watcher = Watcher()
    outcome = fit(recipe(), Plan(run=tmp_path / "run", recipe="r3gan-2d"), [watcher])
    assert (outcome.reason, outcome.step, outcome.images_seen) == ("finished", 10, 60)
    assert [moment["step"] for moment in watcher.moments] == [2, 4, 6, 8, 10]
    assert all(np.isfinite(list(moment.values())).all() for moment in watcher.moments)
    assert watcher.grids[-1].dtype == np.uint8
    header = checkpoint.read_header(outcome.model)
    assert header["kind"] == "model"
    assert header["method"] == "r3gan"
    assert header["provenance"]["images_seen"] == 60
    assert all(name.startswith("g.") for name in checkpoint.load_tensors(outcome.model))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_with_a_checkpoint_and_resuming_is_exact(tmp_path: Path, number: int) -> None:
    fit(recipe(), Plan(run=tmp_path / "straight"))
    handlers = [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)]

    def kill(moment: Moment) -> None:
        if moment["step"] == 4:
            handler = signal.getsignal(number)
            assert callable(handler)
            handler(number, None)

    stopped = fit(recipe(), Plan(run=tmp_path / "parts"), [Watcher(kill)])
    assert stopped.reason == "signal"
    assert stopped.step < 10
    assert [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)] == handlers
    assert fit(recipe(), Plan(run=tmp_path / "parts", resume=True)).reason == "finished"
    first, second = tensors(tmp_path / "straight"), tensors(tmp_path / "parts")
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_minutes_end_a_run(tmp_path: Path) -> None:
    outcome = fit(recipe(images=6_000_000), Plan(run=tmp_path / "run", minutes=0.002))
    assert outcome.reason == "minutes"
    assert 0 < outcome.images_seen < 6_000_000


def test_an_old_run_is_not_overwritten_and_nothing_is_not_resumed(tmp_path: Path) -> None:
    fit(recipe(images=6), Plan(run=tmp_path))
    with pytest.raises(SettingsError, match="--resume"):
        fit(recipe(images=6), Plan(run=tmp_path))
    with pytest.raises(CheckpointError, match="without --resume"):
        fit(recipe(images=6), Plan(run=tmp_path / "empty", resume=True))
    (tmp_path / "last.safetensors").write_bytes((tmp_path / "model.safetensors").read_bytes())
    with pytest.raises(CheckpointError, match="not a training checkpoint"):
        fit(recipe(images=6), Plan(run=tmp_path, resume=True))


def test_resuming_with_other_networks_says_so(tmp_path: Path) -> None:
    fit(recipe(images=6), Plan(run=tmp_path))
    wider = replace(recipe(images=12), method=replace(CASES["r3gan"].method, networks_=MLPSettings(width=9)))
    with pytest.raises(CheckpointError, match=r"run\.json"):
        fit(wider, Plan(run=tmp_path, resume=True))


def test_run_json_describes_the_run_again(tmp_path: Path) -> None:
    made = recipe(images=6, seed=5)
    fit(made, Plan(run=tmp_path, recipe="r3gan-2d"))
    assert read_run(tmp_path / "run.json", lambda name: recipe()) == made
    facts = json.loads((tmp_path / "run.json").read_text())
    assert facts["recipe"] == "r3gan-2d"
    assert facts["threads"] == torch.get_num_threads()
    with pytest.raises(SettingsError, match=r"not the run\.json"):
        read_run(tmp_path / "last.safetensors", lambda name: recipe())


def test_weights_are_taken_over_from_a_model_or_a_checkpoint(tmp_path: Path) -> None:
    fit(recipe(images=12), Plan(run=tmp_path / "old"))
    still = Optimiser(lr=0.0)
    for name, same in (("model", {"g"}), ("last", {"g", "d"})):
        run = tmp_path / name
        fit(
            replace(recipe(images=6), method=replace(CASES["r3gan"].method, g_optimiser=still, d_optimiser=still)),
            Plan(run=run, init_from=tmp_path / "old" / f"{name}.safetensors"),
        )
        old = checkpoint.load_tensors(tmp_path / "old" / f"{name}.safetensors")
        new = checkpoint.load_tensors(run / f"{name}.safetensors")
        prefix = "" if name == "model" else "net."
        for net in same:
            keys = [key for key in old if key.startswith(f"{prefix}{net}.")]
            assert keys
            assert all(torch.equal(old[key], new[key]) for key in keys)
    checkpoint.save(tmp_path / "other", {"x.y": torch.zeros(1)}, {"kind": "model"})
    with pytest.raises(CheckpointError, match="--init-from"):
        fit(recipe(images=6), Plan(run=tmp_path / "none", init_from=tmp_path / "other"))


class Breaking:
    """Becomes non-finite after sample 30 and stays so."""

    def batch(self, first: int, count: int) -> Clean:
        batch = CASES["r3gan"].stream.batch(first, count)
        return batch if first < 30 else Clean(batch.image * float("nan"))


def test_a_run_that_breaks_down_ends_at_its_last_good_checkpoint(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(Points, "stream", lambda self, path, *, seed: Breaking())
    with pytest.raises(NonFiniteError, match="'d'"):
        fit(recipe(images=600, max_bad=3, checkpoint_minutes=0.0), Plan(run=tmp_path))
    state = checkpoint.read_header(tmp_path / "last.safetensors")["state"]
    assert state["images_seen"] < 600
    assert all(tensor.isfinite().all() for tensor in tensors(tmp_path).values())


def test_observers_write_lines_and_events(tmp_path: Path) -> None:
    lines, board = Jsonl(tmp_path / "metrics.jsonl"), TensorBoard(tmp_path / "tb")
    bar = Progress(total=60, first=0, quiet=True)
    fit(recipe(), Plan(run=tmp_path / "run"), [lines, board, bar])
    for observer in (lines, board, bar):
        observer.close()
    rows = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [row["images"] for row in rows] == [12, 24, 36, 48, 60]
    assert {"d/adversarial", "g/adversarial", "d/gradient_d", "g/lr_g", "skipped"} <= rows[0].keys()
    assert any(tmp_path.joinpath("tb").iterdir())


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(SettingsError):
        TrainSettings(images=0)
