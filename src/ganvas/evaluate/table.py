"""What an evaluation returns: every figure of every image, and the sentence that says how it was measured."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ganvas.core.errors import SettingsError
from ganvas.metrics.registry import find

__all__ = ["PSNR", "SSIM", "Column", "EvaluationTable", "Row", "in_order"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One measured quantity.

    Attributes:
        key: its name in rows and JSON.
        metric: name of the metric; None for a share of the images, which each row gives as 0 or 100.
        title: heading.
        of: what stands for all images: their mean, or the lowest value.
    """

    key: str
    metric: str | None
    title: str
    of: Literal["mean", "lowest"] = "mean"

    @property
    def unit(self) -> str:
        """Returns the metric's unit."""
        return "%" if self.metric is None else find(self.metric).unit

    def text(self, value: float) -> str:
        """Returns the value with the decimals worth printing; a dash where it was not measured."""
        digits = 0 if self.metric is None else find(self.metric).digits
        return "-" if math.isnan(value) else f"{value:.{digits}f}"


PSNR = Column(key="psnr", metric="psnr", title="PSNR")
SSIM = Column(key="ssim", metric="ssim", title="SSIM")


@dataclass(frozen=True, kw_only=True)
class Row:
    """Figures of one entrant on one image; ``seconds`` is the time its function took."""

    entrant: str
    image: str
    values: Mapping[str, float]
    seconds: float


def in_order(rows: Iterable[Row], entrants: Iterable[str]) -> list[Row]:
    """Returns the rows sorted by their entrants, which are named in the order of printing; images stay in theirs."""
    place = {name: number for number, name in enumerate(dict.fromkeys(entrants))}
    return sorted(rows, key=lambda row: place[row.entrant])


@dataclass(frozen=True, kw_only=True)
class EvaluationTable:
    """An evaluation.

    Attributes:
        task: the task, or the question, that the protocol is about.
        dataset: what was measured on, as it is called in print.
        protocol: one sentence that lets another repeat the measurement.
        columns: what was measured.
        model: the entrant this is about; the others are the input, baselines and controls beside it.
        rows: entrants in the order of printing, images sorted within each.
    """

    task: str
    dataset: str
    protocol: str
    model: str
    columns: Sequence[Column]
    rows: Sequence[Row]

    def entrants(self) -> list[str]:
        """Returns the entrants in the order of printing."""
        return list(dict.fromkeys(row.entrant for row in self.rows))

    def mean(self, entrant: str, key: str) -> float:
        """Returns the mean over the images.

        Raises:
            SettingsError: there is no such entrant or column.
        """
        values = [row.values[key] for row in self.rows if row.entrant == entrant and key in row.values]
        if not values:
            raise SettingsError(f"The table has no {key!r} of {entrant!r}: it holds {', '.join(self.entrants())}.")
        return sum(values) / len(values)

    def value(self, entrant: str, column: Column) -> float:
        """Returns what stands for all images in that column; not a number where the entrant was not measured so."""
        values = [row.values[column.key] for row in self.rows if row.entrant == entrant and column.key in row.values]
        if not values:
            return math.nan
        return min(values) if column.of == "lowest" else sum(values) / len(values)

    def to_json(self) -> dict[str, Any]:
        """Returns all figures as JSON values; an infinite PSNR (result equal to the truth) becomes None.

        ``mean`` holds what stands for all images: the mean, but for columns of the lowest value.
        """

        def number(value: float) -> float | None:
            return value if math.isfinite(value) else None

        return {
            "task": self.task,
            "dataset": self.dataset,
            "protocol": self.protocol,
            "model": self.model,
            "units": {column.key: column.unit for column in self.columns},
            "mean": {
                name: {column.key: number(self.value(name, column)) for column in self.columns}
                for name in self.entrants()
            },
            "rows": [
                {
                    "entrant": row.entrant,
                    "image": row.image,
                    "seconds": round(row.seconds, 4),
                    **{key: number(value) for key, value in row.values.items()},
                }
                for row in self.rows
            ],
        }

    def to_markdown(self, *, per_image: bool = False) -> str:
        """Returns the means as a table in Markdown under the protocol; with ``per_image`` each image's row too."""
        heads = ["", *(f"{column.title}{f' ({column.unit})' if column.unit else ''}" for column in self.columns)]
        lines = [
            f"**{self.dataset}.** {self.protocol}",
            "",
            _line([*heads, "s / image"]),
            _line(["---"] * (len(heads) + 1)),
        ]
        for name in self.entrants():
            mine = [row for row in self.rows if row.entrant == name]
            cells = [column.text(self.value(name, column)) for column in self.columns]
            title = f"**{name}**" if name == self.model else name
            lines.append(_line([title, *cells, f"{sum(row.seconds for row in mine) / len(mine):.2f}"]))
            if per_image:
                lines += [
                    _line([row.image, *(c.text(row.values.get(c.key, math.nan)) for c in self.columns), seconds])
                    for row in mine
                    for seconds in [f"{row.seconds:.2f}"]
                ]
        return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
