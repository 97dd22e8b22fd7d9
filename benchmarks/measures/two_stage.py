"""Two stages beside either alone: reduced photos made old but for fading, repaired and then enlarged.

Fading is left out because its error, which enlarging does not change, would drown what either stage is there for.
"""

from __future__ import annotations

from collections.abc import Sequence

import ganvas
from ganvas.evaluate import old_photo
from ganvas.evaluate.table import EvaluationTable
from measures.context import Context
from measures.old_photo import CODE, repairer
from measures.section import Bar, Bars, Section

FIRST, SECOND, BOTH = "repair alone", "upscale-x2 alone", "repair, then upscale-x2"
DATASET = "CBSD68 reduced by 2 and made old"


def tables(context: Context) -> list[EvaluationTable]:
    """Returns the table of both stages and of either alone."""
    models = {
        FIRST: repairer(context),
        SECOND: ganvas.load(context.places()["upscale-x2"]).session.array,
        BOTH: repairer(context, also=["upscale"]),
    }
    return [
        context.table(
            old_photo,
            "test/cbsd68",
            dataset=DATASET,
            classical={},
            models=models,
            main=BOTH,
            code=CODE,
            scale=2,
            faded=False,
        )
    ]


def bars(found: Sequence[EvaluationTable]) -> list[Bar]:
    """Returns that both stages are above either alone, in PSNR and SSIM."""
    bars = Bars(found)
    for key in ("psnr", "ssim"):
        bars.beats(DATASET, BOTH, key, [FIRST, SECOND])
    return bars.found


SECTION = Section(
    "Two stages",
    tables,
    bars,
    "The repair is the whole `old-photo` chain. Fading is left out: its error would drown the rest. What keeps the "
    "size is enlarged by bicubic interpolation.",
)
