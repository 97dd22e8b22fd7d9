"""Specks, scuffs and scratches over CBSD68."""

from __future__ import annotations

from collections.abc import Sequence

from ganvas.evaluate import despeckle
from ganvas.evaluate.table import EvaluationTable
from measures.context import Context, methods
from measures.section import Bar, Bars, Section

OURS, SPECKED = "despeckle", "CBSD68, specks and scratches"
CLASSICAL = methods("median", "nlm", median=[{"size": 5}])
CODE = (
    *(f"degrade/damage/{name}.py" for name in ("canvas", "damage", "overlay", "scratches", "scuffs", "specks")),
    *(f"degrade/{name}.py" for name in ("draw", "jpeg")),
)


def tables(context: Context) -> list[EvaluationTable]:
    """Returns the one table."""
    models = context.models("despeckle")
    return [
        context.table(
            despeckle, "test/cbsd68", dataset=SPECKED, classical=CLASSICAL, models=models, main=OURS, code=CODE
        )
    ]


def bars(found: Sequence[EvaluationTable]) -> list[Bar]:
    """Returns being above the input and all classical methods."""
    bars = Bars(found)
    for key in ("psnr", "ssim"):
        bars.beats(SPECKED, OURS, key, ["input", *CLASSICAL])
    return bars.found


SECTION = Section("Taking specks off", tables, bars)
