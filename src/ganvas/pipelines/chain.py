"""Runs the steps of a pipeline on one picture, distrusts a step that does not hold, and takes back what did no good."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from ganvas.measure.examine import shrunk
from ganvas.measure.judge import Finding, examine
from ganvas.pipelines.pipeline import Done, Pipeline, Step

__all__ = ["Apply", "Course", "Taken", "plan", "run"]

Image = Float[np.ndarray, "h w c"]
# The step on a picture: a new array, of another size only from a step that is there to change it. Only steps of fixed
# chains may have nothing to do.
Apply = Callable[[Step, Image], Done]
Kept = Callable[[int, Step, Image], None]
_NO_CHANGE = "it changed nothing that can be seen"
_UNSEEN = 0.25 / 255  # a mean change below a quarter of a step of 8 bits
# By how much the logarithm of the odds of a damage may rise and mean nothing. Edges drawn together only in part can
# look wider than before: of 223 sharpened pictures 23 rose, by up to 4.6, and 22 of these had gained PSNR.
_UNSURE = {"blur": 5.0}
# Damages whose task is shown its own result (see ``_trust``), and between which ratios of the second change to the
# first the trust in it goes from 1 to 0.
_LOOKED_AT_TWICE = {"haze": (0.25, 0.45)}
_UNSTEADY = "its model would change its own result again, which true haze does not ask for"
_LOOK_PX = 160  # longer side of the copy for that look


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A step that was tried.

    Attributes:
        step: what was asked.
        before, after: evidence of its damage, 0 to 1, in the picture before and after it; None where no measure tells.
        dropped: why its result was not kept; empty where it was.
        skipped: why there was nothing to do; empty where there was something.
        note: a clause about what it did.
    """

    step: Step
    before: float | None = None
    after: float | None = None
    dropped: str = ""
    skipped: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Course:
    """What was found in a picture and what was done to it.

    Attributes:
        findings: one per damage, found or not; empty for a picture too small to be judged.
        planned: the steps that the pipeline chose, those that were left out included.
        steps: those that were tried, in order; with those that found nothing to do.
    """

    findings: tuple[Finding, ...]
    planned: tuple[Step, ...] = ()
    steps: tuple[Taken, ...] = ()

    @property
    def kept(self) -> tuple[Step, ...]:
        """The steps whose results were kept."""
        return tuple(taken.step for taken in self.steps if not (taken.dropped or taken.skipped))

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was found and done."""
        if not self.findings and not self.planned:
            return ("The picture is too small to be judged: it is written as it is.",)
        found = [f"{f.damage} ({f.evidence:.0%})" for f in self.findings if f.found]
        steps = [f"{s.task} at strength {s.strength:g}" for s in self.kept]
        return (
            f"Found {', '.join(found)}." if found else "Found nothing amiss.",
            f"Done: {', then '.join(steps)}." if steps else "The picture is written as it is.",
            *(f"{t.step.task}: {t.note}." for t in self.steps if t.note and not t.dropped),
            *(f"Taken back: {t.step.task}, as {t.dropped}." for t in self.steps if t.dropped),
            *(f"Not done: {t.step.task}, as {t.skipped}." for t in self.steps if t.skipped),
        )


def plan(pipeline: Pipeline, findings: Sequence[Finding], *, without: Collection[str] = ()) -> tuple[Step, ...]:
    """Returns the steps of the pipeline for what was found, in its order, but for the tasks named in ``without``."""
    steps = pipeline.choose(findings) if findings or pipeline.fixed else ()
    return tuple(step for step in steps if step.task not in without and step.strength > 0)


def run(
    pipeline: Pipeline,
    image: Image,
    apply: Apply,
    *,
    without: Collection[str] = (),
    kept: Kept | None = None,
) -> tuple[Image, Course]:
    """Returns the picture after the pipeline, and what was done; the array itself where nothing was.

    A step is taken back where it changed next to nothing, or where its own damage shows more than before. Against
    haze it is weakened, or not tried, where its model would not leave its own result alone. The steps of a fixed chain
    that work against a damage are done as strongly as it shows in the picture so far, and not at all where it does not.

    Args:
        image: values in [0, 1], one or three channels, any size.
        without: tasks that are left out.
        kept: told the number (from 1), the step and the picture after every step that was kept.
    """
    findings = examine(image)
    course = Course(findings=findings, planned=(*plan(pipeline, findings), *pipeline.last))
    if pipeline.fixed:
        return _run_fixed(course, course.planned, image, apply, without=without, kept=kept)
    now = {finding.damage: finding for finding in course.findings}
    for step in plan(pipeline, course.findings, without=without):
        trust = _trust(step, image, apply)
        if not trust:
            evidence = now[step.damage].evidence
            untried = Taken(step=step, before=evidence, after=evidence, dropped=_UNSTEADY)
            course = replace(course, steps=(*course.steps, untried))
            continue
        step = replace(step, strength=round(step.strength * trust, 3))
        result = _made(apply(step, image))
        then = {finding.damage: finding for finding in examine(result)}
        taken = _weighed(step, now[step.damage], then[step.damage], change=_change(image, result))
        course = replace(course, steps=(*course.steps, taken))
        if not taken.dropped:
            image, now = result, then
            if kept is not None:
                kept(len(course.kept), step, image)
    return _run_fixed(course, pipeline.last, image, apply, without=without, kept=kept)


def _run_fixed(
    course: Course, steps: Sequence[Step], image: Image, apply: Apply, *, without: Collection[str], kept: Kept | None
) -> tuple[Image, Course]:
    for step in steps:
        if step.task in without:
            continue
        result, taken = _tried(step, image, apply)
        course = replace(course, steps=(*course.steps, taken))
        if result is not None:
            image = result
            if kept is not None:
                kept(len(course.kept), taken.step, image)
    return image, course


def _tried(step: Step, image: Image, apply: Apply) -> tuple[Image | None, Taken]:
    """The result of a step of a fixed chain, None where it is not kept, and what became of the step."""
    before = _finding(step, image)
    if step.damage:
        if before is None:
            return None, Taken(step=step, skipped="the picture is too small to be judged")
        if not before.found:
            told = f"too little {step.damage} was found ({before.evidence:.0%})"
            return None, Taken(step=step, before=before.evidence, skipped=told)
        step = replace(step, strength=round(step.strength * before.strength, 3))
    done = apply(step, image)
    if done.image is None:
        return None, Taken(step=step, skipped=done.note)
    if done.image.shape[:2] != image.shape[:2]:
        return done.image, Taken(step=step, note=done.note)
    change, after = _change(image, done.image), _finding(step, done.image)
    if change < step.trusted[1]:
        least, sure = step.trusted
        if change <= least:
            return None, Taken(step=step, skipped=f"its model would hardly change it (by {255 * change:.1f}/255)")
        share = round((change - least) / (sure - least), 3)
        step = replace(step, strength=step.strength * share)
        _mix(done.image, image, share)
    if before is None or after is None:
        # A scratch is small: on average over the picture little may have changed where much was done.
        taken = Taken(step=step, dropped="" if change > 0 else _NO_CHANGE)
    else:
        taken = _weighed(step, before, after, change=change)
    return (None if taken.dropped else done.image), replace(taken, note=done.note)


def _finding(step: Step, image: Image) -> Finding | None:
    """The verdict on the damage of a step; None where it has none, or the picture is too small."""
    found = examine(image) if step.damage else ()
    return next((finding for finding in found if finding.damage == step.damage), None)


def _trust(step: Step, image: Image, apply: Apply) -> float:
    """How far the step is to be trusted, 0 to 1: less, the more its model would change its own result again.

    A veil that was taken away is gone: shown a cleared picture, the model finds next to nothing. Where it goes on, it
    took the nature of the scene (snow, mist, a pale wall) for a veil, or cannot tell how thick the veil is. Two looks
    at a small copy with all its strength tell. On 372 mixes of training photos the second change exceeds 0.45 of the
    first in 1 of 144 with haze, and in 12 of the 78 without haze in which the model sees some.
    """
    if step.damage not in _LOOKED_AT_TWICE:
        return 1.0
    full, small = replace(step, strength=1.0), shrunk(image, _LOOK_PX)
    once = np.clip(_made(apply(full, small)), 0, 1)
    ratio = _change(once, _made(apply(full, once))) / max(_change(small, once), _UNSEEN)
    sure, doubtful = _LOOKED_AT_TWICE[step.damage]
    return float(np.clip((doubtful - ratio) / (doubtful - sure), 0, 1))


def _made(done: Done) -> Image:
    """The picture of a step that always has something to do."""
    assert done.image is not None, "only the steps of a fixed chain may have nothing to do"
    return done.image


def _weighed(step: Step, before: Finding, after: Finding, *, change: float) -> Taken:
    """The step with its verdict: is there more of the damage than there was?"""
    dropped = ""
    if change < _UNSEEN:
        dropped = _NO_CHANGE
    elif after.score > before.score + _UNSURE.get(step.damage, 0.0):
        dropped = f"the picture showed more {step.damage} after it"
    return Taken(step=step, before=before.evidence, after=after.evidence, dropped=dropped)


def _mix(result: Image, image: Image, share: float) -> None:
    """Leaves that share of what was changed, some rows at a time."""
    rows = max(1, (1 << 22) // result[0].size)
    for y in range(0, len(result), rows):
        part = image[y : y + rows]
        result[y : y + rows] = part + np.float32(share) * (result[y : y + rows] - part)


def _change(before: Image, after: Image) -> float:
    """Mean absolute difference, some rows at a time: the arrays may be files."""
    rows = max(1, (1 << 22) // before[0].size)
    total = sum(
        float(np.abs(after[y : y + rows] - before[y : y + rows]).sum(dtype=np.float64))
        for y in range(0, len(before), rows)
    )
    return total / before.size
