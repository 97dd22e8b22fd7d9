"""The centre quarter of held-out faces."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ganvas.evaluate import semantic
from ganvas.evaluate.protocol import INPUT
from ganvas.evaluate.table import EvaluationTable
from measures.context import Context
from measures.inpaint import fillers
from measures.section import Bar, Bars, Section

OURS = "semantic-faces"
FACES = "faces-smile64, centre quarter"


def _unchanged(image: np.ndarray, *, mask: np.ndarray) -> np.ndarray:
    return image


def tables(context: Context) -> list[EvaluationTable]:
    """Returns the table of the faces."""
    models = fillers(context, 1)
    about = OURS if OURS in models else next(reversed(models), INPUT)
    beside = {name: model for name, model in models.items() if name != about}
    table = semantic.run(
        models.get(about, _unchanged),
        context.data / "gen/faces-smile64",
        name=about,
        dataset=FACES,
        baselines={**semantic.CLASSICAL, **beside},
        limit=context.limit,
    )
    return [table]


def bars(found: Sequence[EvaluationTable]) -> list[Bar]:
    """Returns the bar of SSIM, and being above all that stand beside."""
    bars = Bars(found)
    bars.at_least(FACES, OURS, "ssim", 0.5)
    bars.beats(FACES, OURS, "ssim", [*semantic.CLASSICAL, semantic.MEAN, semantic.NEAREST])
    bars.at_least(FACES, OURS, "kept", 100.0)
    return bars.found


SECTION = Section("Filling the centres of faces", tables, bars)
