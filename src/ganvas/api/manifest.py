"""What was done, one JSON line per output, so that an interrupted batch goes on where it stopped.

A line is appended (one ``write`` to a file opened for appending, under a lock) *before* the finished output takes its
name. So an output that is visible is always on record, whenever the process is killed; a record without its output is
simply done again. A torn last line is ignored and closed by the next writer.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from ganvas.api.locks import LockFile

__all__ = ["Manifest", "Record", "Signature", "digest_of", "hash_file", "signature_of"]

_APPEND = "manifest"
# Time stamps are as coarse as a kernel tick, so a file changed just after it was recorded may look the same.
_RACE_SECONDS = 2.0
Signature = tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class Record:
    """One finished output.

    Attributes:
        output: path below the output folder, with slashes.
        input: path of the input as it was given.
        input_hash: SHA-256 of the input's bytes.
        input_signature: size, modification and change time in ns, and inode of the input.
        settings: digest of everything that decides the output, the model included.
        output_hash: SHA-256 of the output's bytes.
        output_signature: the same of the output, before it took its name.
        time: seconds since 1970.
    """

    output: str
    input: str
    input_hash: str
    input_signature: Signature
    settings: str
    output_hash: str
    output_signature: Signature
    time: float


class Manifest:
    """The records of one output folder. Several processes may use it at once."""

    def __init__(self, path: Path, lock: LockFile | None = None) -> None:
        """Reads the records.

        Args:
            lock: of the folder; without one nothing can be appended.
        """
        self._path = path
        self._lock = lock
        self._read = 0
        self._records: dict[str, Record] = {}
        self._threads = threading.RLock()
        self.refresh()

    def get(self, output: str) -> Record | None:
        """Returns the latest record of an output."""
        with self._threads:
            return self._records.get(output)

    def refresh(self) -> None:
        """Reads the lines that were appended since, also by others."""
        with self._threads:
            try:
                with open(self._path, "rb") as file:
                    file.seek(self._read)
                    new = file.read()
            except FileNotFoundError:
                return
            whole = new.rfind(b"\n") + 1
            self._read += whole
            for line in new[:whole].splitlines():
                record = _parse(line)
                if record is not None:
                    self._records[record.output] = record

    def append(self, record: Record) -> None:
        """Adds a record, durably.

        Raises:
            OSError: the disk is full or the folder cannot be written to.
        """
        assert self._lock is not None, "a manifest without a lock is for reading"
        line = json.dumps(asdict(record), sort_keys=True).encode() + b"\n"
        with self._threads, self._lock.held(_APPEND):
            handle = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                size = os.lseek(handle, 0, os.SEEK_END)
                if size and os.lseek(handle, size - 1, os.SEEK_SET) >= 0 and os.read(handle, 1) != b"\n":
                    line = b"\n" + line
                if os.write(handle, line) != len(line):
                    os.ftruncate(handle, size)
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))
                os.fsync(handle)
            finally:
                os.close(handle)
            self._records[record.output] = record

    def input_unchanged(self, record: Record, path: Path) -> bool:
        """Returns whether the input holds the bytes that the record was made from."""
        signature = signature_of(path)
        if signature == tuple(record.input_signature) and _settled(signature, record.time):
            return True
        return signature[0] == record.input_signature[0] and hash_file(path) == record.input_hash

    def output_intact(self, record: Record, path: Path) -> bool:
        """Returns whether the output is still what was written."""
        try:
            signature = signature_of(path)
        except FileNotFoundError:
            return False
        size, modified, changed, inode = signature
        written = record.output_signature
        if size != written[0]:
            return False
        # Taking its name moved the change time, but only by the moment between record and rename.
        same = (modified, inode) == (written[1], written[3]) and changed < (record.time + _RACE_SECONDS) * 1e9
        return same or hash_file(path) == record.output_hash


def _settled(signature: Signature, recorded: float) -> bool:
    return max(signature[1], signature[2]) < (recorded - _RACE_SECONDS) * 1e9


def _parse(line: bytes) -> Record | None:
    try:
        values: Mapping[str, Any] = json.loads(line)
        given = {field.name: values[field.name] for field in fields(Record)}
        for name in ("input_signature", "output_signature"):
            given[name] = tuple(int(number) for number in given[name])
            if len(given[name]) != 4:
                return None
        return Record(**given)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def signature_of(path: Path) -> Signature:
    """Returns size, modification and change time in ns, and inode: what tells a file that was touched."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def hash_file(path: Path) -> str:
    """Returns the SHA-256 of the file as hexadecimal digits, reading it in pieces."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_of(settings: Mapping[str, Any]) -> str:
    """Returns a digest of JSON values that does not depend on their order."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:32]
