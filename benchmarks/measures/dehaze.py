"""Haze: SOTS-indoor pairs."""

from __future__ import annotations

from collections.abc import Sequence

from ganvas.evaluate import dehaze
from ganvas.evaluate.table import EvaluationTable
from measures.context import Context, methods
from measures.section import Bar, Bars, Section

OURS = "dehaze"
HAZE = "SOTS-indoor, 6 pairs"
CLASSICAL = methods("dark_channel", "auto_levels", "clahe", "histogram_equalisation", dark_channel=[{"w": 0.8}])


def tables(context: Context) -> list[EvaluationTable]:
    """Returns the table of the pairs."""
    models = context.models("dehaze")
    return [context.table(dehaze, "tasks/haze/pairs", dataset=HAZE, classical=CLASSICAL, models=models, main=OURS)]


def bars(found: Sequence[EvaluationTable]) -> list[Bar]:
    """Returns the bars in PSNR and SSIM."""
    bars = Bars(found)
    bars.at_least(HAZE, OURS, "psnr", 20.0)
    bars.at_least(HAZE, OURS, "ssim", 0.89)
    return bars.found


SECTION = Section("Removing haze", tables, bars, "The haze of the pairs is synthetic, by the scattering model.")
