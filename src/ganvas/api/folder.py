"""An output folder: who may write which name, what stands there already, and how a finished output takes its name."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from ganvas.api.locks import LockFile
from ganvas.api.manifest import Manifest, Record, Signature, hash_file, signature_of
from ganvas.api.names import PRIVATE, Source
from ganvas.core.errors import SettingsError, UnsafeOutput

__all__ = ["OutputFolder", "identities"]


class OutputFolder:
    """The outputs of batches, several of which may run at once."""

    def __init__(self, root: Path, *, write: bool = True) -> None:
        """Opens the folder, and makes it where ``write`` says so.

        Raises:
            SettingsError: a file stands in its place.
            OSError: it cannot be made.
        """
        if root.exists() and not root.is_dir():
            raise SettingsError(f"{root} is a file, and several outputs need a folder: name another -o.")
        self.root = root
        private = root / PRIVATE
        self._lock: LockFile | None = None
        if write:
            private.mkdir(parents=True, exist_ok=True)
            self._lock = LockFile(private / "lock")
        self.manifest = Manifest(private / "manifest.jsonl", self._lock)

    def close(self) -> None:
        """Gives all claims back."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def target(self, name: PurePosixPath) -> Path:
        """Returns where the output of that name stands."""
        return self.root.joinpath(*name.parts)

    def claim(self, name: PurePosixPath) -> bool:
        """Returns whether this batch may write the name now; False while another batch writes it."""
        return self._lock is None or self._lock.claim(f"output {name}")

    def release(self, name: PurePosixPath) -> None:
        """Gives a claim back."""
        if self._lock is not None:
            self._lock.release(f"output {name}")

    def is_current(self, source: Source, name: PurePosixPath, settings: str) -> bool:
        """Returns whether the output was made from these bytes with these settings and still stands unaltered."""
        self.manifest.refresh()
        record = self.manifest.get(str(name))
        if record is None or record.settings != settings:
            return False
        target = self.target(name)
        if not self.manifest.output_intact(record, target):
            return False
        # Where the output took the original's place (--overwrite), the input is now the output.
        return os.path.samefile(target, source.path) or self.manifest.input_unchanged(record, source.path)

    def is_output(self, path: Path) -> bool:
        """Returns whether a file below the folder is one that a batch wrote here, and not an input."""
        try:
            name = PurePosixPath(*path.resolve().relative_to(self.root.resolve()).parts)
        except ValueError:
            return False
        record = self.manifest.get(str(name))
        return record is not None and Path(record.input).resolve() != path.resolve() and path.is_file()

    def check(self, source: Source, name: PurePosixPath, *, originals: set[tuple[int, int]], overwrite: bool) -> None:
        """Makes the folders above the output, if it may be written.

        Args:
            originals: device and inode of every input of the batch.

        Raises:
            UnsafeOutput: it would replace an original or a stranger's file, or a link leads out of the folder.
            OSError: a folder cannot be made.
        """
        target = self.target(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.parent.resolve().is_relative_to(self.root.resolve()):
            raise UnsafeOutput(f"{target.parent} leads out of the output folder by a link: remove the link.")
        if target.is_dir():
            raise UnsafeOutput(f"{target} is a folder, so no output can take its place: use another --suffix.")
        if not os.path.lexists(target) or overwrite:
            return
        status = target.stat() if target.exists() else target.lstat()
        if (status.st_dev, status.st_ino) in originals:
            raise UnsafeOutput(f"{target} is an original: use --suffix, another -o, or --overwrite.")
        if self.manifest.get(str(name)) is None:
            raise UnsafeOutput(f"{target} stands there and was not written by ganvas: move it, or use --overwrite.")

    def temporary(self, name: PurePosixPath) -> Path:
        """Returns where the output is written before it takes its name; what a killed batch left there is removed.

        Only the holder of the claim may ask.
        """
        path = self._part(name)
        for left in path.parent.glob(f".*{path.name.lstrip('.')}*"):
            left.unlink(missing_ok=True)
        return path

    def commit(
        self, source: Source, name: PurePosixPath, *, settings: str, input_hash: str, input_signature: Signature
    ) -> None:
        """Puts the finished temporary file on record, then gives it its name.

        Raises:
            UnsafeOutput: the input was changed while it was read.
            OSError: the disk is full or the folder cannot be written to.
        """
        temporary = self._part(name)
        if signature_of(source.path) != input_signature:
            temporary.unlink(missing_ok=True)
            raise UnsafeOutput(f"{source.path} was changed while it was read: run the command again.")
        record = Record(
            output=str(name),
            input=str(source.path.resolve()),
            input_hash=input_hash,
            input_signature=input_signature,
            settings=settings,
            output_hash=hash_file(temporary),
            output_signature=signature_of(temporary),
            time=time.time(),
        )
        self.manifest.append(record)
        os.replace(temporary, self.target(name))

    def _part(self, name: PurePosixPath) -> Path:
        digest = hashlib.sha256(os.fsencode(str(name))).hexdigest()[:16]
        return self.target(name).parent / f".ganvas-{digest}.part"


def identities(paths: Iterable[Path]) -> set[tuple[int, int]]:
    """Returns device and inode of the files that exist."""
    found = set()
    for path in paths:
        try:
            status = path.stat()
        except OSError:  # it vanished: reading it will say so
            continue
        found.add((status.st_dev, status.st_ino))
    return found
