"""Who watches a training: a progress line, metrics.jsonl, TensorBoard. They see numbers, never tensors of the state."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import UInt8

from ganvas.core.errors import MissingExtra

__all__ = ["Jsonl", "Moment", "Observer", "Progress", "TensorBoard"]


class Moment(dict[str, float]):
    """Averages over one interval of logging, with ``step``, ``images`` and ``seconds`` of the run so far."""


@runtime_checkable
class Observer(Protocol):
    """Is told of every interval and every grid of samples."""

    def scalars(self, moment: Moment) -> None: ...

    def samples(self, step: int, grid: UInt8[np.ndarray, "h w 3"]) -> None: ...

    def close(self) -> None: ...


class Jsonl:
    """One JSON line per interval; a table that pandas reads with ``read_json(lines=True)``."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")

    def scalars(self, moment: Moment) -> None:
        """Appends a line."""
        self._file.write(json.dumps(moment, allow_nan=True) + "\n")
        self._file.flush()

    def samples(self, step: int, grid: UInt8[np.ndarray, "h w 3"]) -> None:
        """Lines hold no pictures."""

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


class TensorBoard:
    """Scalars and sample grids for TensorBoard.

    Raises:
        MissingExtra: tensorboard is not installed.
    """

    def __init__(self, folder: Path) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise MissingExtra("tensorboard", "train") from error
        self._writer: Any = SummaryWriter(str(folder))

    def scalars(self, moment: Moment) -> None:
        """Writes every value under its own name."""
        for name, value in moment.items():
            self._writer.add_scalar(name, value, int(moment["step"]))

    def samples(self, step: int, grid: UInt8[np.ndarray, "h w 3"]) -> None:
        """Writes the picture."""
        self._writer.add_image("samples", grid, step, dataformats="HWC")

    def close(self) -> None:
        """Writes what is left."""
        self._writer.close()


class Progress:
    """A bar with images per second and the time left; plain lines where standard error is no terminal."""

    def __init__(self, *, total: int, first: int, quiet: bool = False) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self._console = Console(stderr=True, quiet=quiet)
        self._total, self._first, self._start, self._said = total, first, time.monotonic(), 0.0
        self._stack = ExitStack()
        self._bar: Bar | None = None
        if self._console.is_terminal and not quiet:
            columns = (
                BarColumn(),
                TextColumn("{task.completed:,.0f}/{task.total:,.0f} images"),
                TextColumn("{task.fields[text]}"),
                TimeElapsedColumn(),
                TextColumn("left"),
                TimeRemainingColumn(),
            )
            self._bar = self._stack.enter_context(Bar(*columns, console=self._console, speed_estimate_period=120))
            self._task = self._bar.add_task("train", total=total, completed=first, text="")

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *details: object) -> None:
        self._stack.close()

    def scalars(self, moment: Moment) -> None:
        """Moves the bar; says a line every half minute where there is no bar."""
        elapsed = time.monotonic() - self._start
        rate = (moment["images"] - self._first) / max(elapsed, 1e-9)
        text = f"{rate:,.1f} images/s  " + "  ".join(f"{k} {v:.4g}" for k, v in _losses(moment).items())
        if self._bar is not None:
            self._bar.update(self._task, completed=moment["images"], text=text)
        elif elapsed - self._said >= 30 or not self._said:
            self._said = elapsed
            left = (self._total - moment["images"]) / max(rate, 1e-9)
            self._console.print(
                f"step {moment['step']:,.0f}  {moment['images']:,.0f}/{self._total:,} images  {text}  "
                f"{left / 60:.1f} min left",
                highlight=False,
            )

    def samples(self, step: int, grid: UInt8[np.ndarray, "h w 3"]) -> None:
        """The bar shows no pictures."""

    def close(self) -> None:
        """Ends the bar."""
        self._stack.close()


def _losses(moment: Mapping[str, float]) -> dict[str, float]:
    """The values worth a place on the bar: no learning rates, norms, counters and figures of health."""
    dull = ("lr_", "gradient_", "skipped")
    split = [(*name.split("/", 1), name) for name in moment if "/" in name]
    return {name: moment[name] for phase, what, name in split if phase != "health" and not what.startswith(dull)}
