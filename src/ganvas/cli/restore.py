"""``ganvas restore``: measures what ails pictures, says it, and does what they need."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ganvas.api.restoration import plan_restoration
from ganvas.cli.apply import (
    add_engine,
    add_files,
    add_paths,
    add_telling,
    deliver,
    ending_politely,
    options_of,
)
from ganvas.cli.arguments import Parser, normalised
from ganvas.core.errors import SettingsError

if TYPE_CHECKING:
    from ganvas.pipelines.chain import Course
    from ganvas.pipelines.pipeline import Pipeline

__all__ = ["run"]


def run(words: Sequence[str]) -> int:
    """Restores the pictures named in ``words`` and returns the exit status."""
    args = _parser().parse_args(normalised(words))
    paths = [*args.paths, *args.input]
    if not paths:
        raise SettingsError("Name a picture or a folder: ganvas restore old.jpg -o better.png.")

    def told(name: str, course: Course) -> None:
        if args.explain:
            print("\n".join([f"{Path(name).name}:", *_explained(course, job.pipeline)]), file=sys.stderr)
        elif not args.quiet:
            print(f"{Path(name).name}: {_in_short(course)}", file=sys.stderr)

    with ending_politely():
        job = plan_restoration(
            args.pipeline,
            models=dict(_pair(text) for text in args.model),
            without=args.without,
            also=args.also,
            faces=args.faces,
            fidelity=args.fidelity,
            keep_steps=args.keep_steps,
            overwrite=args.overwrite,
            options=options_of(args),
            told=told,
        )
        return deliver(job, paths, args, said={"task": "restore", "pipeline": job.pipeline.name})


def _pair(text: str) -> tuple[str, str]:
    task, equals, model = text.partition("=")
    if not (task and equals and model):
        raise SettingsError(f"{text!r} does not say which step the model is for: write it like denoise=classical/nlm.")
    return task, model


def _in_short(course: Course) -> str:
    if not course.findings and not course.planned:
        return "too small to be judged, written as it is"
    found = [f"{f.damage} ({f.evidence:.0%})" for f in course.findings if f.found]
    steps = [f"{step.task} {step.strength:g}" for step in course.kept]
    none = [taken.skipped for taken in course.steps if taken.skipped and "fidelity" in taken.step.dials]
    return f"found {', '.join(found) or 'nothing'} -> {', '.join([*none, *(steps or ['written as it is'])])}"


def _explained(course: Course, pipeline: Pipeline) -> list[str]:
    """A table of the findings, then what became of each step."""
    if not course.findings and not course.planned:
        return ["  too small to be judged (a side below 64 px): written as it is"]
    lines = _findings(course, pipeline)
    for number, taken in enumerate(course.steps, 1):
        if taken.skipped:
            lines.append(f"  step {number}: {taken.step.task}, nothing to do: {taken.skipped}")
            continue
        told = [f"  step {number}: {taken.step.task} {taken.step.strength:.2f}"]
        if taken.before is not None and taken.after is not None:
            told.append(f"evidence {taken.before:.3f} -> {taken.after:.3f}")
        told += [taken.note] if taken.note else []
        lines.append(", ".join([*told, f"taken back: {taken.dropped}" if taken.dropped else "kept"]))
    if pipeline.fixed:
        done = {taken.step.task for taken in course.steps}
        for task in (step.task for step in course.planned if step.task not in done):
            why = f"done only where it is asked for (--with {task})" if task in pipeline.asked else "left out"
            lines.append(f"  {task}: {why}")
    if not course.kept:
        lines.append("  nothing to do: written as it is")
    return lines


def _findings(course: Course, pipeline: Pipeline) -> list[str]:
    from ganvas.pipelines.pipeline import TASK_OF

    if not course.findings:
        return ["  too small to be judged (a side below 64 px)"]
    strengths = {step.damage: step.strength for step in course.planned}
    lines = [f"  {'damage':<10}{'measure':<20}{'evidence':<10}{'needed':<8}{'decision':<20}because of"]
    for finding in course.findings:
        measure = f"{finding.measure} {finding.value:.1f} {finding.unit}"
        task, strength = TASK_OF[finding.damage], strengths.get(finding.damage)
        verdict = "found, no step" if finding.found else "not found"
        if pipeline.fixed:  # steps are decided on later, when those before them are done
            verdict = "found" if finding.found else "not found"
        elif strength is not None:
            verdict = f"{task} {strength:.2f}"
        because = ", ".join(f"{name} {share:+.1f}" for name, share in finding.reasons)
        numbers = f"{finding.evidence:<10.3f}{finding.threshold:<8.2f}"
        lines.append(f"  {finding.damage:<10}{measure:<20}{numbers}{verdict:<20}{because}")
    return lines


def _parser() -> Parser:
    parser = Parser(
        prog="ganvas restore",
        description="Measure what ails pictures (noise, JPEG blocks, blur, darkness, haze) and do what they need.",
        epilog="OUT is a file where there is one picture and OUT ends like one (.png, .jpg, ...), else a folder.\n"
        "A picture in which nothing is found is written as it is.",
    )
    add_paths(parser)
    parser.add_argument(
        "--pipeline", default="restore", metavar="NAME", help="restore, night-camera or old-photo [restore]"
    )
    parser.add_argument("--without", action="append", default=[], metavar="TASK", help="leave a step out")
    parser.add_argument(
        "--with", dest="also", action="append", default=[], metavar="TASK", help="add a step that is only done if asked"
    )
    parser.add_argument("--faces", action="store_true", help="restore faces that are found, too")
    parser.add_argument(
        "--fidelity",
        type=float,
        metavar="F",
        help="of faces: 1 what is known, 0 sharp and guessed [1]; implies --faces",
    )
    parser.add_argument("--keep-steps", action="store_true", help="write each step too: OUT.1-denoise.png, ...")
    parser.add_argument("--explain", action="store_true", help="say what was measured and why each step is taken")
    parser.add_argument(
        "-n", "--model", action="append", default=[], metavar="TASK=MODEL", help="model of a step [the task's own]"
    )
    add_files(parser)
    add_engine(parser)
    add_telling(parser)
    return parser
