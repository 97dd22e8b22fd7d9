"""The lines of a log as a table: series by name, and what they were early and late."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

__all__ = ["Row", "Table"]

Row = Mapping[str, float]


@dataclass(frozen=True)
class Table:
    """The lines of a log, in order."""

    rows: Sequence[Row]

    def series(self, name: str) -> list[tuple[float, float]]:
        """Returns (images, value) of the lines that have the value."""
        return [(row["images"], row[name]) for row in self.rows if name in row]

    def values(self, name: str) -> list[float]:
        """Returns the values in order."""
        return [value for _, value in self.series(name)]

    def late(self, name: str) -> float | None:
        """Returns the median of the last third, None where there is no value."""
        return median(last) if (last := self._last(name)) else None

    def low(self, name: str) -> float:
        """Returns the lower quartile of the last third: a generator that hops from mode to mode is poor now and then.

        Infinite where there is no value.
        """
        last = sorted(self._last(name)) or [math.inf]
        return last[len(last) // 4]

    def _last(self, name: str) -> list[float]:
        """The last third; of a few values three, but no more than half."""
        values = self.values(name)
        return values[-max(1, len(values) // 3, min(3, len(values) // 2)) :]

    def early(self, name: str) -> float | None:
        """Returns the median of the first tenth."""
        values = self.values(name)
        return median(values[: max(1, len(values) // 10)]) if values else None

    def named(self, of: Callable[[str], bool]) -> list[str]:
        """Returns the names for which ``of`` holds."""
        return sorted({name for row in self.rows for name in row if of(name)})

    @property
    def gradients(self) -> list[str]:
        """Names of gradient norms of networks, as ``phase/gradient_network``."""
        return self.named(lambda name: "/gradient_" in name and "/gradient_norm" not in name)

    @property
    def losses(self) -> list[str]:
        """Names of losses, as ``phase/name``."""
        other = ("lr_", "gradient_", "accuracy_", "skipped")
        return self.named(
            lambda n: "/" in n and not n.startswith("health/") and not n.split("/", 1)[1].startswith(other)
        )
