"""Health beside a training: every method can be watched, nothing is changed by it, and the best model is kept."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch
from tests.contracts.cases import CASES

from ganvas.core.batch import Clean
from ganvas.core.errors import SettingsError
from ganvas.data.toy2d import Toy2d
from ganvas.io import checkpoint
from ganvas.train.engine import Engine, EngineSettings
from ganvas.train.health import Health, Reference
from ganvas.train.observers import Jsonl
from ganvas.train.settings import Recipe, TrainSettings
from ganvas.train.trainer import Plan, fit
from ganvas.train.watch import METRIC, Watch


@dataclass(frozen=True, kw_only=True)
class Data:
    """The points of one case."""

    def stream(self, path: Path | None, *, seed: int) -> Toy2d:
        return Toy2d().stream(path, seed=seed)


def recipe(**train) -> Recipe:
    settings = {"images": 60, "batch": 6, "log_every": 2, "precision": "f32", "health_share": 1.0, **train}
    return Recipe(method=CASES["r3gan"].method, data=Data(), train=TrainSettings(**settings))


def rows(run: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def trained(run: Path, chosen: Recipe, **plan) -> list[dict[str, float]]:
    run.mkdir(exist_ok=True)
    lines = Jsonl(run / "metrics.jsonl")
    fit(chosen, Plan(run=run, **plan), [lines])
    lines.close()
    return rows(run)


@pytest.mark.parametrize("name", CASES)
def test_every_method_can_be_watched_and_is_left_as_it_was(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["ganvas.train.health"], "_SAMPLES", (12, 24))
    case = CASES[name]
    engine = Engine(case.method, EngineSettings(batch=6, total=18))
    engine.advance(case.stream)
    before = {key: value.clone() for key, value in engine.state.tensors().items()}
    modes = [part.training for net in engine.state.nets.values() for part in net.modules()]
    drawn = torch.random.get_rng_state()
    health = Health(case.method, Reference.of(case.method, case.stream, 6, "cpu"), 1.0)
    answering = {**engine.state.nets, **engine.state.averages}
    first, second = health.measure(engine.state.nets, answering), health.measure(engine.state.nets, answering)
    assert {f"health/spectral_{net}" for net in engine.state.nets} <= set(first)
    assert all(value == value and abs(value) != float("inf") for value in first.values())
    assert {k: v for k, v in first.items() if "spectral" not in k} == {
        k: v for k, v in second.items() if "spectral" not in k
    }, "the samples are not the same ones each time"
    if "image" not in case.method.describe().needs:
        assert {"health/energy", "health/coverage", "health/diversity", "health/neighbour"} <= set(first)
        assert "health/score_fake" in first or "d" not in engine.state.nets
    assert all(torch.equal(before[key], value) for key, value in engine.state.tensors().items())
    assert modes == [part.training for net in engine.state.nets.values() for part in net.modules()]
    assert torch.equal(drawn, torch.random.get_rng_state())


def test_watching_does_not_change_the_training(tmp_path: Path) -> None:
    watched, alone = tmp_path / "watched", tmp_path / "alone"
    told = trained(watched, recipe())
    assert all("health/energy" in row for row in told)
    told = trained(alone, recipe(health_share=0.0))
    assert not any(name.startswith("health/") for row in told for name in row)
    assert not (alone / "best.safetensors").exists()
    first, second = (checkpoint.load_tensors(run / "last.safetensors") for run in (watched, alone))
    assert all(torch.equal(first[name], second[name]) for name in second)


def test_the_best_model_is_kept_beside_the_last(tmp_path: Path) -> None:
    energies = [row["health/energy"] for row in trained(tmp_path / "run", recipe(images=72, log_every=1))]
    header = checkpoint.read_header(tmp_path / "run" / "best.safetensors")
    assert header["kind"] == "model" and header["metrics"][METRIC] == min(energies)
    assert header["provenance"]["steps"] == energies.index(min(energies)) + 1
    best = checkpoint.load_tensors(tmp_path / "run" / "best.safetensors")
    assert best.keys() == checkpoint.load_tensors(tmp_path / "run" / "model.safetensors").keys()


def test_a_resumed_run_keeps_its_best_model_until_a_better_one(tmp_path: Path) -> None:
    run = tmp_path / "run"
    trained(run, recipe(images=12))
    path = run / "best.safetensors"
    for value, replaced in ((-5.0, False), (1e6, True)):
        header = checkpoint.read_header(path) | {"metrics": {METRIC: value}}
        checkpoint.save(path, checkpoint.load_tensors(path), header)
        images = 24 if not replaced else 36
        trained(run, recipe(images=images), resume=True)
        assert (checkpoint.read_header(path)["metrics"][METRIC] != value) == replaced


def test_a_watch_that_does_not_resume_begins_anew(tmp_path: Path) -> None:
    method = CASES["r3gan"].method
    checkpoint.save(tmp_path / "best.safetensors", {"x": torch.zeros(1)}, {"kind": "model", "metrics": {METRIC: -5.0}})
    engine = Engine(method, EngineSettings(batch=4, total=8))
    reference = Reference.of(method, Toy2d(), 4, "cpu")
    Watch(recipe(), tmp_path, "0", Health(method, reference, 1.0)).look(engine.state)
    assert checkpoint.read_header(tmp_path / "best.safetensors")["metrics"][METRIC] > -5


def test_time_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look of 1 s at a share of 1/50 is followed by another after 50 s, not before; the last is always due."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    health = Health(CASES["r3gan"].method, None, 0.02)
    health._start = now[0]
    assert health.due()

    def slow(*rest: object) -> tuple[torch.Tensor, dict]:
        now[0] += 1
        return torch.ones(()), {}

    monkeypatch.setattr(sys.modules["ganvas.train.health"], "spectral_norm", slow)
    assert health.measure({"g": torch.nn.ReLU()}, {}) == {"health/spectral_g": 1.0}
    now[0] = 149
    assert not health.due() and health.due(last=True)
    now[0] = 151
    assert health.due()
    assert not Health(CASES["r3gan"].method, None, 0.0).due(last=True)
    with pytest.raises(SettingsError, match="health_share"):
        TrainSettings(images=1, health_share=1.5)


class Fixed(torch.nn.Module):
    """A discriminator that knows the training samples by heart, and a generator that copies one of them."""

    def __init__(self, known: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("known", known)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (torch.cdist(x, self.known).amin(1, keepdim=True) < 1e-4).float() - (x[:, :1] > 50).float()


@dataclass(frozen=True, kw_only=True)
class Copying(type(CASES["r3gan"].method)):
    """Answers with what its network ``g`` is given: nothing but the codes."""

    def apply(self, nets, query, rng):
        from ganvas.core.method import Result

        return Result(images=nets["g"](rng.index))


def looked(fake: torch.Tensor) -> dict[str, float]:
    class Table(torch.nn.Module):
        def forward(self, index: torch.Tensor) -> torch.Tensor:
            return fake[index]

    method = Copying()
    reference = Reference.of(method, Toy2d(sigma=0.1), 64, "cpu")
    nets = {"g": Table(), "d": Fixed(reference.real.image)}
    return Health(method, reference, 1.0).measure(nets, nets)


def test_figures_of_known_generators() -> None:
    data = Toy2d(sigma=0.1)
    fresh = looked(data.batch(5000, 256).image)
    assert abs(fresh["health/energy"]) < 0.02 and 0.9 < fresh["health/diversity"] < 1.1
    assert 0.6 < fresh["health/neighbour"] < 1.6 and fresh["health/coverage"] > 0.85
    # The discriminator prefers training samples to unseen ones, which it takes for generated.
    assert fresh["health/overfitting"] > 0.95 and fresh["health/score_unseen"] == fresh["health/score_fake"]
    copied = looked(data.batch(0, 256).image)
    assert copied["health/neighbour"] == 0 and copied["health/separation"] == 0.5
    collapsed = looked(data.batch(0, 1).image.repeat(256, 1))
    assert collapsed["health/diversity"] == 0 and collapsed["health/coverage"] < 0.1
    broken = data.batch(5000, 256).image
    broken[::4] = float("nan")
    told = looked(broken)
    assert told["health/broken"] == 0.25 and told["health/coverage"] > 0.8
    assert looked(broken * float("nan"))["health/broken"] == 1


def test_samples_never_drawn_are_not_the_trained_ones() -> None:
    reference = Reference.of(CASES["r3gan"].method, Toy2d(), 64, "cpu")
    assert reference is not None and isinstance(reference.unseen, Clean)
    assert not (reference.unseen.image[:, None] == reference.real.image[None]).all(2).any()


def test_a_stream_that_holds_nothing_back_has_no_overfitting_figure() -> None:
    case = CASES["vanilla_gan"]
    engine = Engine(case.method, EngineSettings(batch=4, total=16))
    reference = Reference.of(case.method, case.stream, 4, "cpu")
    assert reference is not None and reference.unseen is None and float(reference.near) > 0
    found = Health(case.method, reference, 1.0).measure(engine.state.nets, engine.state.nets)
    assert "health/neighbour" in found and "health/overfitting" not in found


def test_what_led_to_a_break_down_is_logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Breaking:
        def batch(self, first: int, count: int) -> Clean:
            return Clean(Toy2d().batch(first, count).image * (1 if first < 30 else float("nan")))

    monkeypatch.setattr(Data, "stream", lambda self, path, *, seed: Breaking())
    from ganvas.core.errors import NonFiniteError
    from ganvas.train.diagnosis import diagnose

    with pytest.raises(NonFiniteError):
        trained(tmp_path / "run", recipe(images=600, log_every=4, max_bad=3))
    told = rows(tmp_path / "run")
    assert told[-1]["skipped"] > 0
    assert diagnose(told).findings[0].illness == "divergence"
    assert replace(recipe(), train=TrainSettings(images=1)).train.health_share == 0.02
