"""Holes: CBSD68 under irregular masks of two shares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

import ganvas
from ganvas.evaluate import inpaint
from ganvas.evaluate.protocol import Model
from ganvas.evaluate.table import EvaluationTable
from ganvas.zoo.models import find
from measures.context import Context, methods
from measures.section import Bar, Bars, Section

OURS = "inpaint"
# Least and greatest share missing, PSNR and SSIM wanted.
SHARES = {
    "CBSD68, holes of 10 to 20 %": (0.1, 0.2, 19.3, 0.52),
    "CBSD68, holes of 20 to 29 %": (0.2, 0.29, 18.4, 0.49),
}
CLASSICAL = methods("telea", "navier_stokes", "biharmonic", "patchmatch", "median_fill")
_HOLES = tuple(f"zoo/classical/_holes/{name}.py" for name in ("composite", "field", "marching"))


def fillers(context: Context, channels: int) -> dict[str, Model]:
    """Returns our models that fill holes of pictures with so many channels, as functions of image and mask."""
    found: dict[str, Model] = {}
    for name, place in context.places().items():
        card = find(place).card
        if card.task == "inpaint" and card.channels == channels:
            model = ganvas.load(place)

            def fill(image: np.ndarray, *, mask: np.ndarray, model: ganvas.Model = model) -> np.ndarray:
                return model.masked.fill(image, mask)

            found[name] = fill
    return found


def tables(context: Context) -> list[EvaluationTable]:
    """Returns one table per share of holes."""
    models = fillers(context, 3)
    return [
        context.table(
            inpaint,
            "test/cbsd68",
            dataset=dataset,
            classical=CLASSICAL,
            models=models,
            main=OURS,
            code=_HOLES,
            masks=context.data / "tasks/masks/generated",
            least=least,
            most=most,
        )
        for dataset, (least, most, *_) in SHARES.items()
    ]


def bars(found: Sequence[EvaluationTable]) -> list[Bar]:
    """Returns the bars of both shares, and being above every classical method in SSIM."""
    bars = Bars(found)
    for dataset, (_, _, decibels, similarity) in SHARES.items():
        bars.at_least(dataset, OURS, "psnr", decibels)
        bars.at_least(dataset, OURS, "ssim", similarity)
        bars.beats(dataset, OURS, "ssim", list(CLASSICAL))
        bars.at_least(dataset, OURS, "kept", 100.0)
    return bars.found


SECTION = Section(
    "Filling holes",
    tables,
    bars,
    "At the rim of a hole the windows of SSIM see known pixels, too: thin holes look better by it than thick ones.",
)
