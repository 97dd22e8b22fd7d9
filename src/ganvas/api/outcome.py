"""What became of each picture of a batch, and of the batch."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from ganvas.core.errors import GanvasError

__all__ = ["Observer", "Outcome", "Status", "Summary", "is_full_disk", "reason_of"]

Status = Literal["done", "current", "planned", "failed"]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one picture.

    Attributes:
        input: its path as found; ``-`` for standard input.
        output: path of the output; None where there is none.
        status: ``done``, ``current`` (up to date, not redone), ``planned`` (dry run) or ``failed``.
        reason: one sentence where it failed.
        seconds: from the start of its computation until the output stood.
        notes: a sentence for everything that could not be kept or came out otherwise than asked.
        error: what was raised.
    """

    input: str
    output: str | None
    status: Status
    reason: str = ""
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    error: BaseException | None = field(default=None, compare=False, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Returns the outcome as JSON values."""
        told: dict[str, Any] = {"input": self.input, "output": self.output, "status": self.status}
        told["seconds"] = round(self.seconds, 3)
        if self.reason:
            told["reason"] = self.reason
        if self.notes:
            told["notes"] = list(self.notes)
        return told


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What became of a batch.

    Attributes:
        outcomes: one per picture, in the order of the inputs.
        seconds: of the whole batch.
        stopped: why it ended early; empty where it did not.
        report: what the pictures were computed with, as the session reports it.
    """

    outcomes: tuple[Outcome, ...]
    seconds: float
    stopped: str = ""
    report: Mapping[str, Any] = field(default_factory=dict)

    def count(self, status: Status) -> int:
        """Returns how many pictures ended so."""
        return sum(outcome.status == status for outcome in self.outcomes)

    @property
    def failed(self) -> bool:
        """Whether anything that was asked for was not done."""
        return bool(self.stopped) or self.count("failed") > 0

    def to_json(self) -> dict[str, Any]:
        """Returns the summary as JSON values."""
        counts = {status: self.count(status) for status in ("done", "current", "planned", "failed")}
        told: dict[str, Any] = {**counts, "seconds": round(self.seconds, 3), "computed_with": dict(self.report)}
        if self.stopped:
            told["stopped"] = self.stopped
        return told | {"files": [outcome.to_json() for outcome in self.outcomes]}


class Observer(Protocol):
    """Is told how a batch goes, always in the thread that runs it."""

    def began(self, count: int) -> None:
        """The batch has this many pictures."""
        ...

    def advanced(self, share: float) -> None:
        """This share, 0 to 1, of the picture in hand is computed."""
        ...

    def ended(self, outcome: Outcome) -> None:
        """One picture is finished with."""
        ...


def is_full_disk(error: BaseException | None) -> bool:
    """Returns whether the error, or what caused it, is a full disk or an exhausted quota: the rest would fail too."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        error = error.__cause__
    return False


def reason_of(error: BaseException) -> str:
    """Returns one sentence for a person."""
    if isinstance(error, GanvasError):
        return str(error)
    if is_full_disk(error):
        return "The disk is full: free some space, then run the same command again."
    if isinstance(error, OSError):
        place = f" {error.filename}" if error.filename else ""
        return f"Cannot read or write{place}: {error.strerror or error}."
    if isinstance(error, MemoryError):
        return "There is not enough memory: close other programs, or set --max-memory."
    return f"Unexpected {type(error).__name__}: {error} (run with -vv for details, and please report it)."
