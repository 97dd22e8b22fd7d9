"""Whatever a picture needs: a step for each damage that was found, and none where nothing was.

The order undoes the way a picture is made backwards: air (haze) and lens (blur) come before the sensor (darkness,
noise), and the file (blocks) last. Only blur and haze change places: the network against blur was trained on clear
pictures, and sharpening last keeps what it raises out of the other steps.
"""

from __future__ import annotations

from collections.abc import Sequence

from ganvas.measure.judge import Finding
from ganvas.pipelines.pipeline import TASK_OF, Pipeline, Step

__all__ = ["PIPELINE"]

_ORDER = ("blocks", "noise", "darkness", "haze", "blur")


def _choose(findings: Sequence[Finding]) -> tuple[Step, ...]:
    found = {finding.damage: finding for finding in findings if finding.found}
    return tuple(
        Step(task=TASK_OF[damage], strength=found[damage].strength, damage=damage)
        for damage in _ORDER
        if damage in found
    )


PIPELINE = Pipeline(
    name="restore",
    summary="Measure what ails a picture and do what it needs.",
    tasks=tuple(TASK_OF[damage] for damage in _ORDER),
    choose=_choose,
)
