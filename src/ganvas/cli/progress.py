"""What a person is told while a batch runs: a bar on a terminal, one line per failure, a sentence at the end."""

from __future__ import annotations

import sys
import time
import traceback
from typing import TYPE_CHECKING, Self

from ganvas.api.outcome import Outcome, Summary

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["Teller"]

_PATIENCE_SECONDS = 0.8  # a single picture that is done sooner needs no bar, whose library takes time to import


class Teller:
    """Tells on standard error. Shows a bar where that is a terminal and the work takes a while."""

    def __init__(self, *, quiet: bool, verbose: int) -> None:
        self._quiet, self._verbose = quiet, verbose
        self._bar_allowed = sys.stderr.isatty() and not quiet
        self._bar: Progress | None = None
        self._row: TaskID | None = None
        self._start = time.monotonic()
        self._count, self._finished = 0, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def began(self, count: int) -> None:
        """Notes how much there is."""
        self._count = count

    def advanced(self, share: float) -> None:
        """Moves the bar within the picture in hand."""
        self._move(self._finished + min(share, 0.99))

    def ended(self, outcome: Outcome) -> None:
        """Moves the bar to the next picture and tells what is worth it."""
        self._finished += 1
        self._move(self._finished)
        if outcome.status == "failed":
            self._print(f"ganvas: {outcome.reason}" if outcome.input in outcome.reason else self._failure(outcome))
            if self._verbose > 1 and outcome.error is not None:
                self._print("".join(traceback.format_exception(outcome.error)).rstrip())
        elif (self._verbose and not self._quiet) or (outcome.status == "planned" and not self._quiet):
            words = {"done": f"{outcome.seconds:.1f} s", "current": "up to date", "planned": "to be done"}
            self._print(f"{outcome.input} -> {outcome.output} ({words[outcome.status]})")
            for note in outcome.notes:
                self._print(f"  {note}")

    def conclude(self, summary: Summary) -> None:
        """Tells the whole in one sentence."""
        if self._bar is not None:
            self._bar.stop()
        if summary.stopped:
            self._print(f"ganvas: {summary.stopped}")
        if self._quiet:
            return
        words = {"done": "done", "planned": "to be done", "current": "up to date", "failed": "failed"}
        parts = [f"{n} {word}" for status, word in words.items() if (n := summary.count(status))]  # type: ignore[arg-type]
        told = ", ".join(parts) or "no pictures found"
        report = summary.report
        how = f" ({report['backend']}, {report['precision']}, {report['device']})" if report else ""
        self._print(f"ganvas: {told} in {summary.seconds:.1f} s{how}")

    @staticmethod
    def _failure(outcome: Outcome) -> str:
        return f"ganvas: {outcome.input}: {outcome.reason}"

    def _print(self, line: str) -> None:
        if self._bar is not None:
            self._bar.console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            print(line, file=sys.stderr)

    def _move(self, done: float) -> None:
        if self._bar is None:
            if not self._bar_allowed or time.monotonic() - self._start < _PATIENCE_SECONDS:
                return
            self._open()
        assert self._bar is not None and self._row is not None
        self._bar.update(self._row, completed=done)

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        self._bar = Progress(
            BarColumn(bar_width=None),
            TextColumn("{task.completed:.1f} of {task.total:.0f}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._row = self._bar.add_task("", total=self._count)
        self._bar.start()
