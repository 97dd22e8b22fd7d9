"""Enlarging spoilt photos: Set14 and urban-subset after a seeded second-order chain of degradations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ganvas.evaluate import upscale
from ganvas.evaluate.protocol import Model
from ganvas.evaluate.table import EvaluationTable
from measures.context import Context
from measures.section import Bar, Bars, Section

FIDELITY, REAL = "upscale-x4", "upscale-x4-real"
CHAIN = f"denoise + {FIDELITY}"
SETS = {"Set14, spoilt": "test/set14", "urban-subset, spoilt": "test/urban-subset"}


def tables(context: Context) -> list[EvaluationTable]:
    """Returns one table per set: bicubic, the denoiser before the fidelity model, and our models."""
    models = context.models("upscale", scale=4)
    first, second = context.model("denoise"), models.get(FIDELITY)
    beside: dict[str, Model] = {}
    if first is not None and second is not None:

        def chained(image: np.ndarray, first: Model = first, second: Model = second, **_: Any) -> np.ndarray:
            return second(first(image))

        beside[CHAIN] = chained
    about = REAL if REAL in models else next(reversed(models))
    beside |= {name: model for name, model in models.items() if name != about}
    return [
        upscale.run(
            models[about],
            context.data / place,
            name=about,
            dataset=dataset,
            spoilt=True,
            baselines=beside,
            limit=context.limit,
        )
        for dataset, place in SETS.items()
    ]


def bars(found: Sequence[EvaluationTable]) -> list[Bar]:
    """Returns being above bicubic, the chain and the fidelity model in every measure."""
    bars = Bars(found)
    for dataset in SETS:
        for key in ("psnr_y", "ssim_y", "gmsd"):
            bars.beats(dataset, REAL, key, [upscale.BICUBIC, CHAIN, FIDELITY], lower=key == "gmsd")
    return bars.found


SECTION = Section("Enlarging spoilt photos", tables, bars)
