"""Many pictures: one thread reads ahead, this one computes, others encode; each finished output is put on record.

Every picture is on its own: what fails is told and the rest goes on. A batch that was interrupted, even killed, goes
on where it stopped when it is run again, and two batches into one folder share the work.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganvas.api.folder import OutputFolder, identities
from ganvas.api.formats import Formats
from ganvas.api.intake import Intake, Item, Ready
from ganvas.api.job import Job
from ganvas.api.names import Problem, assign, check_suffix, walk
from ganvas.api.outcome import Observer, Outcome, Status, Summary, is_full_disk, reason_of
from ganvas.api.render import Encoding, compute, writer

__all__ = ["Silent", "run"]

_ENCODING = 2  # outputs that may be encoded while the next picture is computed


class Silent:
    """An observer that does nothing."""

    def began(self, count: int) -> None:
        """Ignored."""

    def advanced(self, share: float) -> None:
        """Ignored."""

    def ended(self, outcome: Outcome) -> None:
        """Ignored."""


def run(
    job: Job,
    paths: Sequence[Path],
    output: Path,
    *,
    suffix: str = "",
    overwrite: bool = False,
    dry_run: bool = False,
    observer: Observer | None = None,
) -> Summary:
    """Applies the job to every picture below the paths and returns what became of each.

    Args:
        output: folder; it is made where it does not exist, and never walked as an input.
        suffix: put behind the stem of every output.
        overwrite: outputs may replace originals and files that ganvas did not write.
        dry_run: only say what would be done; nothing is written.

    Raises:
        SettingsError: the suffix or the output folder is impossible.
        GanvasError: the model cannot be opened.
        OSError: the output folder cannot be made.
        KeyboardInterrupt: passed on, after everything begun was cleaned up.
    """
    start = time.perf_counter()
    check_suffix(suffix)
    folder = OutputFolder(output, write=not dry_run)
    try:
        sources, problems = walk(paths, output=output)
        formats = Formats(job.options.format)
        aside = job.companions
        sources = [s for s in sources if s.named or (formats.is_picture(s.path) and not folder.is_output(s.path))]
        sources = [s for s in sources if s.named or aside is None or not aside.include(s.path)]
        names = assign(sources, suffix=suffix, extension=lambda source: formats.ending(source.path))
        items = [Item(source, name) for source, name in zip(sources, names, strict=True)]
        batch = _Batch(job, folder, formats, overwrite=overwrite, observer=observer or Silent())
        return batch.run(items, problems, start=start, dry_run=dry_run)
    finally:
        folder.close()


@dataclass(frozen=True)
class _Running:
    """A picture whose rows are all computed, and whose output is being encoded."""

    ready: Ready
    encoding: Encoding
    start: float
    notes: list[str]


class _Batch:
    """The state of one call of :func:`run`."""

    def __init__(
        self, job: Job, folder: OutputFolder, formats: Formats, *, overwrite: bool, observer: Observer
    ) -> None:
        self._job, self._folder, self._formats = job, folder, formats
        self._overwrite, self._observer = overwrite, observer
        self._own_settings = job.digest()
        self._originals: set[tuple[int, int]] = set()
        self._outcomes: dict[Item, Outcome] = {}
        self._running: deque[_Running] = deque()
        self._stopped = ""

    def run(self, items: Sequence[Item], problems: Sequence[Problem], *, start: float, dry_run: bool) -> Summary:
        self._observer.began(len(items) + len(problems))
        failed = [Outcome(input=p.path, output=None, status="failed", reason=f"{p.path} {p.reason}") for p in problems]
        for outcome in failed:
            self._observer.ended(outcome)
        if dry_run:
            for item in items:
                current = self._folder.is_current(item.source, item.name, self._settings(item))
                self._end(item, "current" if current else "planned")
        else:
            self._originals = identities(item.source.path for item in items)
            busy = self._go(items, wait=False)
            self._go(busy, wait=True)
        outcomes = [self._outcomes[item] for item in items if item in self._outcomes]
        done = any(outcome.status == "done" for outcome in outcomes)
        return Summary(
            outcomes=(*outcomes, *failed),
            seconds=time.perf_counter() - start,
            stopped=self._stopped,
            report=self._job.report if done else {},
        )

    def _go(self, items: Sequence[Item], *, wait: bool) -> list[Item]:
        """Does the items; returns those that another batch is writing, where it does not wait for them."""
        busy: list[Item] = []
        intake = Intake(
            items,
            self._folder,
            settings=self._settings,
            limits=self._job.options.limits(),
            originals=self._originals,
            overwrite=self._overwrite,
            wait=wait,
        )
        try:
            with intake as entries:
                for entry in entries:
                    if isinstance(entry, Ready):
                        self._compute(entry)
                    elif entry.busy:
                        busy.append(entry.item)
                    else:
                        self._end(entry.item, "failed" if entry.error else "current", error=entry.error)
                    if self._stopped:
                        return []
            self._settle(0)
        finally:
            for running in self._running:
                running.encoding.fail(InterruptedError())
                running.ready.picture.close()
        return busy

    def _compute(self, ready: Ready) -> None:
        start = time.perf_counter()
        item = ready.item
        self._job.open()  # a model that cannot be opened ends the batch, not one picture
        job = self._job.begin(ready.picture, self._folder.target(item.name))
        encoding: Encoding | None = None
        notes = self._formats.notes(item.source.path)
        try:
            encoding = Encoding(self._writer(job, ready, notes))
            compute(job, ready.picture, encoding.put, self._observer.advanced)
            encoding.finish()
        except BaseException as error:
            if encoding is not None:
                encoding.fail(error)
            ready.picture.close()
            self._folder.release(item.name)
            if not isinstance(error, Exception):
                raise
            self._end(item, "failed", error=error)
            return
        self._running.append(_Running(ready, encoding, start, notes))
        self._settle(_ENCODING)

    def _writer(self, job: Job, ready: Ready, notes: list[str]) -> Callable[[Iterator[np.ndarray]], None]:
        """What the encoding thread does: encode, put on record, give the output its name."""
        item = ready.item
        temporary, settings = self._folder.temporary(item.name), ready.settings
        encode = writer(job, ready.picture, temporary, format=self._formats.of(item.source.path), notes=notes)

        def write(rows: Iterator[np.ndarray]) -> None:
            encode(rows)
            self._folder.commit(
                item.source,
                item.name,
                settings=settings,
                input_hash=ready.input_hash,
                input_signature=ready.input_signature,
            )

        return write

    def _settings(self, item: Item) -> str:
        """Digest of all that decides an output beside its input."""
        aside = self._job.companions
        return self._own_settings if aside is None else self._own_settings + aside.digest(item.source.path)

    def _settle(self, allowed: int) -> None:
        """Takes note of outputs that stand; waits until at most ``allowed`` are still being encoded."""
        while self._running and (len(self._running) > allowed or self._running[0].encoding.done):
            running = self._running[0]
            error: Exception | None = None
            try:
                running.encoding.close()
            except Exception as raised:
                error = raised
            self._running.popleft()
            running.ready.picture.close()
            item, seconds = running.ready.item, time.perf_counter() - running.start
            self._folder.release(item.name)
            self._end(item, "failed" if error else "done", error=error, seconds=seconds, notes=running.notes)

    def _end(
        self,
        item: Item,
        status: Status,
        *,
        error: Exception | None = None,
        seconds: float = 0.0,
        notes: Sequence[str] = (),
    ) -> None:
        outcome = Outcome(
            input=str(item.source.path),
            output=None if error is not None else str(self._folder.target(item.name)),
            status=status,
            reason="" if error is None else reason_of(error),
            seconds=seconds,
            notes=tuple(notes),
            error=error,
        )
        self._outcomes[item] = outcome
        self._observer.ended(outcome)
        if is_full_disk(error):
            self._stopped = reason_of(error) if error else ""
