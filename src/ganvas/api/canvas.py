"""Room for whole pictures: in memory, or in a temporary file where they are large."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack

import numpy as np

__all__ = ["canvas"]

_IN_MEMORY = 400_000_000  # bytes of a picture that are held in memory; those of a larger one wait in a file


def canvas(room: ExitStack, shape: tuple[int, ...]) -> np.ndarray:
    """Returns an empty float32 picture of that shape; where it lies in a file, that goes when the room is left."""
    if 4 * np.prod(shape, dtype=np.int64) <= _IN_MEMORY:
        return np.empty(shape, np.float32)
    file = room.enter_context(tempfile.TemporaryFile(prefix="ganvas-"))  # noqa: SIM115 - the room closes it
    return np.memmap(file, np.float32, "w+", shape=shape)
