"""Noise: white on CBSD68, colour and gray, and that of real cameras (PolyU)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from ganvas.evaluate import denoise
from ganvas.evaluate.protocol import Model
from ganvas.evaluate.table import EvaluationTable, Row
from ganvas.zoo.classical import nlm, tv
from measures.context import Context
from measures.section import Bar, Bars, Section

OURS = "denoise"
POLYU = "PolyU"
NLM_GRID = (3, 5, 7)
BEST_NLM = "NLM, best h of 3, 5, 7 for each image"
SCIKIT_IMAGE_TOLERANCE = 2e-4
CODE = tuple(f"zoo/classical/{name}.py" for name in ("_noise", "nlm", "tv"))


def nlm_float(image: np.ndarray, *, sigma: float) -> np.ndarray:
    """scikit-image's non-local means, told the true noise level."""
    return nlm.in_float(image, sigma=sigma / 255)


def classical(sigma: float | None, *, gray: bool) -> dict[str, Model]:
    """Returns the baselines for white noise of ``sigma``, or for camera noise (None): blind, and told the noise."""
    blind: dict[str, Model] = {"classical/nlm": nlm.apply, "classical/tv": tv.apply}
    if sigma is None:
        return (
            blind
            | {f"NLM h={h}": partial(nlm.apply, h=h) for h in NLM_GRID}
            | {"TV 0.02": partial(tv.apply, weight=0.02, tolerance=SCIKIT_IMAGE_TOLERANCE)}
        )
    h, weight = (10, 0.08) if sigma < 40 else (30, 0.2)
    # OpenCV's h means another thing for gray, where its own blind choice below is near the best.
    fixed: dict[str, Model] = {} if gray else {f"NLM h={h}": partial(nlm.apply, h=h)}
    told: dict[str, Model] = {
        f"TV {weight}": partial(tv.apply, weight=weight, tolerance=SCIKIT_IMAGE_TOLERANCE),
        "NLM scikit-image, sigma given": partial(nlm_float, sigma=sigma),
    }
    return fixed | told | blind


def best_of(rows: Sequence[Row], entrants: Sequence[str], title: str) -> list[Row]:
    """Returns for each image the row of the highest PSNR, under a title of its own."""
    images = dict.fromkeys(row.image for row in rows)
    ours = [row for row in rows if row.entrant in entrants]
    return [
        replace(max((r for r in ours if r.image == image), key=lambda r: r.values["psnr"]), entrant=title)
        for image in images
    ]


def tables(context: Context) -> list[EvaluationTable]:
    """Returns the tables of CBSD68 (colour and gray, sigma 25 and 50) and of PolyU."""
    models = context.models("denoise")
    measure = partial(context.table, denoise, models=models, main=OURS, code=CODE)
    found = [
        measure(
            "test/cbsd68",
            dataset=f"CBSD68 {'gray' if gray else 'colour'}, sigma {sigma:g}",
            classical=classical(sigma, gray=gray),
            sigma=sigma,
            gray_only=gray,
        )
        for gray in (False, True)
        for sigma in (25.0, 50.0)
    ]
    polyu = measure("tasks/realnoise", dataset=POLYU, classical=classical(None, gray=False))
    best = best_of(polyu.rows, [f"NLM h={h}" for h in NLM_GRID], BEST_NLM)
    others = [row for row in polyu.rows if row.entrant not in models]
    return [*found, replace(polyu, rows=[*others, *best, *(row for row in polyu.rows if row.entrant in models)])]


def bars(found: Sequence[EvaluationTable]) -> list[Bar]:
    """Returns the bars in PSNR."""
    bars = Bars(found)
    for sigma, bar in ((25, 29.8), (50, 26.4)):
        bars.at_least(f"CBSD68 colour, sigma {sigma}", OURS, "psnr", bar)
    bars.beats(POLYU, OURS, "psnr", [BEST_NLM])
    return bars.found


SECTION = Section(
    "Denoising",
    tables,
    bars,
    "`classical/nlm` and `classical/tv` estimate the noise themselves, as they do for a user; rows with a number were "
    "told it.",
)
