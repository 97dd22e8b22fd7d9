"""Whatever a picture needs: a step for each damage that was found, and none where nothing was.

The order undoes the way a picture is made backwards: air (haze) and lens (blur) come before the sensor (darkness,
noise), and the file (blocks) last. Only blur and haze change places: the network against blur was trained on clear
pictures, and sharpening last keeps what it raises out of the other steps.

Sharpening what another network has just smoothed gains little and risks most: on some damaged photos, deblurring
after another step (by half-trained weights) moved PSNR by -0.2 to +0.4 dB, and -0.1 to +0.3 dB at 0.6. So it is held
back in company.
"""

from __future__ import annotations

from collections.abc import Sequence

from ganvas.measure.judge import Finding
from ganvas.pipelines.pipeline import TASK_OF, Pipeline, Step

__all__ = ["PIPELINE"]

_IN_COMPANY = {"blur": 0.6}  # factor on the strength where other damages were found too
_ORDER = ("blocks", "noise", "darkness", "haze", "blur")


def _choose(findings: Sequence[Finding]) -> tuple[Step, ...]:
    found = {finding.damage: finding for finding in findings if finding.found}
    held = _IN_COMPANY if len(found) > 1 else {}
    return tuple(
        Step(task=TASK_OF[damage], strength=round(found[damage].strength * held.get(damage, 1.0), 2), damage=damage)
        for damage in _ORDER
        if damage in found
    )


PIPELINE = Pipeline(
    name="restore",
    summary="Measure what ails a picture and do what it needs.",
    tasks=tuple(TASK_OF[damage] for damage in _ORDER),
    choose=_choose,
)
