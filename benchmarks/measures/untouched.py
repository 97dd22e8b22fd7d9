"""Clean images through ``denoise``, ``dejpeg``, ``despeckle`` and ``restore``: nothing to do."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ganvas.evaluate import untouched
from ganvas.evaluate.protocol import Model
from ganvas.evaluate.table import EvaluationTable
from measures import restore
from measures.context import Context
from measures.section import Bar, Bars, Section

CLEAN = "CBSD68, clean"
TASKS = ("denoise", "dejpeg", "despeckle")
LIMIT = 38.0  # dB


def tables(context: Context) -> list[EvaluationTable]:
    """Returns one table of all models."""
    models: dict[str, Model] = {}
    for task in TASKS:
        models |= context.models(task)
    restored = restore.restorer(context)
    models[restore.OURS] = lambda image: restored(image)[0]
    *others, about = models
    run = partial(untouched.run, data=context.data / "test/cbsd68", dataset=CLEAN, limit=context.limit)
    return [run(models[about], name=about, baselines={name: models[name] for name in others})]


def bars(found: Sequence[EvaluationTable]) -> list[Bar]:
    """Returns the bar of every image."""
    bars = Bars(found)
    for name in (*TASKS, restore.OURS):
        for key in ("psnr", "psnr_lowest"):
            bars.at_least(CLEAN, name, key, LIMIT)
    return bars.found


SECTION = Section("Leaving clean photos alone", tables, bars)
