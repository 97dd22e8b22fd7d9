"""What a section of the quality page is: tables to measure, and the bars they are held against."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ganvas.evaluate.table import EvaluationTable

if TYPE_CHECKING:
    from measures.context import Context

__all__ = ["Bar", "Bars", "Section"]


@dataclass(frozen=True)
class Bar:
    """What was asked for, and what was measured, as printed."""

    text: str
    wanted: str
    measured: str
    reached: bool


@dataclass(frozen=True)
class Section:
    """A part of the page.

    Attributes:
        title: its heading.
        tables: measures.
        bars: holds the tables against what was asked for.
        note: how to read the tables.
    """

    title: str
    tables: Callable[[Context], list[EvaluationTable]]
    bars: Callable[[Sequence[EvaluationTable]], list[Bar]]
    note: str = ""


@dataclass
class Bars:
    """Collects bars over tables; one whose table or entrant was not measured is left out.

    Attributes:
        tables: all tables of the section.
        found: the bars so far.
    """

    tables: Sequence[EvaluationTable]
    found: list[Bar] = field(default_factory=list)

    def value(self, dataset: str, entrant: str, key: str) -> float | None:
        """Returns what stands for all images, or None where it was not measured."""
        for table in self.tables:
            if table.dataset == dataset:
                value = table.value(entrant, self._column(dataset, key))
                return None if math.isnan(value) else value
        return None

    def at_least(self, dataset: str, entrant: str, key: str, bar: float, *, above: str | None = None) -> None:
        """Adds the bar of a value, or of its gain over the entrant ``above``."""
        value = self.value(dataset, entrant, key)
        base = 0.0 if above is None else self.value(dataset, above, key)
        if value is None or base is None:
            return
        column = self._column(dataset, key)
        unit = f" {column.unit}" if column.unit else ""
        than = "" if above is None else f" (that of {above} + {bar:.2f})"
        self.add(
            f"{entrant}, {dataset}, {column.title}",
            f">= {column.text(base + bar)}{unit}{than}",
            f"{column.text(value)}{unit}",
            reached=value >= base + bar,
        )

    def beats(self, dataset: str, entrant: str, key: str, others: Sequence[str], *, lower: bool = False) -> None:
        """Adds the bar of being better than the best of other entrants."""
        value = self.value(dataset, entrant, key)
        theirs = {name: other for name in others if (other := self.value(dataset, name, key)) is not None}
        if value is None or not theirs:
            return
        column = self._column(dataset, key)
        best = (min if lower else max)(theirs, key=lambda name: theirs[name])
        self.add(
            f"{entrant}, {dataset}, {column.title.partition(',')[0] if lower else column.title}",
            f"{'below' if lower else 'above'} {column.text(theirs[best])} of {best}",
            column.text(value),
            reached=value < theirs[best] if lower else value > theirs[best],
        )

    def add(self, text: str, wanted: str, measured: str, *, reached: bool) -> None:
        """Adds a bar."""
        self.found.append(Bar(text, wanted, measured, reached))

    def _column(self, dataset: str, key: str):
        table = next(table for table in self.tables if table.dataset == dataset)
        return next(column for column in table.columns if column.key == key)
