"""Room for whole pictures: in memory, or in a temporary file where they are large; read and handed over in slices."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ganvas.infer.rows import Rows

__all__ = ["canvas", "slices", "whole"]

_SLICE = 16 * 2**20  # bytes read or handed over at once
_IN_MEMORY = 400_000_000  # bytes of a picture that are held in memory; those of a larger one wait in a file


def canvas(room: ExitStack, shape: tuple[int, ...]) -> np.ndarray:
    """Returns an empty float32 picture of that shape; where it lies in a file, that goes when the room is left."""
    if 4 * np.prod(shape, dtype=np.int64) <= _IN_MEMORY:
        return np.empty(shape, np.float32)
    file = room.enter_context(tempfile.TemporaryFile(prefix="ganvas-"))  # noqa: SIM115 - the room closes it
    return np.memmap(file, np.float32, "w+", shape=shape)


def whole(room: ExitStack, source: Rows) -> np.ndarray:
    """Returns the picture on a canvas of its own.

    Raises:
        ImageError: a value is not finite.
    """
    from ganvas.infer.rows import CheckedRows

    image = canvas(room, (source.height, source.width, source.channels))
    checked = CheckedRows(source)
    for rows in slices(image):
        image[rows] = checked.read(rows.start, rows.stop)
    return image


def slices(image: np.ndarray) -> Iterator[slice]:
    """Yields its rows, a few megabytes at a time, from the first to the last."""
    step = max(1, _SLICE // image[0].nbytes)
    for start in range(0, len(image), step):
        yield slice(start, min(start + step, len(image)))
