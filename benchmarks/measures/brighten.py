"""Darkness: real exposure brackets."""

from __future__ import annotations

from collections.abc import Sequence

from ganvas.evaluate import brighten
from ganvas.evaluate.table import EvaluationTable
from measures.context import Context, methods
from measures.section import Bar, Bars, Section

OURS = "brighten"
DARK = "exposure brackets, 6 of 3 scenes"
CLASSICAL = methods("histogram_equalisation", "gamma", "auto_gamma", "clahe", "auto_levels", gamma=[{"gamma": 0.4}])


def tables(context: Context) -> list[EvaluationTable]:
    """Returns the table of the brackets."""
    models = context.models("brighten")
    return [
        context.table(brighten, "tasks/lowlight/pairs", dataset=DARK, classical=CLASSICAL, models=models, main=OURS)
    ]


def bars(found: Sequence[EvaluationTable]) -> list[Bar]:
    """Returns the bars as they are, and being first with the means aligned."""
    bars = Bars(found)
    bars.at_least(DARK, OURS, "psnr", 18.8)
    bars.at_least(DARK, OURS, "ssim", 0.65)
    for key in ("psnr_aligned", "ssim_aligned"):
        bars.beats(DARK, OURS, key, ["input", *CLASSICAL])
    return bars.found


SECTION = Section("Brightening", tables, bars)
