"""Colour below transparent pixels, continued from the opaque ones, so that no network sees what nobody should.

Near an edge the colour grows outwards by a few pixels, each step the mean of the known neighbours; farther in it is
taken from a coarse picture of opaque colour (averages of blocks, filled from ever coarser levels: the pull-push of
Gortler et al. 1996, "The Lumigraph", section 3.4). Any row comes out the same however the rows are asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from jaxtyping import Float32

__all__ = ["EdgeExtender"]

_GROW_PX = 8
_BLOCK_PX = 8
_OPAQUE_ENOUGH = 4.5 / 255  # below this an 8-bit colour that was once premultiplied has under two bits left
_Rows = Callable[[int, int], np.ndarray]


class EdgeExtender:
    """Rows of colour without garbage.

    Args:
        colour, alpha: rows of the whole picture, straight colour and opacity in [0, 1].
    """

    def __init__(self, colour: _Rows, alpha: _Rows, *, height: int, width: int) -> None:
        self._colour, self._alpha, self._height, self._width = colour, alpha, height, width

    def rows(self, y0: int, y1: int) -> Float32[np.ndarray, "n w c"]:
        """Returns colour rows; pixels that are visible keep their colour exactly."""
        if y0 == y1:
            return self._colour(y0, y1)
        top, bottom = max(0, y0 - _GROW_PX), min(self._height, y1 + _GROW_PX)
        alpha = self._alpha(top, bottom)
        inner = slice(y0 - top, y1 - top)
        if (alpha[inner] > _OPAQUE_ENOUGH).all():
            return self._colour(y0, y1)
        colour, known = self._colour(top, bottom), alpha > _OPAQUE_ENOUGH
        colour, weight = np.where(known, colour, 0.0), np.where(known, alpha, 0.0).astype(np.float32)
        for _ in range(_GROW_PX):
            if known.all():
                break
            total, mass = _box3(colour * weight), _box3(weight)
            new = ~known & (mass > 0)
            colour = np.where(new, total / np.maximum(mass, 1e-12), colour)
            # A grown pixel counts as its neighbours did: thin edges do not outweigh solid ones.
            weight = np.where(new, mass / 9, weight)
            known |= new
        result = np.where(known, colour, 0.0)[inner].astype(np.float32, copy=False)
        missing = ~known[inner, :, 0]
        if missing.any():
            ys, xs = np.nonzero(missing)
            result[ys, xs] = self._coarse[(ys + y0) // _BLOCK_PX, xs // _BLOCK_PX]
        return result

    @cached_property
    def _coarse(self) -> Float32[np.ndarray, "p q c"]:
        """Mean opaque colour of each block; blocks without any are filled from coarser levels."""
        sums, masses = [], []
        step = _BLOCK_PX * max(1, (1 << 22) // (self._width * _BLOCK_PX))
        for y in range(0, self._height, step):
            stop = min(y + step, self._height)
            alpha = self._alpha(y, stop)
            weight = np.where(alpha > _OPAQUE_ENOUGH, alpha, 0.0)
            sums.append(_blocks(self._colour(y, stop) * weight))
            masses.append(_blocks(weight))
        return _pull_push(np.concatenate(sums), np.concatenate(masses)).astype(np.float32)


def _pull_push(total: np.ndarray, mass: np.ndarray) -> np.ndarray:
    """Means where there is mass, values of the next coarser level elsewhere."""
    known = mass > 0
    if known.all() or total.shape[:2] == (1, 1):
        return np.where(known, total / np.maximum(mass, 1e-12), 0.5)
    coarser = _pull_push(_blocks(total, 2), _blocks(mass, 2))
    filled = coarser.repeat(2, axis=0).repeat(2, axis=1)[: total.shape[0], : total.shape[1]]
    return np.where(known, total / np.maximum(mass, 1e-12), filled)


def _blocks(values: np.ndarray, size: int = _BLOCK_PX) -> np.ndarray:
    """Sums over blocks of size x size; the last may be smaller."""
    rows = np.add.reduceat(values, np.arange(0, values.shape[0], size), axis=0, dtype=np.float64)
    return np.add.reduceat(rows, np.arange(0, values.shape[1], size), axis=1)


def _box3(values: np.ndarray) -> np.ndarray:
    """Sums over 3 x 3 neighbours, nothing beyond the border."""
    padded = np.pad(values, ((1, 1), (1, 1), (0, 0)))
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    return rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]
