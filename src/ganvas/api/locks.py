"""Locks between processes that vanish with the process that held them, even when it was killed.

One lock file serves a whole output folder: a claim on an output is a lock on one byte of it, at an offset that the
output's name decides. On Linux the locks belong to the open file (two batches in one process exclude each other),
elsewhere on POSIX to the process.
"""

from __future__ import annotations

import errno
import hashlib
import os
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["LockFile"]

_BUSY = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}
# Some network and FUSE file systems know no locks: there every claim succeeds, as if one were alone.
_UNSUPPORTED = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}
_RANGE = 1 << 40
_POLL_SECONDS = 0.1


class LockFile:
    """An open lock file. Closing it, or the end of the process, releases every lock."""

    def __init__(self, path: Path) -> None:
        """Opens or creates the file.

        Raises:
            OSError: the folder cannot be written to.
        """
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)

    def close(self) -> None:
        """Releases all locks."""
        os.close(self._handle)

    def claim(self, name: str) -> bool:
        """Returns True where the name is now ours, False where another holds it."""
        return _lock(self._handle, _offset(name), hold=True)

    def release(self, name: str) -> None:
        """Gives the name back."""
        _lock(self._handle, _offset(name), hold=False)

    @contextmanager
    def held(self, name: str) -> Iterator[None]:
        """Holds the name for the block, waiting for it where another has it."""
        while not self.claim(name):
            time.sleep(_POLL_SECONDS)
        try:
            yield
        finally:
            self.release(name)


def _refused(error: OSError) -> bool:
    if error.errno in _BUSY:
        return False
    if error.errno in _UNSUPPORTED:
        return True
    raise error


def _offset(name: str) -> int:
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest[:8], "big") % _RANGE


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int, offset: int, *, hold: bool) -> bool:
        os.lseek(handle, offset, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK if hold else msvcrt.LK_UNLCK, 1)
        except OSError as error:
            return _refused(error)
        return True

elif sys.platform == "linux":
    import fcntl

    def _lock(handle: int, offset: int, *, hold: bool) -> bool:
        kind = fcntl.F_WRLCK if hold else fcntl.F_UNLCK
        # struct flock: type, whence, start, length, pid (0 for locks of the open file)
        request = struct.pack("hhqqi4x", kind, os.SEEK_SET, offset, 1, 0)
        try:
            fcntl.fcntl(handle, fcntl.F_OFD_SETLK, request)
        except OSError as error:
            return _refused(error)
        return True

else:
    import fcntl

    def _lock(handle: int, offset: int, *, hold: bool) -> bool:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB if hold else fcntl.LOCK_UN, 1, offset, os.SEEK_SET)
        except OSError as error:
            return _refused(error)
        return True
