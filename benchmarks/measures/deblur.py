"""Blur: pairs with measured kernels of camera shake, and seeded camera shake on CBSD68; kernels secret and told."""

from __future__ import annotations

from collections.abc import Sequence

from ganvas.evaluate import deblur
from ganvas.evaluate.table import EvaluationTable
from measures.context import Context, methods
from measures.section import Bar, Bars, Section

OURS, OURS_TOLD = "deblur-blind", "deblur --kernel"
PAIRS, SHAKEN = "measured kernels, 4 pairs", "CBSD68, seeded camera shake"
KNOWN = ", kernel told"
BLIND = methods("unsharp", "richardson_lucy", "wiener", unsharp=[{"amount": 1}], richardson_lucy=[{"iterations": 30}])
TOLD = methods(
    "wiener", richardson_lucy=[{"iterations": 30}], wiener=[{"noise": 0.01}, {"noise": 0.03}, {"noise": 0.1}]
)
CODE = ("degrade/shake.py", "degrade/draw.py")


def tables(context: Context) -> list[EvaluationTable]:
    """Returns the tables of both sets, without and with the kernels."""
    blind, told = context.models("deblur"), context.told_kernels()
    sets = {PAIRS: "tasks/blur/pairs", SHAKEN: "test/cbsd68"}
    kernels = context.data / "tasks/blur/kernels"
    found = [
        context.table(deblur, place, dataset=name, classical=BLIND, models=blind, main=OURS, code=CODE)
        for name, place in sets.items()
    ]
    return found + [
        context.table(
            deblur,
            place,
            dataset=name + KNOWN,
            classical=TOLD,
            models=told,
            main=OURS_TOLD,
            code=CODE,
            known=True,
            kernels=kernels,
        )
        for name, place in sets.items()
    ]


def bars(found: Sequence[EvaluationTable]) -> list[Bar]:
    """Returns the gains over the input, and being above the classical methods."""
    bars = Bars(found)
    for dataset, gain in ((PAIRS, 1.0), (SHAKEN, 1.5)):
        bars.at_least(dataset, OURS, "psnr", gain, above="input")
        bars.beats(dataset, OURS, "psnr", list(BLIND))
    for dataset in (PAIRS, SHAKEN):
        bars.beats(dataset + KNOWN, OURS_TOLD, "psnr", [name for name in TOLD if "wiener" in name])
    return bars.found


SECTION = Section(
    "Sharpening blurred photos",
    tables,
    bars,
    "All blur here is simulated: photos convolved with kernels, measured or drawn, plus noise.",
)
