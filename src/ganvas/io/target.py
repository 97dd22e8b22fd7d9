"""A file that appears whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, BinaryIO

from ganvas.core.errors import ImageError

__all__ = ["Target"]

_SPOOL_BYTES = 32_000_000
_MODE = 0o644


class Target:
    """Where a picture goes: a hidden temporary file beside its place, renamed at the end; a stream gets it at the end.

    Args:
        place: a path, or a binary stream that stays open.

    Raises:
        ImageError: the folder cannot be written to.
    """

    def __init__(self, place: str | Path | BinaryIO) -> None:
        self._temporary: str | None = None
        self._place = Path(place) if isinstance(place, (str, Path)) else place
        self.file: IO[Any]
        if not isinstance(self._place, Path):
            self.file = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115
            return
        try:
            if self._place.is_dir():
                raise ImageError(f"{self._place} is a folder: give a file name to write to.")
            self._place.parent.mkdir(parents=True, exist_ok=True)
            handle, self._temporary = tempfile.mkstemp(
                dir=self._place.parent, prefix=f".{self._place.name[:60]}.", suffix=".part"
            )
        except (OSError, ValueError) as error:
            raise self._failed(error) from error
        self.file = os.fdopen(handle, "w+b")

    def commit(self) -> None:
        """Makes the file appear.

        Raises:
            ImageError: the disk is full, or the stream is closed.
        """
        try:
            self.file.flush()
            if isinstance(self._place, Path):
                os.fsync(self.file.fileno())
                self.file.close()
                assert self._temporary is not None
                os.chmod(self._temporary, self._place.stat().st_mode & 0o777 if self._place.exists() else _MODE)
                os.replace(self._temporary, self._place)
                self._temporary = None
                _sync_folder(self._place.parent)
            else:
                self.file.seek(0)
                shutil.copyfileobj(self.file, self._place, 1 << 20)
                self._place.flush()
                self.file.close()
        except (OSError, ValueError) as error:
            self.abort()
            raise self._failed(error) from error

    def abort(self) -> None:
        """Leaves nothing behind."""
        with suppress(OSError, ValueError):
            self.file.close()
        if self._temporary is not None:
            with suppress(OSError):
                os.unlink(self._temporary)
            self._temporary = None

    def _failed(self, error: Exception) -> ImageError:
        name = self._place if isinstance(self._place, Path) else "the output stream"
        reason = getattr(error, "strerror", None) or error
        return ImageError(f"Cannot write {name} ({reason}): free space or choose another place.")


def _sync_folder(folder: Path) -> None:
    """The rename itself survives a power cut; file systems that cannot do this are left alone."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
