"""One picture through the model: rows are computed here while another thread encodes those before them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from jaxtyping import Float

from ganvas.api.job import Job

if TYPE_CHECKING:
    from ganvas.io.picture import Picture

__all__ = ["Encoding", "Progress", "compute", "render"]

Progress = Callable[[float], None]  # share of the picture that is done, 0 to 1
_DEPTH = 12  # chunks of rows that wait for the encoder, so that the network seldom waits for it
_POLL_SECONDS = 0.2


class _Stopped(Exception):
    """The other side of the hand-over has failed."""


class Encoding:
    """One output being written in a thread of its own from rows that are handed over.

    The file appears when all rows have come and ``close`` returns; where either side fails, nothing appears.
    """

    def __init__(self, write: Callable[[Iterator[np.ndarray]], None]) -> None:
        """Starts the thread.

        Args:
            write: consumes the rows and leaves the output whole; raises what it cannot do.
        """
        self._rows: queue.Queue[np.ndarray | BaseException | None] = queue.Queue(_DEPTH)
        self._error: BaseException | None = None
        self._write = write
        self._thread = threading.Thread(target=self._run, name="ganvas-encode", daemon=True)
        self._thread.start()

    def put(self, rows: Float[np.ndarray, "n W c"]) -> None:
        """Hands rows over; waits while the encoder is behind, and raises its error where it failed."""
        self._hand(rows)

    def finish(self) -> None:
        """Says that all rows have come; does not wait."""
        self._hand(None)

    def fail(self, error: BaseException) -> None:
        """Says that no more rows will come, and why; waits until the encoder has cleaned up."""
        while self._thread.is_alive():
            try:
                self._rows.put(error, timeout=_POLL_SECONDS)
                break
            except queue.Full:
                continue
        self._thread.join()

    def close(self) -> None:
        """Waits for the output.

        Raises:
            whatever the encoder raised.
        """
        while self._thread.is_alive():
            self._thread.join(_POLL_SECONDS)
        if self._error is not None:
            raise self._error

    @property
    def done(self) -> bool:
        """Whether the output stands, or has failed."""
        return not self._thread.is_alive()

    def _hand(self, item: np.ndarray | None) -> None:
        while True:
            try:
                self._rows.put(item, timeout=_POLL_SECONDS)
                return
            except queue.Full:
                if not self._thread.is_alive():
                    break
        self.close()
        raise _Stopped

    def _run(self) -> None:
        try:
            self._write(self._received())
        except BaseException as error:  # handed to whoever waits in close()
            self._error = error

    def _received(self) -> Iterator[np.ndarray]:
        while True:
            item = self._rows.get()
            if item is None:
                return
            if isinstance(item, BaseException):
                raise _Stopped from item
            yield item


def compute(job: Job, picture: Picture, take: Callable[[np.ndarray], None], progress: Progress | None = None) -> None:
    """Applies the model to the picture's colour; ``take`` gets the rows from top to bottom."""
    height, _ = job.size(picture.info.height, picture.info.width)
    done = 0

    def sink(rows: np.ndarray) -> None:
        nonlocal done
        take(rows)
        done += len(rows)
        if progress is not None:
            progress(done / height)

    job.run(picture.colour, sink)


def writer(
    job: Job, picture: Picture, target: str | Path | BinaryIO, *, format: str, notes: list[str]
) -> Callable[[Iterator[np.ndarray]], None]:
    """Returns the function that encodes the rows of the result into the target, with the picture's transparency.

    Args:
        notes: gets a sentence for everything that could not be kept or came out otherwise than asked.
    """
    from ganvas.io.writer import create_picture

    height, width = job.size(picture.info.height, picture.info.width)
    job.options.limits().check_out(width, height)

    def write(rows: Iterator[np.ndarray]) -> None:
        first = next(rows)  # by now the job knows what it did
        out = create_picture(
            target,
            like=picture,
            height=height,
            width=width,
            gray=first.shape[2] == 1,  # a gray picture may have got colour
            format=format,
            quality=job.options.quality,
            provenance=job.provenance(),
            limits=job.options.limits(),
        )
        with out:
            transparency = None if picture.alpha is None else _Transparency(picture, height, width)
            known, top = job.known(), 0
            for chunk in chain([first], rows):
                alpha = None if transparency is None else transparency.take(len(chunk))
                missing = None if known is None else known.mask[top : top + len(chunk)]
                if missing is not None and alpha is not None and known is not None and known.opaque:
                    alpha = np.where(missing, np.float32(1), alpha)
                out.write(chunk, alpha, own=None if missing is None else ~missing)
                top += len(chunk)
        notes.extend([*picture.info.warnings, *out.notes, *job.notes])

    return write


class _Transparency:
    """The alpha of the result, resampled in float beside the colour, in chunks of any height."""

    def __init__(self, picture: Picture, height: int, width: int) -> None:
        from ganvas.infer.rows import resampled

        alpha = picture.alpha
        assert alpha is not None
        self._same = (alpha.height, alpha.width) == (height, width)
        self._alpha = alpha
        self._top = 0
        self._rest = np.empty((0, width), np.float32)
        self._more = iter(()) if self._same else resampled(alpha, (height, width))

    def take(self, count: int) -> Float[np.ndarray, "n w"]:
        if self._same:
            self._top += count
            return self._alpha.read(self._top - count, self._top)[:, :, 0]
        while len(self._rest) < count:
            rows = np.clip(next(self._more)[:, :, 0], 0.0, 1.0)
            self._rest = np.concatenate([self._rest, rows]) if len(self._rest) else rows
        taken, self._rest = self._rest[:count], self._rest[count:]
        return taken


def render(
    job: Job,
    picture: Picture,
    target: str | Path | BinaryIO,
    *,
    format: str = "auto",
    progress: Progress | None = None,
) -> list[str]:
    """Writes the result for one picture; the file appears whole or not at all.

    Returns a sentence for everything that could not be kept or came out otherwise than asked.

    Args:
        target: a path, or a stream opened for writing.
        format: of the output; ``auto`` is the picture's own.
        progress: told the share that is computed.

    Raises:
        GanvasError: the picture, the model or the settings do not allow it.
        OSError: the target cannot be written.
    """
    notes: list[str] = []
    job = job.begin(picture, Path(target) if isinstance(target, str | Path) else None)
    encoding = Encoding(writer(job, picture, target, format=format, notes=notes))
    try:
        compute(job, picture, encoding.put, progress)
        encoding.finish()
    except BaseException as error:
        encoding.fail(error)
        raise
    encoding.close()
    return notes
