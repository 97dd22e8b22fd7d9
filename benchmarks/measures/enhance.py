"""Dull colours: CBSD68 under a seeded loss of tones; and under water, pairs."""

from __future__ import annotations

from collections.abc import Sequence

from ganvas.evaluate import enhance
from ganvas.evaluate.table import EvaluationTable
from measures.context import Context, methods
from measures.section import Bar, Bars, Section

OURS, UNDER_WATER = "enhance", "enhance-underwater"
TONES, WATER = "CBSD68, loss of tones", "under water, 13 pairs"
CLASSICAL = methods(
    "clahe", "auto_levels", "white_balance", "histogram_equalisation", white_balance=[{"strength": 0.5}]
)
CODE = ("degrade/tone.py", "degrade/draw.py")


def tables(context: Context) -> list[EvaluationTable]:
    """Returns the table of the tones."""
    models = context.models("enhance")
    place = "test/cbsd68"
    return [
        context.table(enhance, place, dataset=TONES, classical=CLASSICAL, models=models, main=OURS, code=CODE),
    ]


def water(context: Context) -> list[EvaluationTable]:
    """Returns the table of the pairs under water."""
    models = context.models("enhance")
    place = "tasks/underwater"
    return [context.table(enhance, place, dataset=WATER, classical=CLASSICAL, models=models, main=UNDER_WATER)]


def bars(found: Sequence[EvaluationTable]) -> list[Bar]:
    """Returns being above the classical methods in all three measures."""
    bars = Bars(found)
    for key in ("psnr", "ssim", "ciede2000"):
        bars.beats(TONES, OURS, key, ["input", *CLASSICAL], lower=key == "ciede2000")
    return bars.found


def water_bars(found: Sequence[EvaluationTable]) -> list[Bar]:
    """Returns the bar in PSNR, and being above half-strength white balance and doing nothing."""
    bars = Bars(found)
    bars.at_least(WATER, UNDER_WATER, "psnr", 19.6)
    bars.beats(WATER, UNDER_WATER, "psnr", ["input", *CLASSICAL])
    return bars.found


SECTION = Section("Enhancing", tables, bars)
WATER_SECTION = Section("Enhancing under water", water, water_bars)
