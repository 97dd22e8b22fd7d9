"""A change of the code must not change the numbers: the first losses of every case equal the recorded ones."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch
from tests.contracts import golden
from tests.contracts.cases import CASES

RECORDED = golden.read()


def _same(now: float | None, then: float | None) -> bool:
    return now == then if None in (now, then) else math.isclose(now, then, rel_tol=1e-6, abs_tol=1e-12)


def _differences(name: str, recorded: golden.Recorded | None, found: golden.Recorded) -> list[str]:
    """What differs, the earliest step first: a sentence for each loss."""
    remedy = f"python -m tests.contracts.golden {name}"
    if recorded is None:
        return [f"{name} has no recorded losses: record them with {remedy}"]
    if recorded.keys() != found.keys():
        changed = sorted(recorded.keys() ^ found.keys())
        return [f"{name} has other losses than recorded ({', '.join(changed)}): if that is meant, run {remedy}"]
    first = []
    for loss, values in found.items():
        for step, (now, then) in enumerate(zip(values, recorded[loss], strict=True)):
            if not _same(now, then):
                first.append(
                    (step, f"{name}, step {step}, {loss}: {now!r} instead of {then!r}; if meant, run {remedy}")
                )
                break
    return [sentence for _, sentence in sorted(first)]


@pytest.mark.parametrize("name", CASES)
def test_the_losses_of_the_first_steps_are_the_recorded_ones(name: str) -> None:
    """After a change that is meant to change the numbers: ``python -m tests.contracts.golden NAME`` records anew.

    It runs 20 steps in float64 and writes the lines of the cases named, and no others, into golden.json.
    """
    assert _differences(name, RECORDED.get(name), golden.losses(CASES[name])) == []


def test_nothing_is_recorded_of_cases_that_are_gone() -> None:
    assert RECORDED.keys() <= CASES.keys(), "take their lines out of golden.json"


def test_a_difference_names_case_step_and_loss() -> None:
    recorded = {"d/adversarial": [0.5, 0.25], "g/pixel": [1.0, 2.0]}
    assert _differences("gan", recorded, recorded) == []
    moved = {"d/adversarial": [0.5, 0.25 * (1 + 2e-6)], "g/pixel": [1.0 + 2e-6, 7.0]}
    first, second = _differences("gan", recorded, moved)
    assert first.startswith("gan, step 0, g/pixel: 1.000002 instead of 1.0") and "step 1, d/adversarial" in second
    assert _differences("gan", recorded, {"g/pixel": [1.0, 2.0]})[0].startswith("gan has other losses")
    assert _differences("gan", None, recorded) == [
        "gan has no recorded losses: record them with python -m tests.contracts.golden gan"
    ]


def test_a_phase_that_was_not_due_counts_as_such() -> None:
    lazy = {"penalty/r1": [0.5, None]}
    assert _differences("gan", lazy, lazy) == []
    assert _differences("gan", lazy, {"penalty/r1": [0.5, 0.5]}) != []


def test_recording_one_case_leaves_the_lines_of_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(golden, "FILE", tmp_path / "golden.json")
    golden.write({"b": {"g/x": [1.0, None], "g/y": [0.1]}, "a": {"d/x": [2.5e-7]}})
    before = golden.FILE.read_text().splitlines()
    golden.write({**golden.read(), "a": {"d/x": [3.0]}})
    after = golden.FILE.read_text().splitlines()
    assert [line for line in before if line not in after] == ['  "d/x": [2.5e-07]']
    assert json.loads("\n".join(after))["b"] == {"g/x": [1.0, None], "g/y": [0.1]}


def test_the_steps_run_in_float64_and_leave_the_default_as_it_was() -> None:
    with golden.double():
        assert golden.CASES["srgan"].stream.batch(0, 2).source.dtype == torch.float64
    assert torch.get_default_dtype() == torch.float32
