"""The diagnosis on made-up logs: each illness by its own signs, and none where there are none."""

from __future__ import annotations

import math
from typing import Any

import pytest

from ganvas.core.errors import SettingsError
from ganvas.train.diagnosis import diagnose
from ganvas.train.remedies import REMEDIES, flags_for
from ganvas.train.table import Table

HEALTHY = {
    "d/adversarial": 1.3,
    "g/adversarial": 0.8,
    "d/gradient_d": 1.0,
    "g/gradient_g": 2.0,
    "d/accuracy_real": 0.6,
    "d/lr_d": 1e-3,
    "skipped": 0.0,
    "health/spectral_g": 2.0,
    "health/spectral_d": 3.0,
    "health/broken": 0.0,
    "health/energy": 0.02,
    "health/coverage": 0.8,
    "health/precision": 0.9,
    "health/diversity": 1.0,
    "health/diversity_features": 0.95,
    "health/neighbour": 1.0,
    "health/score_real": 0.5,
    "health/score_unseen": 0.48,
    "health/score_fake": -0.5,
    "health/separation": 0.8,
    "health/overfitting": 0.51,
    "health/leak_turn": 0.02,
    "health/leak_colour": 0.05,
    "health/leak_explained": 0.1,
}


def log(lines: int = 12, **late: float) -> list[dict[str, float]]:
    """A healthy start, and other values in the second half; ``__`` stands for the slash."""
    changed = {name.replace("__", "/"): value for name, value in late.items()}
    rows = []
    for number in range(lines):
        row = {"step": 10.0 * (number + 1), "images": 640.0 * (number + 1), **HEALTHY}
        rows.append(row | changed if number >= lines // 2 else row)
    return rows


def illnesses(rows: list[dict[str, float]]) -> list[str]:
    return [finding.illness for finding in diagnose(rows).findings]


SIGNS: list[tuple[str, dict[str, float]]] = [
    ("divergence", {"d__adversarial": 5e3}),
    ("divergence", {"g__adversarial": math.nan}),
    ("divergence", {"g__adversarial": 60.0, "health__energy": 0.5}),
    ("divergence", {"health__spectral_d": 400.0, "health__energy": 0.5}),
    ("divergence", {"g__gradient_g": 900.0, "health__energy": 0.5}),
    ("divergence", {"health__broken": 0.5}),
    ("divergence", {"d__gradient_d": 0.0}),
    ("divergence", {"health__diversity": 5.0, "health__energy": 0.9}),
    ("vanishing gradient", {"health__separation": 1.0, "health__energy": 0.6, "g__gradient_g": 1e-4}),
    (
        "discriminator overfitting",
        {
            "health__overfitting": 0.97,
            "health__score_real": 4.0,
            "health__score_unseen": -1.5,
            "health__score_fake": -3,
        },
    ),
    ("discriminator overfitting", {"health__neighbour": 0.1}),
    ("augmentation leak", {"health__leak_turn": 0.7, "health__leak_explained": 0.9}),
    ("mode collapse", {"health__diversity": 0.1, "health__diversity_features": 0.2}),
    ("mode collapse", {"health__coverage": 0.1, "health__precision": 0.9}),
]


def test_a_healthy_log_has_no_findings() -> None:
    found = diagnose(log())
    assert found.healthy and found.findings == () and found.lines == 12 and found.images == 7680
    assert found.remarks == ()


@pytest.mark.parametrize(("illness", "signs"), SIGNS)
def test_each_sign_is_found_and_given_in_numbers(illness: str, signs: dict[str, float]) -> None:
    found = diagnose(log(**signs))
    assert [finding.illness for finding in found.findings] == [illness]
    (finding,) = found.findings
    assert finding.title == REMEDIES[illness].title
    assert finding.evidence and all(sentence.endswith(".") for sentence in finding.evidence)
    assert finding.advice == tuple(text for _, text in REMEDIES[illness].steps)


@pytest.mark.parametrize(
    "signs",
    [
        {"health__separation": 1.0, "health__energy": 0.02, "g__gradient_g": 1e-4},  # samples are good all the same
        {"health__separation": 0.8, "health__energy": 0.6, "g__gradient_g": 1e-4},  # the discriminator does not win
        {"health__overfitting": 0.97},  # but unseen samples score as seen ones do, beside generated ones
        {"health__leak_turn": 0.7, "health__leak_explained": 0.2},  # something else sets them apart
        {"d__gradient_norm_real": 1e4, "health__energy": 0.5},  # a penalty's figure, no network's
        {"health__coverage": 0.1, "health__precision": 0.1},  # far from real ones, not lacking variety
        {"health__spectral_d": 400.0, "g__gradient_g": 900.0, "g__adversarial": 60.0},  # and yet the samples are good
        {"health__leak_turn": 0.7, "health__leak_explained": 0.9, "health__energy": 0.1, "d__lr_d": 1e3}
        | {"health__diversity": 0.7, "health__diversity_features": 0.62, "health__leak_turn": 0.2},
    ],
)
def test_half_a_sign_is_none(signs: dict[str, float]) -> None:
    assert illnesses(log(**signs)) == []


def test_one_swing_is_none() -> None:
    rows = log()
    rows[-3] = rows[-3] | {"health/diversity": 0.1, "d/adversarial": 900.0, "health/neighbour": 0.0}
    assert illnesses(rows) == []


def test_hopping_from_mode_to_mode_is_a_collapse() -> None:
    rows = log()
    for number, row in enumerate(rows):
        row["health/diversity"] = (0.05, 1.6)[number % 2]
    assert illnesses(rows) == ["mode collapse"]


def test_what_explains_most_stands_first() -> None:
    rows = log(d__adversarial=1e6, health__diversity=0.0, health__neighbour=0.1)
    assert illnesses(rows) == ["divergence", "discriminator overfitting", "mode collapse"]
    rows = log(health__leak_turn=1.0, health__leak_explained=0.8, health__diversity=0.0)
    assert illnesses(rows) == ["mode collapse"], "augmentations only add variety"
    rows = log(d__adversarial=1e6, health__leak_turn=1.0, health__leak_explained=0.8)
    assert illnesses(rows) == ["divergence"], "what never came near real samples looks like anything"


def test_skipped_updates_are_a_divergence_while_they_go_on() -> None:
    rows = log()
    for row in rows[1:]:
        row["skipped"] = 3.0
    found = diagnose(rows)
    assert found.healthy and "3 updates in all" in found.remarks[0]
    rows[-1]["skipped"] = 9.0
    assert illnesses(rows) == ["divergence"]


def test_a_run_that_broke_at_once_needs_no_long_log() -> None:
    assert illnesses([{"step": 3.0, "images": 96.0, "d/adversarial": math.nan, "skipped": 2.0}]) == ["divergence"]
    with pytest.raises(SettingsError, match=r"3 lines, too few.*--train\.log-every"):
        diagnose(log(3))


def test_a_log_without_samples_says_what_was_not_judged() -> None:
    rows = [{name: value for name, value in row.items() if not name.startswith("health/")} for row in log()]
    found = diagnose(rows)
    assert found.healthy and "could not be judged" in found.remarks[0]
    rows = [{name: value for name, value in row.items() if name != "health/overfitting"} for row in log()]
    assert "held back" in diagnose(rows).remarks[0]


def test_a_best_model_long_ago_is_told() -> None:
    rows = log()
    rows[4]["health/energy"] = 0.001
    assert diagnose(rows).remarks == ()
    for row in rows[6:]:
        row["health/energy"] = 0.15
    (remark,) = diagnose(rows).remarks
    assert "3,200 images" in remark and "0.001" in remark and "0.150" in remark and "best.safetensors" in remark


def test_advice_names_only_flags_that_the_run_has() -> None:
    settings: dict[str, Any] = {"train": {"batch": 4}, "method": {"stabilise": {"r1": 0.0}}}
    advice = flags_for("mode collapse", settings)
    assert any("--method.stabilise.r1" in text for text in advice)
    assert any("--train.batch" in text for text in advice)
    assert not any("average-images" in text or "minibatch-std" in text for text in advice)
    assert diagnose(log(health__diversity=0.1), settings).findings[0].advice == advice


def test_every_flag_that_is_advised_exists() -> None:
    """By the recipe of the plainest game; settings of networks by those of the convolutional pair."""
    from dataclasses import fields

    from ganvas.api import catalog
    from ganvas.core.settings import to_json
    from ganvas.nets.synthesis.settings import DCGANSettings

    told = to_json(catalog.recipe("vanilla-gan-2d"))
    told["method"]["networks_"] |= {f.name: None for f in fields(DCGANSettings)}
    told["data"]["flip"] = False
    for illness, remedy in REMEDIES.items():
        assert flags_for(illness, told) == tuple(text for _, text in remedy.steps), illness


def test_medians_are_taken_over_the_lines_that_have_the_value() -> None:
    rows = [{"step": float(n), "images": float(n)} | ({"a": float(n)} if n % 2 else {}) for n in range(20)]
    table = Table(rows)
    assert table.values("a") == [1.0, 3.0, 5.0, 7.0, 9.0, 11.0, 13.0, 15.0, 17.0, 19.0]
    assert (table.early("a"), table.late("a"), table.low("a")) == (1.0, 17.0, 15.0)
    assert table.late("b") is None and table.low("b") == math.inf
