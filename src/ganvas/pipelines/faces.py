"""Faces in a chain: a step that looks for its place in the picture and has no command of its own."""

from __future__ import annotations

from dataclasses import replace

from ganvas.core.task import Task
from ganvas.pipelines.pipeline import Pipeline, Step

__all__ = ["TASK", "with_faces"]

TASK = Task(
    name="faces",
    verb="restore --faces",
    summary="Restore the faces in photos.",
    needs=frozenset({"image"}),
    model="faces",
    metrics=("psnr", "ssim"),
    controls=("strength", "fidelity"),
    bold="faces-gan",
)
_RESIZING = ("upscale",)


def with_faces(pipeline: Pipeline, *, fidelity: float) -> Pipeline:
    """Returns the chain with faces restored, after all else but the steps that change the size."""
    step = Step(task=TASK.name, dials={"fidelity": fidelity})
    if not pipeline.fixed:
        return replace(pipeline, tasks=(*pipeline.tasks, step.task), last=(*pipeline.last, step))
    own = pipeline.choose(())
    if any(other.task == step.task for other in own):
        steps = tuple(step if other.task == step.task else other for other in own)
    else:
        at = next((number for number, other in enumerate(own) if other.task in _RESIZING), len(own))
        steps = (*own[:at], step, *own[at:])
    return replace(
        pipeline,
        tasks=tuple(other.task for other in steps),
        choose=lambda findings: steps,
        asked=pipeline.asked - {step.task},
    )
