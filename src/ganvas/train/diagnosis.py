"""What the log of a training says of it, in words: pure functions of the lines of metrics.jsonl.

Each illness has its own test, on medians over the last third of the run, so that one swing does not decide. What one
illness brings with it (a broken run has lost its variety too) does not hide it: the first in the list explains most.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ganvas.core.errors import SettingsError
from ganvas.train.remedies import REMEDIES, flags_for
from ganvas.train.table import Row, Table

__all__ = ["Diagnosis", "Finding", "diagnose"]

_LEAST = 4  # lines: below, a median over a third says nothing

# Where a figure stops being healthy. Set on planted runs with other seeds than those that benchmarks/diagnose.py ends
# with; the page of the command tells how.
LOSS_GROWTH = 100.0
LOSS_LARGE = 50.0
GROWTH = 20.0
FAR = 0.2
FLOWN = 4.0
DEAD = 1e-8
SEPARATED = 0.98
GRADIENT_FALL = 1e-2
OVERFITTING = 0.75
SCORE_SHARE = 0.3
MEMORISED = 0.5
LEAKED = 0.25
LEAK_EXPLAINS = 0.5
VARIETY = 0.6
COVERAGE = 0.25


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One illness.

    Attributes:
        illness: its short name.
        title: the same in words.
        evidence: sentences with numbers.
        advice: sentences that name flags.
        shows: names of the values that show it, for the plot.
    """

    illness: str
    title: str
    evidence: tuple[str, ...]
    advice: tuple[str, ...]
    shows: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """What was found.

    Attributes:
        findings: illnesses, the one that explains most first; none where the run looks healthy.
        remarks: what else is worth knowing, and what could not be judged.
        images: of the last line.
        lines: read.
    """

    findings: tuple[Finding, ...]
    remarks: tuple[str, ...]
    images: int
    lines: int

    @property
    def healthy(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def diagnose(rows: Sequence[Row], settings: Mapping[str, Any] | None = None) -> Diagnosis:
    """Returns what ails the run.

    Args:
        rows: lines of metrics.jsonl.
        settings: of the recipe, as ``run.json`` has them: advice names only flags that the run has.

    Raises:
        SettingsError: there are too few lines to judge.
    """
    table = Table(rows)
    finding = _divergence(table)
    if finding is None and len(rows) < _LEAST:
        raise SettingsError(
            f"The log has {len(rows)} lines, too few to judge: train longer, or lower --train.log-every "
            f"to get at least {_LEAST}."
        )
    found = [one for one in (finding, _vanishing(table), _overfitting(table)) if one is not None]
    learning = not {"divergence", "vanishing gradient"} & {one.illness for one in found}
    # What never came near real samples looks like anything, augmented ones too.
    found += [one for one in (_leak(table) if learning else None, _collapse(table)) if one is not None]
    advised = tuple(_advised(one, settings or {}) for one in found)
    images = int(rows[-1].get("images", 0)) if rows else 0
    return Diagnosis(findings=advised, remarks=tuple(_remarks(table)), images=images, lines=len(rows))


def _advised(finding: Finding, settings: Mapping[str, Any]) -> Finding:
    advice = flags_for(finding.illness, settings)
    return Finding(
        illness=finding.illness, title=finding.title, evidence=finding.evidence, advice=advice, shows=finding.shows
    )


def _found(illness: str, evidence: Sequence[str], shows: Sequence[str]) -> Finding:
    return Finding(
        illness=illness, title=REMEDIES[illness].title, evidence=tuple(evidence), advice=(), shows=tuple(shows)
    )


def _divergence(table: Table) -> Finding | None:
    evidence, shows = list[str](), list[str]()
    energy, wide = table.late("health/energy") or 0.0, table.late("health/diversity") or 0.0
    skipped = table.values("skipped")
    before = skipped[2 * len(skipped) // 3 - 1] if len(skipped) > 1 else 0.0
    if skipped and skipped[-1] > before:
        evidence.append(f"{skipped[-1]:.0f} updates were skipped because a loss or gradient was not finite.")
        shows.append("skipped")
    for name in table.losses:
        values = table.values(name)
        if not math.isfinite(values[-1]):
            evidence.append(f"The loss {name} is no longer finite.")
            continue
        start, end = abs(table.early(name) or 0.0), abs(table.late(name) or 0.0)
        if end > LOSS_GROWTH * max(start, 1.0):
            evidence.append(f"The loss {name} has grown from {start:.3g} to {end:.3g}.")
            shows.append(name)
        elif end > LOSS_LARGE and energy > FAR:
            evidence.append(f"The loss {name} stays at {end:.3g}, and samples are far from real ones ({energy:.2f}).")
            shows.append(name)
    for name in [*table.named(lambda n: n.startswith("health/spectral_")), *table.gradients]:
        start, end = table.early(name) or 0.0, table.late(name) or 0.0
        if energy > FAR and start and end > GROWTH * start:
            what = "largest spectral norm of a layer" if "spectral" in name else "gradient"
            net = name.rsplit("_", 1)[1]
            evidence.append(f"The {what} of {net} has grown from {start:.3g} to {end:.3g}.")
            shows.append(name)
    for name, reason in _dead(table).items():
        evidence.append(reason)
        shows.append(name)
    if wide > FLOWN and energy > FAR:
        evidence.append(f"Samples lie {wide:.1f} times as far apart as real ones: they have flown out.")
        shows.append("health/diversity")
    broken = table.late("health/broken")
    if broken:
        evidence.append(f"{broken:.0%} of the samples are not finite.")
    energies = table.values("health/energy")
    if evidence and energies and energy > min(energies) + FAR:
        evidence.append(_worse(table))
        shows.append("health/energy")
    return _found("divergence", evidence, shows) if evidence else None


def _dead(table: Table) -> dict[str, str]:
    """Networks that get no gradient at all, though the discriminator does not win: their units have died."""
    if (table.late("health/separation") or 0.0) >= SEPARATED:
        return {}
    return {
        name: f"The gradient {name} is {table.late(name):.1g}: after too large a step, nothing moves any more."
        for name in table.gradients
        if (late := table.late(name)) is not None and late < DEAD * max(table.values(name))
    }


def _worse(table: Table) -> str:
    series = table.series("health/energy")
    at, best = min(series, key=lambda pair: pair[1])
    return (
        f"Samples were closest to real ones after {at:,.0f} images (energy distance {best:.3f}) and are now at "
        f"{table.late('health/energy'):.3f}."
    )


def _vanishing(table: Table) -> Finding | None:
    separation, energy = table.late("health/separation"), table.late("health/energy")
    if separation is None or energy is None or separation < SEPARATED or energy < FAR:
        return None
    names = [name for name in table.gradients if "/gradient_g" in name]
    falls = {name: (max(table.values(name)), table.late(name) or 0.0) for name in names}
    fallen = {name: pair for name, pair in falls.items() if pair[1] < GRADIENT_FALL * pair[0]}
    if not fallen:
        return None
    evidence = [f"The discriminator tells {separation:.1%} of pairs of a real and a generated sample apart."]
    for name, (most, now) in fallen.items():
        evidence.append(f"The generator's gradient ({name}) has fallen from {most:.2g} to {now:.2g}.")
    evidence.append(f"Yet its samples are far from real ones: energy distance {energy:.3f}, 0 being equal.")
    return _found("vanishing gradient", evidence, [*fallen, "health/separation", "health/energy"])


def _overfitting(table: Table) -> Finding | None:
    evidence, shows = list[str](), list[str]()
    seen, unseen, fake = (table.late(f"health/score_{name}") for name in ("real", "unseen", "fake"))
    told = table.late("health/overfitting")
    if seen is not None and unseen is not None and fake is not None and told is not None:
        share = (seen - unseen) / (seen - fake) if seen > fake else 0.0
        if told > OVERFITTING and share > SCORE_SHARE:
            evidence.append(
                f"The discriminator scores a training sample above a sample it never saw in {told:.0%} of pairs; "
                "50 % is no preference."
            )
            evidence.append(
                f"Samples it never saw lie {share:.0%} of the way from training samples to generated ones "
                f"(scores {seen:.3g}, {unseen:.3g}, {fake:.3g})."
            )
            shows += ["health/overfitting", "health/score_real", "health/score_unseen", "health/score_fake"]
    near = table.late("health/neighbour")
    if near is not None and near < MEMORISED:
        evidence.append(
            f"Generated samples lie {near:.2f} times as far from the nearest training sample as real ones do: "
            "training samples are being copied."
        )
        shows.append("health/neighbour")
    return _found("discriminator overfitting", evidence, shows) if evidence else None


def _leak(table: Table) -> Finding | None:
    shares = {name: table.late(name) or 0.0 for name in table.named(lambda n: n.startswith("health/leak_"))}
    explained = shares.pop("health/leak_explained", 0.0)
    leaked = {name: share for name, share in shares.items() if share > LEAKED}
    varied = min(table.late("health/diversity") or 0.0, table.late("health/diversity_features") or 0.0)
    if not leaked or explained < LEAK_EXPLAINS or varied < VARIETY:  # augmentations only add variety
        return None
    words = {
        "mirror": "are mirrored",
        "turn": "are turned by quarters",
        "shift": "are shifted, with gray at the border",
        "cutout": "have a gray rectangle",
        "colour": "have changed colours",
    }
    evidence = [
        f"About {share:.0%} of the samples {words[name.rsplit('_', 1)[1]]}, as real ones are not."
        for name, share in sorted(leaked.items(), key=lambda pair: -pair[1])
    ]
    evidence.append(f"That explains {explained:.0%} of what sets them apart from real ones.")
    return _found("augmentation leak", evidence, [*leaked, "health/leak_explained"])


def _collapse(table: Table) -> Finding | None:
    wide, deep = table.late("health/diversity"), table.late("health/diversity_features")
    coverage, precision = table.late("health/coverage"), table.late("health/precision")
    if wide is None or deep is None or coverage is None or precision is None:
        return None
    evidence = []
    least = min(table.low("health/diversity"), table.low("health/diversity_features"))
    if least < VARIETY:
        evidence.append(
            f"Two samples differ {wide:.2f} times as much as two real ones, {deep:.2f} times in random features; "
            f"in a quarter of the looks at most {least:.2f} times."
        )
    if coverage < COVERAGE and coverage < precision / 2:
        evidence.append(
            f"Only {coverage:.0%} of the real samples have a generated one near them, while {precision:.0%} of the "
            "generated ones lie near real ones."
        )
    if not evidence:
        return None
    shows = ["health/diversity", "health/diversity_features", "health/coverage"]
    return _found("mode collapse", evidence, shows)


def _remarks(table: Table) -> list[str]:
    remarks = []
    energies = table.values("health/energy")
    if not energies:
        remarks.append(
            "The log has no figures of samples (health_share was 0, or the method needs more than a seed): "
            "variety, overfitting and leaks could not be judged."
        )
    elif not table.values("health/overfitting"):
        remarks.append("No samples were held back, so overfitting was judged by copies of training samples alone.")
    if energies and (table.late("health/energy") or 0.0) > min(energies) + 0.05:
        remarks.append(_worse(table) + " best.safetensors holds that model.")
    skipped = table.values("skipped")
    if skipped and skipped[-1]:
        remarks.append(f"{skipped[-1]:.0f} updates in all were skipped because they were not finite.")
    return remarks
