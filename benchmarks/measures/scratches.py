"""Finding scratches: seeded ones over CBSD68, and CBSD68 itself."""

from __future__ import annotations

from collections.abc import Sequence

from ganvas.api.scratches import MODEL
from ganvas.evaluate import scratches
from ganvas.evaluate.table import EvaluationTable
from measures.context import Context
from measures.old_photo import finder
from measures.section import Bar, Bars, Section

DATASET = "CBSD68, seeded scratches"
_OVERLAP, _FALSE = 0.5, 0.5


def tables(context: Context) -> list[EvaluationTable]:
    """Returns the table of the measures and, where there is one, the network."""
    place = context.data / "test/cbsd68"
    about = {"dataset": DATASET, "limit": context.limit}
    if MODEL not in context.places():
        (name, measures), *_ = scratches.CLASSICAL.items()
        return [scratches.run(measures, place, name=name, baselines={}, **about)]
    return [scratches.run(finder(context), place, name=MODEL, **about)]


def bars(found: Sequence[EvaluationTable]) -> list[Bar]:
    """Returns the bars of the overlap and of what is found by mistake."""
    bars = Bars(found)
    bars.at_least(DATASET, MODEL, "iou", _OVERLAP)
    if (wrong := bars.value(DATASET, MODEL, "false_area")) is not None:
        reached = wrong < _FALSE
        bars.add(f"{MODEL}, {DATASET}, false area", f"< {_FALSE:.1f} %", f"{wrong:.3f} %", reached=reached)
    return bars.found


SECTION = Section(
    "Finding scratches",
    tables,
    bars,
    "`measures` is what finds them where the network's weights are not there. A white scratch on white paper counts in "
    "the true mask as well.",
)
