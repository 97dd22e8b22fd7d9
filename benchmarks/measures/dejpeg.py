"""JPEG's blocks: CBSD68 at three qualities, and with halved chroma."""

from __future__ import annotations

from collections.abc import Sequence

from ganvas.evaluate import dejpeg
from ganvas.evaluate.table import EvaluationTable
from measures.context import Context, methods
from measures.section import Bar, Bars, Section

OURS = "dejpeg"
GAINS = {10: 1.2, 20: 1.2, 40: 0.9}
CLASSICAL = {
    "4:4:4": methods("bilateral", "tv", "nlm", tv=[{"weight": 0.03}], nlm=[{"h": 3}]),
    "4:2:0": methods("bilateral", tv=[{"weight": 0.03}]),
}


def _name(quality: int, sampling: str) -> str:
    return f"CBSD68, quality {quality}, {sampling}"


def tables(context: Context) -> list[EvaluationTable]:
    """Returns one table per quality."""
    models = context.models("dejpeg")
    return [
        context.table(
            dejpeg,
            "test/cbsd68",
            dataset=_name(quality, sampling),
            classical=CLASSICAL[sampling],
            models=models,
            main=OURS,
            code=("degrade/jpeg.py",),
            quality=quality,
            half_chroma=sampling == "4:2:0",
        )
        for sampling in CLASSICAL
        for quality in GAINS
    ]


def bars(found: Sequence[EvaluationTable]) -> list[Bar]:
    """Returns the gains over the input."""
    bars = Bars(found)
    for quality, gain in GAINS.items():
        bars.at_least(_name(quality, "4:4:4"), OURS, "psnr", gain, above="input")
    return bars.found


SECTION = Section("Removing JPEG blocks", tables, bars)
