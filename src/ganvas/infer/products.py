"""Matrix products in pieces small enough that numpy's BLAS runs each on the calling thread.

The threads of OpenBLAS spin while they wait for one another; beside the threads of a back end, or on a busy machine,
that was measured to cost a hundred times the work itself. Below 2^18 multiply-adds it starts none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

__all__ = ["Across", "product"]

_SMALL = 2**18  # multiply-adds
_COLUMNS = 32  # new columns per product


def product(left: Float[np.ndarray, "m k"], right: Float[np.ndarray, "k n"]) -> Float[np.ndarray, "m n"]:
    """Returns ``left @ right`` in float32; ``left`` is small."""
    left = np.ascontiguousarray(left, dtype=np.float32)
    (rows, inner), columns = left.shape, right.shape[1]
    step = max(1, min(columns, _SMALL // (rows * inner)))
    whole = columns // step * step
    result = np.empty((rows, columns), dtype=np.float32)
    # One call for all pieces: numpy walks over the stack without coming back to Python.
    pieces = right[:, :whole].reshape(inner, -1, step).transpose(1, 0, 2)
    np.matmul(left, pieces, out=result[:, :whole].reshape(rows, -1, step).transpose(1, 0, 2))
    if whole < columns:
        np.matmul(left, right[:, whole:], out=result[:, whole:])
    return result


@dataclass(frozen=True)
class Across:
    """A banded matrix applied along the width of rows.

    Attributes:
        width: new columns.
        bands: first new column, first and last old column, and the transposed piece of the matrix.
    """

    width: int
    bands: tuple[tuple[int, int, int, np.ndarray], ...]

    @classmethod
    def of(cls, width: int, band: Callable[[int, int], tuple[int, int, np.ndarray]]) -> Across:
        """Returns the matrix whose rows ``start`` to ``stop`` are ``band(start, stop)``: first, last, piece."""
        bands = []
        for x in range(0, width, _COLUMNS):
            first, last, matrix = band(x, min(x + _COLUMNS, width))
            bands.append((x, first, last, np.ascontiguousarray(matrix.T, dtype=np.float32)))
        return cls(width, tuple(bands))

    def __call__(self, rows: Float[np.ndarray, "n w c"]) -> Float[np.ndarray, "n W c"]:
        """Returns the rows with the matrix applied along the width."""
        planes = np.ascontiguousarray(np.moveaxis(rows, 2, 0))
        count = planes.shape[1]
        wide = np.empty((len(planes), count, self.width), dtype=np.float32)
        for x, first, last, piece in self.bands:
            step = max(1, _SMALL // piece.size)
            for y in range(0, count, step):
                part = wide[:, y : y + step, x : x + piece.shape[1]]
                np.matmul(planes[:, y : y + step, first:last], piece, out=part)
        return np.ascontiguousarray(np.moveaxis(wide, 0, 2))
