"""``ganvas restore`` on seeded mixes of damages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import ganvas
from ganvas.api import catalog
from ganvas.evaluate import restoration
from ganvas.evaluate.table import EvaluationTable
from ganvas.pipelines.registry import find
from ganvas.zoo.models import list_models
from measures.context import Context
from measures.section import Bar, Bars, Section

OURS = "restore"
MIXES = "CBSD68, mixes of damages"


Restored = Callable[[np.ndarray], tuple[np.ndarray, list[str]]]


def restorer(context: Context) -> Restored:
    """Returns ``restore`` as a function to the result and the tasks that it found the image to need.

    Extra models named as a task's own take its place. Tasks without a model are found, but not done.
    """
    own = {task: find("restore").models.get(task, catalog.task(task).model) for task in restoration.DAMAGES}
    models = {task: context.extra[name] for task, name in own.items() if name in context.extra}
    absent = [task for task, name in own.items() if task not in models and name not in list_models()]

    def restored(image: np.ndarray) -> tuple[np.ndarray, list[str]]:
        result, told = ganvas.restore(image, explain=True, models=models, without=absent)
        return result, [finding["task"] for finding in told["findings"] if finding["found"]]

    return restored


def tables(context: Context) -> list[EvaluationTable]:
    """Returns the table of the mixes."""
    restored = restorer(context)
    last: dict[str, Any] = {}

    def diagnose(image: np.ndarray) -> list[str]:
        # The protocol asks for the tasks first: one run answers both questions.
        last["result"], tasks = restored(image)
        return tasks

    def restore(_: np.ndarray) -> np.ndarray:
        return last["result"]

    place = context.data / "test/cbsd68"
    return [restoration.run(diagnose, restore, place, name=OURS, dataset=MIXES, limit=context.limit)]


def bars(found: Sequence[EvaluationTable]) -> list[Bar]:
    """Returns the bars of the tasks found and of harm done."""
    bars = Bars(found)
    bars.at_least(MIXES, OURS, "right", 80)
    bars.at_least(MIXES, OURS, "above", 95)
    bars.at_least(MIXES, OURS, "gain", -restoration.HARM)
    return bars.found


SECTION = Section(
    "Restoring",
    tables,
    bars,
    "Seconds of `restore` are not measured here: the measures and the tasks run before the clock starts.",
)
