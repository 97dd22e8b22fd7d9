"""The chain of tasks as functions: ``ganvas.restore(picture)`` and, without touching anything, ``ganvas.examine``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganvas.api.apply import Kind, apply_to
from ganvas.api.load import Model
from ganvas.api.options import Options
from ganvas.api.restoration import plan_restoration

if TYPE_CHECKING:
    from ganvas.measure.judge import Finding
    from ganvas.pipelines.chain import Course

__all__ = ["examine", "restore", "told_of"]


def restore(
    image: Kind,
    *,
    pipeline: str | Path = "restore",
    models: Mapping[str, str | Path | Model] | None = None,
    without: Collection[str] = (),
    also: Collection[str] = (),
    faces: bool = False,
    fidelity: float | None = None,
    keep_steps: bool = False,
    explain: bool = False,
    output: str | Path | None = None,
    overwrite: bool = False,
    options: Options | None = None,
) -> Kind:
    """Returns the picture freed of the damages that are found in it, and untouched where none is.

    Args:
        image: as for :func:`upscale`; the same kind comes out.
        pipeline: ``restore`` does what a picture needs; ``night-camera`` brightens and denoises in any case;
            ``old-photo`` fills scratches and repairs what age does to a photo. Or a YAML file that lists the steps.
        models: by task, as in ``{"denoise": "classical/nlm"}``, in place of the task's own.
        without: tasks that are left out, as in ``["deblur"]``.
        also: tasks that the chain does only where they are asked for, as in ``["upscale"]``.
        faces: restore faces that are found, too; those in the picture are looked for when all else is done.
        fidelity: of the faces, from 1 (what is known; the default) to 0 (sharp skin and hair, guessed); asks for faces.
        keep_steps: write the picture after each step beside ``output``, as in ``better.1-denoise.png``.
        explain: return a pair instead: the picture, and a dictionary of what was found (``findings``, as
            :func:`examine` returns it) and of the steps that were tried or found nothing to do (``steps``).
        output: file to write; only for a path.
        overwrite: ``output`` may be the original itself.

    Raises:
        the same as :func:`upscale`.
    """
    courses: list[Course] = []
    job = plan_restoration(
        pipeline,
        models=models,
        without=without,
        also=also,
        faces=faces,
        fidelity=fidelity,
        keep_steps=keep_steps,
        overwrite=overwrite,
        options=options,
        told=lambda _, course: courses.append(course),
    )
    result = apply_to(job, image, output=output, overwrite=overwrite)
    return (result, told_of(courses[0])) if explain else result


def examine(image: Kind, *, options: Options | None = None) -> list[dict[str, Any]]:
    """Returns what ails the picture: one dictionary per damage, whether it was found or not.

    Each says its ``damage``, the ``task`` against it, whether it was ``found``, with what ``evidence`` (0 to 1) against
    what ``threshold``, at what ``strength`` the task would be applied, the plainest ``measure`` with ``value`` and
    ``unit``, and the ``reasons``: the measures that weighed most. Empty for a picture with a side below 64 px.

    Args:
        image: as for :func:`upscale`.

    Raises:
        ImageError: the picture cannot be read, or exceeds a limit.
    """
    job = plan_restoration(options=options)
    _, told = restore(image, without=job.pipeline.tasks, explain=True, options=options)
    found: list[dict[str, Any]] = told["findings"]
    return found


def told_of(course: Course) -> dict[str, Any]:
    """Returns what was found and done as JSON values."""
    steps = [
        {
            "task": taken.step.task,
            "strength": taken.step.strength,
            "evidence_before": None if taken.before is None else round(taken.before, 4),
            "evidence_after": None if taken.after is None else round(taken.after, 4),
            "dropped": taken.dropped,
            "skipped": taken.skipped,
            "note": taken.note,
        }
        for taken in course.steps
    ]
    strengths = {step.damage: step.strength for step in course.planned}
    findings = [finding_of(finding, strengths.get(finding.damage, 0.0)) for finding in course.findings]
    return {"findings": findings, "steps": steps}


def finding_of(finding: Finding, strength: float) -> dict[str, Any]:
    """Returns a finding as JSON values, with the strength that the pipeline gives its task."""
    from ganvas.pipelines.pipeline import TASK_OF

    return {
        "damage": finding.damage,
        "task": TASK_OF[finding.damage],
        "found": finding.found,
        "evidence": round(finding.evidence, 4),
        "threshold": finding.threshold,
        "strength": strength,
        "measure": finding.measure,
        "value": round(finding.value, 3),
        "unit": finding.unit,
        "reasons": [{"measure": name, "share": round(share, 3)} for name, share in finding.reasons],
    }
