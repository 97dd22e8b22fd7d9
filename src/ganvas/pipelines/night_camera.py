"""Pictures of cameras that watch at night: brightened and denoised in any case, cleared and sharpened where needed.

Brightening comes first: all that follows was trained on pictures of usual light, and what brightening raises from the
dark is taken away after it. What was found is found once, in the picture as it came: a denoised picture looks blurred.
"""

from __future__ import annotations

from collections.abc import Sequence

from ganvas.measure.judge import Finding
from ganvas.pipelines.pipeline import TASK_OF, Pipeline, Step
from ganvas.pipelines.restore import MODELS

__all__ = ["PIPELINE"]

_ORDER = ("darkness", "noise", "haze", "blur")
_ALWAYS = ("darkness", "noise")


def _choose(findings: Sequence[Finding]) -> tuple[Step, ...]:
    by_damage = {finding.damage: finding for finding in findings}
    steps = []
    for damage in _ORDER:
        finding = by_damage[damage]
        if damage in _ALWAYS or finding.found:
            strength = 1.0 if damage in _ALWAYS else finding.strength
            steps.append(Step(task=TASK_OF[damage], strength=strength, damage=damage))
    return tuple(steps)


PIPELINE = Pipeline(
    name="night-camera",
    summary="Brighten and denoise the picture of a camera at night; clear and sharpen it where it needs that.",
    tasks=tuple(TASK_OF[damage] for damage in _ORDER),
    choose=_choose,
    models=MODELS,
)
