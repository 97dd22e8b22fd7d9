"""Pictures on their way in: claimed, compared with what stands there, hashed and decoded, one ahead of the model."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ganvas.api.folder import OutputFolder
from ganvas.api.manifest import Signature, hash_file, signature_of
from ganvas.api.names import Source

if TYPE_CHECKING:
    from ganvas.io.picture import Limits, Picture

__all__ = ["Intake", "Item", "Ready", "Refused"]

_AHEAD_PIXELS = 40_000_000  # larger pictures are not decoded ahead: their pixels would wait in memory
_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Item:
    """An input and the name of its output."""

    source: Source
    name: PurePosixPath


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A picture that is claimed, hashed and opened."""

    item: Item
    picture: Picture
    input_hash: str
    input_signature: Signature
    settings: str


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A picture that is not to be computed: up to date, busy (another batch is writing it), or failed by an error."""

    item: Item
    busy: bool = False
    error: Exception | None = None


class Intake:
    """Reads pictures in a thread of its own, one ahead. Used as a context manager: leaving it stops the thread."""

    def __init__(
        self,
        items: Sequence[Item],
        folder: OutputFolder,
        *,
        settings: Callable[[Item], str],
        limits: Limits,
        originals: set[tuple[int, int]],
        overwrite: bool,
        wait: bool,
    ) -> None:
        """Prepares to read.

        Args:
            settings: returns a digest of what decides the output of an item beside its input.
            originals: device and inode of every input of the batch.
            overwrite: outputs may replace originals and strangers' files.
            wait: for outputs that another batch is writing, instead of giving them back as busy.
        """
        self._items, self._folder = items, folder
        self._settings, self._limits, self._originals = settings, limits, originals
        self._overwrite, self._wait = overwrite, wait
        self._ready: queue.Queue[Ready | Refused | None] = queue.Queue(1)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._feed, name="ganvas-decode", daemon=True)

    def __enter__(self) -> Iterator[Ready | Refused]:
        self._thread.start()
        return self._entries()

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        while self._thread.is_alive():
            try:
                self._ready.get(timeout=0.01)
            except queue.Empty:
                continue

    def _entries(self) -> Iterator[Ready | Refused]:
        while True:
            try:
                # Waking up now and then lets Ctrl-C be heard on every platform.
                entry = self._ready.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                continue
            if entry is None:
                return
            yield entry

    def _feed(self) -> None:
        try:
            for item in self._items:
                if self._stop.is_set():
                    return
                self._ready.put(self._admit(item))
        finally:
            self._ready.put(None)

    def _admit(self, item: Item) -> Ready | Refused:
        """Looks at one picture; a claim stays held only where the picture is ready."""
        try:
            while not self._folder.claim(item.name):
                if not self._wait or self._stop.wait(_POLL_SECONDS):
                    return Refused(item=item, busy=True)
        except OSError as error:
            return Refused(item=item, error=error)
        entry: Ready | Refused = Refused(item=item)
        try:
            settings = self._settings(item)
            if not self._folder.is_current(item.source, item.name, settings):
                self._folder.check(item.source, item.name, originals=self._originals, overwrite=self._overwrite)
                entry = self._open(item, settings)
        except Exception as error:
            entry = Refused(item=item, error=error)
        if isinstance(entry, Refused):
            self._folder.release(item.name)
        return entry

    def _open(self, item: Item, settings: str) -> Ready:
        from ganvas.io.picture import open_picture

        signature = signature_of(item.source.path)
        digest = hash_file(item.source.path)
        picture = open_picture(item.source.path, limits=self._limits)
        if picture.info.width * picture.info.height <= _AHEAD_PIXELS:
            picture.colour.read(0, 1)  # decodes the picture here, while another is computed
        return Ready(item=item, picture=picture, input_hash=digest, input_signature=signature, settings=settings)
