"""Compiled graphs on disk: found by key, written whole or not at all, safe with several processes at once.

One folder per key under ``$GANVAS_CACHE_DIR`` (or ``$XDG_CACHE_HOME/ganvas``, or ``~/.cache/ganvas``) ``/graphs``. The
folder is filled under another name and renamed, so it is there in full or not at all; where two processes make the
same one, the second finds it there and drops its own. A folder that cannot be written costs the cache, not the work.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

__all__ = ["add_file", "digest_of", "discard", "folder_for", "make_folder", "root"]

_KEPT = 64  # folders; the longest unused go first


def root() -> Path:
    """Returns the folder of all graphs, which may not exist."""
    if own := os.environ.get("GANVAS_CACHE_DIR"):
        return Path(own).expanduser() / "graphs"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "ganvas" / "graphs"


def digest_of(*parts: str) -> str:
    """Returns a name for a folder or file made from these parts."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def folder_for(key: str) -> Path | None:
    """Returns the folder of that key if it is there, and marks it as used."""
    folder = root() / key
    if not folder.is_dir():
        return None
    with contextlib.suppress(OSError):
        os.utime(folder)
    return folder


def make_folder(key: str, fill: Callable[[Path], None]) -> Path | None:
    """Returns the folder of that key, made by ``fill`` if need be; None where nothing can be written."""
    temporary = ""
    try:
        root().mkdir(parents=True, exist_ok=True)
        temporary = tempfile.mkdtemp(dir=root(), prefix=f".{key}.")
        fill(Path(temporary))
        for path in Path(temporary).iterdir():
            with open(path, "rb") as file:
                os.fsync(file.fileno())
        os.chmod(temporary, 0o755)
        try:
            os.rename(temporary, root() / key)
        except OSError:
            # Another process was first: its folder holds the same.
            shutil.rmtree(temporary, ignore_errors=True)
        _prune()
        return folder_for(key)
    except OSError:
        if temporary:
            shutil.rmtree(temporary, ignore_errors=True)
        return None


def discard(folder: Path) -> None:
    """Removes a folder that is damaged."""
    shutil.rmtree(folder, ignore_errors=True)


def add_file(folder: Path, name: str, data: bytes) -> None:
    """Adds a file to a folder, whole or not at all; does nothing where it cannot be written."""
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, folder / name)
    except OSError:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def _prune() -> None:
    """Removes the folders used longest ago, beyond the number kept, and what crashed processes left."""
    with contextlib.suppress(OSError):
        folders = sorted((p for p in root().iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime, reverse=True)
        for folder in folders[_KEPT:]:
            shutil.rmtree(folder, ignore_errors=True)
