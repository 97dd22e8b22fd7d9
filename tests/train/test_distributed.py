"""Two processes on a CPU against one: see ``two_processes`` for what they run."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.train.two_processes import METHODS, Notes, Points, advanced, recipe
from torch import nn

from ganvas.core.errors import SettingsError
from ganvas.io import checkpoint
from ganvas.nets.batch_norm import synchronised
from ganvas.train.distributed import World, device_here, launched
from ganvas.train.trainer import Plan, fit

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", **more}


def assert_near(found: Mapping[str, torch.Tensor], expected: Mapping[str, torch.Tensor]) -> None:
    """Sums of halves differ in the last bits, and Adam makes more of it where a gradient is all but zero."""
    assert found.keys() == expected.keys()
    apart = {key for key in expected if not torch.allclose(found[key], expected[key], rtol=1e-4, atol=3e-5)}
    assert not apart


@dataclass
class Pair:
    """What two processes left in a folder."""

    folder: Path
    told: list[dict[str, Any]]

    def tensors(self, name: str, rank: int) -> dict[str, torch.Tensor]:
        return checkpoint.load_tensors(self.folder / f"{name}-{rank}")


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one process that nothing stopped."""
    run = tmp_path_factory.mktemp("runs") / "straight"
    fit(recipe(Points()), Plan(run=run))
    return run


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("pair")
    fit(recipe(Points()), Plan(run=folder / "alone", minutes=0.0))
    shutil.copytree(folder / "alone", folder / "as-one")
    port = str(free_port())
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.train.two_processes", str(folder)],
            cwd=ROOT,
            env=environment(RANK=str(rank), WORLD_SIZE="2", MASTER_ADDR="127.0.0.1", MASTER_PORT=port),
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    said = [child.communicate(timeout=400)[1] for child in children]
    assert [child.returncode for child in children] == [0, 0], said
    return Pair(folder, [json.loads((folder / f"told-{rank}.json").read_text()) for rank in range(2)])


@pytest.mark.parametrize("name", METHODS)
def test_two_processes_equal_one_with_the_same_global_batch(pair: Pair, name: str) -> None:
    alone = advanced(World(), METHODS[name], Points())
    state = alone.state.scalars()
    assert pair.told[0][name] == pair.told[1][name] == {**state, "processes": 2}
    together = pair.tensors(name, 0)
    assert_near(together, alone.state.tensors())


@pytest.mark.parametrize("name", [*METHODS, "broken"])
def test_the_processes_stay_equal_to_the_last_bit(pair: Pair, name: str) -> None:
    first, second = pair.tensors(name, 0), pair.tensors(name, 1)
    assert first.keys() == second.keys()
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_what_is_not_finite_in_one_is_skipped_in_both(pair: Pair) -> None:
    for told in pair.told:
        assert told["broken"]["skipped"] == 2  # the discriminator's phase and the generator's
    tensors = pair.tensors("broken", 0)
    assert all(tensor.isfinite().all() for tensor in tensors.values())
    steps = {int(value) for key, value in tensors.items() if key.endswith(".step")}
    assert steps == {4}


def test_a_parameter_without_gradient_stays_where_it_is(pair: Pair) -> None:
    never = pair.tensors("spare", 0)
    assert never["net.d.unused"] == 1
    assert never["net.d.spare"] != 1
    assert pair.tensors("normed", 0)["net.d.spare"] == 1


def test_a_signal_to_one_stops_both_with_one_checkpoint(pair: Pair) -> None:
    stopped = [told["stopped"] for told in pair.told]
    assert stopped[0] == stopped[1]
    assert stopped[0][0] == "signal"
    assert stopped[0][1] < 10
    header = checkpoint.read_header(pair.folder / "stopped" / "last.safetensors")
    assert header["state"]["step"] == stopped[0][1]
    assert header["state"]["processes"] == 2


def test_only_the_first_tells_and_it_tells_the_mean(pair: Pair) -> None:
    notes = Notes()
    fit(recipe(Points()), Plan(run=pair.folder / "as-one", resume=True), [notes])
    moments, none = (told["moments"] for told in pair.told)
    assert none == []
    assert [row["step"] for row in moments] == [row["step"] for row in notes.moments] == [3, 5, 7, 9]
    for row, alone in zip(moments, notes.moments, strict=True):
        for name, value in alone.items():
            # Accuracy counts by a line between the scores of each process's own samples.
            if name != "seconds" and not name.startswith("health/") and "accuracy" not in name:
                assert row[name] == pytest.approx(value, rel=1e-3, abs=1e-5), name


def test_resuming_on_another_number_of_processes(pair: Pair, straight: Path, tmp_path: Path) -> None:
    whole = checkpoint.load_tensors(straight / "last.safetensors")
    assert [told["resumed"] for told in pair.told] == [["finished", 10]] * 2
    shutil.copytree(pair.folder / "stopped", tmp_path / "parts")
    with pytest.warns(UserWarning, match="1 processes what ran with 2"):
        fit(recipe(Points()), Plan(run=tmp_path / "parts", resume=True))
    for run in (pair.folder / "alone", tmp_path / "parts"):
        found = checkpoint.load_tensors(run / "last.safetensors")
        assert checkpoint.read_header(run / "last.safetensors")["state"]["images_seen"] == 60
        assert_near(found, whole)


def test_what_cannot_be_shared_is_refused_by_name(pair: Pair) -> None:
    for told in pair.told:
        assert "'g', 'd'" in told["coupled"]
        assert "to 6 or 8" in told["uneven"]
        assert "drifted apart, first in 'net.d'" in told["drift"]
    assert "--resume" in pair.told[0]["again"]
    assert pair.told[1]["again"] == f"Process 0 stopped: {pair.told[0]['again']}"


def test_no_thread_of_the_group_outlives_it(pair: Pair) -> None:
    """One that lets go of a tensor while Python shuts down aborts the process, now and then."""
    assert not [name for told in pair.told for name in told["threads"] if "gloo" in name or name.startswith("pt_")]


def test_the_command_runs_under_torchrun(tmp_path: Path) -> None:
    run = tmp_path / "run"
    launch = ["torch.distributed.run", "--nproc-per-node", "2", "--master-port", str(free_port()), "-m", "--"]
    flags = ["--train.images", "256", "--train.batch", "64", "--run", str(run), "--device", "cpu", "-q"]
    done = subprocess.run(
        [sys.executable, "-m", *launch, "ganvas", "train", "r3gan-2d", *flags],
        check=False,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("finished after 256 images") == 1
    assert json.loads((run / "run.json").read_text())["processes"] == 2
    assert checkpoint.read_header(run / "last.safetensors")["state"]["images_seen"] == 256
    assert (run / "model.safetensors").exists()


def test_alone_there_is_nothing_to_agree_on(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    assert world.any_of([True, False]) == [True, False]
    assert world.gather("a") == ["a"]
    assert world.means({"a": torch.tensor(2.0), "b": 1.0}) == {"a": 2.0, "b": 1.0}
    assert torch.equal(world.rows(torch.arange(3.0)), torch.arange(3.0)[None])
    assert world.share(7) == (0, 7)
    with pytest.raises(SettingsError, match="no"):
        world.first(lambda: (_ for _ in ()).throw(SettingsError("no")))
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "4")
    monkeypatch.setenv("LOCAL_RANK", "3")
    assert launched() == World(1, 4)
    assert not launched().writes
    assert launched().share(8) == (2, 4)
    assert device_here("cuda") == "cuda:3"
    assert device_here("cpu") == "cpu"


@pytest.mark.parametrize("momentum", [0.1, None])
@pytest.mark.parametrize("affine", [True, False])
def test_shared_batch_norm_is_batch_norm_with_its_derivatives(momentum: float | None, affine: bool) -> None:
    """The first derivative is made of other kernels than the one that is differentiated again."""
    torch.manual_seed(0)
    ours, torchs = (nn.BatchNorm2d(3, momentum=momentum, affine=affine).double() for _ in range(2))
    x = (torch.randn(4, 3, 5, 5, dtype=torch.float64) * 3 + 7).requires_grad_()
    if affine:
        with torch.no_grad():
            for norm in (ours, torchs):
                norm.weight.copy_(torch.tensor([0.5, 1.0, -2.0]))
                norm.bias.copy_(torch.tensor([0.1, 0.0, 3.0]))
    results = []
    for norm, shared in ((ours, True), (torchs, False)):
        for _ in range(2):
            with synchronised([norm], lambda row: row[None]) if shared else warnings.catch_warnings():
                y = norm(x)
        inputs = [x, *norm.parameters()]
        plain = torch.autograd.grad(y.pow(3).mean(), inputs, retain_graph=True)
        first = torch.autograd.grad(y.pow(3).mean(), inputs, create_graph=True)
        second = torch.autograd.grad(sum(gradient.square().sum() for gradient in first), inputs)
        results.append((y, *plain, *first, *second, *norm.buffers()))
    for found, expected in zip(*results, strict=True):
        torch.testing.assert_close(found, expected)
    assert "forward" not in vars(ours)
    with synchronised([ours], lambda row: pytest.fail("evaluation needs no other process")):
        torch.testing.assert_close(ours.eval()(x), torchs.eval()(x))


def test_shared_batch_norm_puts_unlike_halves_together() -> None:
    x = torch.cat([torch.randn(6, 3) * 9 + 100, torch.randn(6, 3)]).double()
    expected = nn.BatchNorm1d(3).double()(x)
    rows: list[torch.Tensor] = []
    barrier = threading.Barrier(2)
    made: dict[int, torch.Tensor] = {}

    def half(rank: int) -> None:
        def both(row: torch.Tensor) -> torch.Tensor:
            rows.append(row)
            barrier.wait()
            return torch.stack(rows)

        norm = nn.BatchNorm1d(3).double()
        with synchronised([norm], both):
            made[rank] = norm(x[6 * rank : 6 * rank + 6])

    threads = [threading.Thread(target=half, args=(rank,)) for rank in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    torch.testing.assert_close(torch.cat([made[0], made[1]]), expected)
