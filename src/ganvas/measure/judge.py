"""Which damages a picture shows: one logistic regression per damage over all measures.

One measure is not enough, as damages disguise one another: noise hides a blur, blur looks like a picture without
noise, darkness takes the contrast that haze is judged by. A weighted sum of all measures tells them apart, and stays
open to explanation: each measure's share in the verdict is a number. The weights were fitted by
``scripts/fit_restore.py``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ganvas.measure.examine import SMALLEST_PX, measures
from ganvas.measure.weights import BIASES, DAMAGES, TABLE, THRESHOLDS

__all__ = ["Finding", "examine", "judge"]

_FURTHEST = 4.0  # deviations: what lies further out counts as this far
# Evidence from which a task works with all its strength, and the share of it that it starts with at the threshold.
_SURE, _LEAST = 0.95, 0.5
# Darkness and haze are guesses: some clear photos are dark or pale by nature, and what a wrong guess costs grows with
# the square of the strength. So a doubtful verdict does little, and all is done only where hardly any was wrong.
_GUESSES = {"darkness": (0.92, 0.02), "haze": (0.993, 0.02)}
# The measure that says most plainly how much there is of each damage, and in what unit.
_PLAIN = {
    "noise": ("noise", "/255"),
    "blocks": ("blocks", "%"),
    "blur": ("blur", "px"),
    "darkness": ("light_99", "%"),
    "haze": ("haze", "%"),
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The verdict on one damage.

    Attributes:
        damage: ``noise``, ``blocks`` (of JPEG), ``blur``, ``darkness`` or ``haze``.
        measure: the measure that says most plainly how much there is; the verdict rests on all of them.
        value, unit: of that measure.
        score: logarithm of the odds that the damage is there.
        threshold: the evidence (0 to 1) from which it counts as found.
        reasons: the measures with the largest shares in the score, with those shares, largest first.
    """

    damage: str
    measure: str
    value: float
    unit: str
    score: float
    threshold: float
    reasons: tuple[tuple[str, float], ...]

    @property
    def evidence(self) -> float:
        """The chance that the damage is there, 0 to 1."""
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, self.score))))

    @property
    def found(self) -> bool:
        """Whether the damage counts as found."""
        return self.evidence >= self.threshold

    @property
    def strength(self) -> float:
        """How strongly to work against it: 0 where it was not found, 1 where it is sure.

        At the threshold it is 0.5, from where it grows with the evidence; against darkness and haze it is 0.02 there,
        and grows with the square of the logarithm of the odds.
        """
        if not self.found or self.damage not in _GUESSES:
            return self.boldest
        sure, least = _GUESSES[self.damage]
        share = _share(self.score, _odds(self.threshold), _odds(sure))
        return round(least + (1 - least) * share**2, 3)

    @property
    def boldest(self) -> float:
        """The strength as for any other damage: of use where a wrong guess costs little."""
        return round(_LEAST + (1 - _LEAST) * _share(self.evidence, self.threshold, _SURE), 2) if self.found else 0.0


def _odds(evidence: float) -> float:
    """Logarithm of the odds."""
    return math.log(evidence / (1 - evidence))


def _share(value: float, low: float, high: float) -> float:
    """How far the value is on the way from low to high, 0 to 1."""
    return min(1.0, max(0.0, (value - low) / max(high - low, 1e-6)))


def examine(image: Float[np.ndarray, "h w c"]) -> tuple[Finding, ...]:
    """Returns the verdict on each damage; none at all for a picture with a side below 64 px, which shows too little.

    Args:
        image: values in [0, 1], one or three channels.
    """
    if min(image.shape[:2]) < SMALLEST_PX:
        return ()
    return judge(measures(image))


def judge(found: Mapping[str, float]) -> tuple[Finding, ...]:
    """Returns the verdict on each damage for the measures of a picture."""
    names = list(TABLE)
    table = np.array([TABLE[name] for name in names])
    values = np.array([found[name] for name in names])
    away = np.clip((values - table[:, 0]) / table[:, 1], -_FURTHEST, _FURTHEST)
    findings = []
    for column, (damage, bias, threshold) in enumerate(zip(DAMAGES, BIASES, THRESHOLDS, strict=True), 2):
        shares = away * table[:, column]
        order = np.argsort(-np.abs(shares))[:3]
        measure, unit = _PLAIN[damage]
        findings.append(
            Finding(
                damage=damage,
                measure=measure,
                value=found[measure],
                unit=unit,
                score=float(shares.sum()) + bias,
                threshold=threshold,
                reasons=tuple((names[i], float(shares[i])) for i in order),
            )
        )
    return tuple(findings)
