"""A task: a verb of the command line, what it needs and how it is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ganvas.core.card import Need

__all__ = ["Control", "Task"]

Control = Literal["scale", "strength"]


@dataclass(frozen=True, kw_only=True)
class Task:
    """One thing a person asks for.

    Attributes:
        name: also the name of the file it stands in.
        verb: the command, route and function.
        summary: one sentence for help texts.
        needs: what a query must hold.
        model: the model used when none is named.
        metrics: names of the metrics it is judged by.
        controls: settings a person may turn beside the model: ``scale``, ``strength``.
    """

    name: str
    verb: str
    summary: str
    needs: frozenset[Need]
    model: str
    metrics: tuple[str, ...]
    controls: tuple[Control, ...] = ()
