"""Colour: CBSD68 without its colours, all of it and the half that the bars are of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ganvas.evaluate import colorize
from ganvas.evaluate.protocol import INPUT
from ganvas.evaluate.table import EvaluationTable
from measures.context import Context
from measures.section import Bar, Bars, Section

OURS, VIVID = "colorize", "colorize-gan"
HALF, ALL = "CBSD68, every second image", "CBSD68"


def _unchanged(image: np.ndarray) -> np.ndarray:
    return image


def tables(context: Context) -> list[EvaluationTable]:
    """Returns the tables of both."""
    models = context.models("colorize")
    about = OURS if OURS in models else next(reversed(models), INPUT)
    beside = {name: model for name, model in models.items() if name != about}
    return [
        colorize.run(
            models.get(about, _unchanged),
            context.data / "test/cbsd68",
            name=about,
            dataset=dataset,
            every=every,
            baselines=beside,
            limit=context.limit,
        )
        for dataset, every in ((HALF, 2), (ALL, 1))
    ]


def bars(found: Sequence[EvaluationTable]) -> list[Bar]:
    """Returns the bar of the regression in CIEDE2000, and of the game in chroma, with its CIEDE2000 told."""
    bars = Bars(found)
    off = bars.value(HALF, OURS, "ciede2000")
    if off is not None:
        gray = bars.value(HALF, INPUT, "ciede2000")
        bars.add(f"{OURS}, {HALF}, CIEDE2000", f"<= 11.00 (gray {gray:.2f})", f"{off:.2f}", reached=off <= 11.0)
    made, real = bars.value(HALF, VIVID, "chroma"), bars.value(HALF, colorize.TRUTH, "chroma")
    if made is not None and real is not None:
        bars.add(
            f"{VIVID}, {HALF}, mean chroma",
            f"within 25 % of the real {real:.2f}",
            f"{made:.2f} ({made / real - 1:+.0%}), CIEDE2000 {bars.value(HALF, VIVID, 'ciede2000'):.2f}",
            reached=abs(made / real - 1) <= 0.25,
        )
    return bars.found


SECTION = Section(
    "Colouring",
    tables,
    bars,
    "A colour far from the right one costs more than none, so CIEDE2000 rewards restraint; chroma says how much there "
    "is. The bars are of every second image, on which gray is 11.80 off.",
)
