"""The losses of every case in float64; ``python -m tests.contracts.golden NAME...`` records those cases anew."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from tests.contracts.cases import CASES, Case

from ganvas.core.batch import Batch
from ganvas.core.method import Losses, Phase, Step
from ganvas.train.engine import Engine, EngineSettings

FILE = Path(__file__).with_name("golden.json")
STEPS = 20
SETTINGS = EngineSettings(batch=6, total=600, seed=5)  # the batch the other contracts take
Recorded = dict[str, list[float | None]]  # by "phase/loss", a value for each step; None where a phase was not due


@contextmanager
def double() -> Iterator[None]:
    """Inside, new networks and random draws are float64."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def losses(case: Case) -> Recorded:
    """Returns the losses of the case's first steps, computed in float64 on one thread."""
    with double():
        engine = Engine(case.method, SETTINGS)
        descended: set[str] = set()
        engine._phases = [replace(phase, loss=_noted(phase, descended)) for phase in engine._phases]
        rows = []
        for _ in range(STEPS):
            descended.clear()
            logs = engine.advance(case.stream)
            rows.append({name: float(logs[name]) for name in descended})
    names = sorted({name for row in rows for name in row})
    return {name: [row.get(name) for row in rows] for name in names}


def _noted(phase: Phase[Any], descended: set[str]) -> Callable[[Batch, Step], Losses]:
    """The phase's loss, which also notes the names of its losses: logs hold other numbers, too."""

    def loss(batch: Batch, step: Step) -> Losses:
        found = phase.loss(batch, step)
        descended.update(f"{phase.name}/{name}" for name in found)
        return found

    return loss


def read() -> dict[str, Recorded]:
    """Returns what is recorded, by case."""
    recorded: dict[str, Recorded] = json.loads(FILE.read_text(encoding="utf-8"))
    return recorded


def write(recorded: Mapping[str, Recorded]) -> None:
    """Writes the file, a line for each loss, so that a case recorded anew changes its own lines only."""
    cases = []
    for name, found in sorted(recorded.items()):
        lines = [f"  {json.dumps(key)}: [{', '.join(map(_number, values))}]" for key, values in found.items()]
        cases.append(f" {json.dumps(name)}: {{\n" + ",\n".join(lines) + "\n }")
    FILE.write_text("{\n" + ",\n".join(cases) + "\n}\n", encoding="utf-8")


def _number(value: float | None) -> str:
    return "null" if value is None else f"{value:.12g}"


if __name__ == "__main__":
    names = sys.argv[1:]
    if not names or set(names) - CASES.keys():
        sys.exit(f"Name the cases to record, of: {', '.join(CASES)}.")
    torch.set_num_threads(1)
    made = {name: losses(CASES[name]) for name in names}
    write({**(read() if FILE.exists() else {}), **made})
