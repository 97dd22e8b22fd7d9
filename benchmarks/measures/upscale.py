"""Enlarging: Set5, Set14 and urban-subset, x2 and x4, after MATLAB's bicubic."""

from __future__ import annotations

from collections.abc import Sequence

from ganvas.evaluate import upscale
from ganvas.evaluate.table import EvaluationTable
from measures.context import Context
from measures.section import Bar, Bars, Section

FIDELITY, SHARP, DOUBLE, RRDB = "upscale-x4", "upscale-x4-gan", "upscale-x2", "esrgan-x4"
CONTROL = FIDELITY + upscale.NOISE_SUFFIX
SETS = {"Set5": "test/set5", "Set14": "test/set14", "urban-subset": "test/urban-subset"}


def tables(context: Context) -> list[EvaluationTable]:
    """Returns one table per set and scale: bicubic, our models, and the fidelity model's noise control."""
    fours, twos = context.models("upscale", scale=4), context.models("upscale", scale=2)
    found = []
    for models, scale, main, suffix in ((fours, 4, SHARP, ""), (twos, 2, DOUBLE, ", x2")):
        if not models:
            continue
        about = main if main in models else next(reversed(models))
        found += [
            upscale.run(
                models[about],
                context.data / place,
                name=about,
                dataset=dataset + suffix,
                scale=scale,
                baselines={name: model for name, model in models.items() if name != about},
                sharp=True,
                noise_on=FIDELITY if FIDELITY in models else None,
                limit=context.limit,
            )
            for dataset, place in SETS.items()
        ]
    return found


def bars(found: Sequence[EvaluationTable]) -> list[Bar]:
    """Returns the bars of fidelity, and of sharpness that is more than noise."""
    bars = Bars(found)
    bars.at_least("Set5, x2", DOUBLE, "psnr_y", 36.6)
    for dataset, bar in (("Set5", 31.2), ("Set14", 28.0), ("urban-subset", 27.0)):
        bars.at_least(dataset, FIDELITY, "psnr_y", bar)
    bars.at_least("Set5", SHARP, "psnr_y", 28.6)
    for dataset in SETS:
        _sharp(bars, dataset)
    for key in ("psnr_y", "gmsd", "band_correlation"):
        bars.beats("Set14", RRDB, key, [SHARP], lower=key == "gmsd")
    return bars.found


def _sharp(bars: Bars, dataset: str) -> None:
    smooth, sharp = (bars.value(dataset, name, "spectrum_distance") for name in (FIDELITY, SHARP))
    if smooth is None or sharp is None:
        return
    text = f"{SHARP}, {dataset}, spectrum distance"
    bars.add(text, f"<= half of {smooth:.2f} dB", f"{sharp:.2f} dB", reached=sharp <= smooth / 2)
    bars.beats(dataset, SHARP, "band_correlation", [CONTROL])
    bars.beats(dataset, SHARP, "gmsd", [CONTROL], lower=True)


SECTION = Section(
    "Enlarging",
    tables,
    bars,
    f"`{CONTROL}` is a control: the fidelity model's result plus Gaussian noise that fills each ring of the power "
    "spectrum above half Nyquist up to the truth's own. It is as sharp as the truth by its spectrum and knows nothing "
    "of the picture; a sharp model has to beat it in band correlation and in GMSD.",
)
