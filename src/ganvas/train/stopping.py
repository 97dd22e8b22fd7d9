"""Signals that ask a training to stop."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

__all__ = ["stopping"]


@contextmanager
def stopping() -> Iterator[list[int]]:
    """Collects SIGINT and SIGTERM, so that the step in hand ends and the state is saved; a second one interrupts."""
    seen: list[int] = []

    def note(number: int, frame: object) -> None:
        if seen:
            raise KeyboardInterrupt
        seen.append(number)

    with ExitStack() as stack:
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                before = signal.signal(number, note)
            except ValueError:  # not in the main thread: whoever runs us there stops us there
                continue
            stack.callback(signal.signal, number, before)
        yield seen
