"""What the tests of several processes run in each of them: ``python -m tests.train.two_processes FOLDER``.

The scenarios are functions of a world; a test runs the same ones alone and compares what they leave.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tests.contracts.cases import CASES
from torch import Tensor, nn

from ganvas.core.batch import Clean
from ganvas.core.card import Card
from ganvas.core.errors import GanvasError
from ganvas.core.method import Ema, Losses, Method, Optimiser, Phase, Step
from ganvas.io import checkpoint
from ganvas.losses.adversarial import discriminator_logistic, generator_nonsaturating
from ganvas.losses.penalties import r1
from ganvas.ops import random
from ganvas.train.distributed import Shared, World, joined
from ganvas.train.engine import Engine, EngineSettings
from ganvas.train.settings import Recipe, TrainSettings
from ganvas.train.trainer import Plan, fit

SETTINGS = EngineSettings(batch=6, total=600, seed=3)


@dataclass(frozen=True)
class Points:
    """Points of the plane by their index; sample ``broken`` is not finite, and sample ``fatal`` ends its process."""

    broken: int = -1
    fatal: int = -1

    def stream(self, path: Path | None, *, seed: int) -> Points:
        return self

    def batch(self, first: int, count: int) -> Clean:
        index = torch.arange(first, first + count)
        if self.fatal in index and threading.current_thread() is not threading.main_thread():
            while signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:  # read ahead, before the training listens
                time.sleep(0.01)
            os.kill(os.getpid(), signal.SIGTERM)
        return Clean(random.normal(1, index, (2,)).masked_fill((index == self.broken)[:, None], float("nan")))


@dataclass(frozen=True, kw_only=True)
class Normed(Method[Clean]):
    """Batch norm in both networks, a lazy penalty that leaves the last bias alone, and a rule on a mean of samples."""

    card = Card(title="normed", task="generate", needs=frozenset())
    batch_type = Clean
    last_only: bool = False  # only the last sample of the batch reaches the spare weight: no gradient in process 0

    def networks(self) -> dict[str, nn.Module]:
        g = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2))
        d = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8, momentum=None), nn.Tanh(), nn.Linear(8, 1))
        d.register_parameter("spare", nn.Parameter(torch.ones(())))
        d.register_parameter("unused", nn.Parameter(torch.ones(())))
        return {"g": g, "d": d}

    def optimisers(self) -> dict[str, Optimiser]:
        # Adam would blow up what rounding leaves of zero gradients (of a bias below batch norm), and hide factors.
        sgd = Optimiser(kind="sgd", lr=0.1, betas=(0.5, 0.0), weight_decay=0.1)
        return {"g": sgd, "d": sgd}

    def phases(self) -> tuple[Phase[Clean], ...]:
        together = {"splittable": False, "coupling": "batch_norm"}
        return (
            Phase(name="d", trains=("d",), loss=self.descend_d, **together),
            Phase(name="r1", trains=("d",), loss=self.penalise, every=2, **together),
            Phase(name="g", trains=("g",), loss=self.descend_g, **together),
        )

    def averages(self) -> tuple[Ema, ...]:
        return (Ema(of="g", half_life_images=20),)

    def made(self, step: Step) -> Tensor:
        return step.nets["g"](step.rng.normal(3, stream="z"))

    def descend_d(self, batch: Clean, step: Step) -> Losses:
        real = step.nets["d"](batch.image)
        step.carry["signs"], step.carry["count"] = real.detach().sign().sum(), len(real)
        losses = {"adversarial": discriminator_logistic(real, step.nets["d"](self.made(step)))}
        if self.last_only and int(step.rng.index[-1]) % SETTINGS.batch == SETTINGS.batch - 1:
            losses["spare"] = step.raw["d"].module.spare * real[-1].detach().sum() / len(real)
        return losses

    def penalise(self, batch: Clean, step: Step) -> Losses:
        return {"r1": r1(step.raw["d"], batch.image, gamma=1.0)}

    def descend_g(self, batch: Clean, step: Step) -> Losses:
        return {"adversarial": generator_nonsaturating(step.nets["d"](self.made(step)))}

    def after_step(self, batch: Clean, step: Step) -> None:
        count = step.carry["count"]
        up = float(step.carry["signs"]) > 0.1 * count
        step.memory["p"] = step.memory.get("p", 0.0) + (count if up else -count)


METHODS: dict[str, Method[Any]] = {
    "wgan_gp": CASES["wgan_gp"].method,
    "r3gan": CASES["r3gan"].method,
    "normed": Normed(),
    "spare": Normed(last_only=True),
}


def advanced(world: World, method: Method[Any], points: Points, steps: int = 5) -> Engine[Any]:
    """Returns the engine after some steps of the world's processes together."""
    engine: Engine[Any] = Engine(method, SETTINGS, world)
    for _ in range(steps):
        engine.advance(Shared(points, world))
    return engine


def recipe(points: Points) -> Recipe:
    """Returns a short training; ten steps."""
    train = TrainSettings(images=60, batch=6, log_every=2, precision="f32")
    return Recipe(method=CASES["r3gan"].method, data=points, train=train)


def refusal(action: Callable[[], Any]) -> str:
    """Returns what an error says."""
    try:
        action()
    except GanvasError as error:
        return str(error)
    return ""


class Notes:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.moments: list[dict[str, float]] = []

    def scalars(self, moment: Any) -> None:
        self.moments.append(dict(moment))

    def samples(self, step: int, grid: Any) -> None: ...

    def close(self) -> None: ...


def main(folder: Path) -> None:
    """Runs every scenario in this process and writes down what it saw."""
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    with joined("cpu") as world:
        told: dict[str, Any] = {"size": world.size}
        for name, method in [*METHODS.items(), ("broken", METHODS["r3gan"])]:
            # Sample 10 is of the second step and of process 1.
            engine = advanced(world, method, Points(broken=10 if name == "broken" else -1))
            told[name] = engine.state.scalars()
            checkpoint.save(folder / f"{name}-{world.rank}", engine.state.tensors(), {})
        coupled = CASES["srgan-average"].method
        told["coupled"] = refusal(lambda: Engine(coupled, SETTINGS, world))
        told["uneven"] = refusal(lambda: world.share(7))
        told["drift"] = refusal(lambda: world.check_same({"net.d": torch.tensor(float(world.rank))}))
        notes = Notes()
        stopped = fit(recipe(Points(fatal=22)), Plan(run=folder / "stopped"), [notes])
        told["stopped"] = [stopped.reason, stopped.step]
        resumed = fit(recipe(Points()), Plan(run=folder / "alone", resume=True), [notes])
        told["resumed"] = [resumed.reason, resumed.step]
        told["moments"] = notes.moments
        told["again"] = refusal(lambda: fit(recipe(Points()), Plan(run=folder / "alone")))
    tasks = Path("/proc/self/task")  # of Linux
    told["threads"] = [(task / "comm").read_text() for task in tasks.iterdir()] if tasks.exists() else []
    (folder / f"told-{world.rank}.json").write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
