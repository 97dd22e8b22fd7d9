"""Models that look at a thumbnail of the whole picture and recolour every pixel by a bilateral grid, in two passes.

The first pass reduces the picture's rows to the thumbnail, the network sees it once, and the second pass applies the
grid to the rows, in numpy: :func:`ganvas.ops.field.apply_field` is the reference. Memory holds bands of rows only.

The application: a pixel's result is linear in (its colours, 1) times the weights of the brightness levels, which are
hats one level wide. So these products are laid out as planes, and between the centres of two cells one small matrix
product per row gives the results of both cells, which are then mixed along the width. No transform is ever made per
pixel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
from jaxtyping import Float

from ganvas.infer.network import Pair
from ganvas.infer.products import Across, product
from ganvas.infer.rows import Rows, Source, StreamedRows
from ganvas.infer.runner import TileRunner
from ganvas.ops.thumbnail import thumbnail_band, thumbnail_size

__all__ = ["Recolouring", "band_rows", "bytes_needed", "field_rows", "reduced", "thumbnail"]

Band = Callable[[int, int, int, int], tuple[int, int, np.ndarray]]

_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601, as the guide of ops.field
_TRANSFORM = 12  # numbers of a 3x4 transform, row by row
_BAND_PIXELS = 2**18  # read at once
_CHUNK_PIXELS = 2**14  # recoloured at once; fastest of 2^10 to 2^14, three MiB that stay in the cache
_REDUCED = 16  # rows of the thumbnail per matrix product


def band_rows(width: int) -> int:
    """Returns how many rows are read at once."""
    return max(1, _BAND_PIXELS // width)


def bytes_needed(rows: Rows, side: int, per_pixel: float) -> int:
    """Returns about how many bytes both passes take, beside what the process holds.

    Args:
        side: longer side of the thumbnail, px.
        per_pixel: working memory of the back end per pixel of the thumbnail, bytes.
    """
    height, width = thumbnail_size(rows.height, rows.width, side)
    # Source, its copy and the result of a band; its planes and their reduction in the first pass.
    bands = 5 * min(band_rows(rows.width), rows.height) * rows.width * rows.channels * 4
    # Level weights and products of all levels, for eight of them, and what the matrix products give.
    chunk = max(_CHUNK_PIXELS, rows.width) * 48 * 4
    # The rows of the narrowed picture behind one row of the thumbnail's blocks.
    window = 2 * (_REDUCED + 1) * -(-rows.height // height) * width * rows.channels * 4
    return int(bands + chunk + window + height * width * per_pixel)


def thumbnail(rows: Rows, side: int) -> Float[np.ndarray, "th tw c"]:
    """Returns the rows reduced, or enlarged, to the thumbnail; every row is read once.

    Args:
        side: longer side of the thumbnail, px.
    """
    return reduced(rows, thumbnail_size(rows.height, rows.width, side), thumbnail_band)


def reduced(rows: Rows, size: tuple[int, int], band: Band) -> Float[np.ndarray, "th tw c"]:
    """Returns the rows resampled to ``size``; every row is read once, and narrowed before it is held.

    Args:
        size: height and width.
        band: the kernel: how new pixels come from old ones along an axis, see :func:`thumbnail_band`.
    """
    height, width = size
    step = band_rows(rows.width)
    across = Across.of(width, lambda start, stop: band(rows.width, width, start, stop))
    bands = (across(rows.read(y, min(y + step, rows.height))) for y in range(0, rows.height, step))
    narrow = StreamedRows(bands, height=rows.height, width=width, channels=rows.channels)
    parts = []
    for y in range(0, height, _REDUCED):
        first, last, matrix = band(rows.height, height, y, min(y + _REDUCED, height))
        window = np.ascontiguousarray(narrow.read(first, last))
        parts.append(product(matrix, window.reshape(len(window), -1)))
    return np.concatenate(parts).reshape(height, width, rows.channels)


def field_rows(source: Source, runner: TileRunner) -> Iterator[Pair]:
    """Yields the recoloured picture from top to bottom, not clipped.

    Args:
        source: one or three channels in [0, 1].

    Raises:
        ModelError: the network does not fit the picture, or gives values that are not finite.
        OutOfMemory: the network does not fit the memory.
    """
    grid = runner.look(thumbnail(source, runner.card.look))
    rows = source.again()
    recolour = Recolouring(grid, height=rows.height, width=rows.width, channels=rows.channels)
    step = band_rows(rows.width)
    for y in range(0, rows.height, step):
        low = rows.read(y, min(y + step, rows.height))
        high = recolour(low, y)
        runner.note(high)
        yield Pair(low, high)
        del low, high


class Recolouring:
    """A grid, ready to be applied to the rows of one picture. Not to be shared by threads."""

    def __init__(self, grid: Float[np.ndarray, "gh gw n"], *, height: int, width: int, channels: int) -> None:
        """Prepares the buffers.

        Args:
            grid: ``bins * 12`` numbers per cell: level, then row by row of the 3x4 transform.
            height, width: of the picture.
            channels: 1 or 3. A gray picture gets the luma of what its gray would become.
        """
        self._bins = grid.shape[2] // _TRANSFORM
        self._height, self._width, self._channels = height, width, channels
        self._table = _table(grid, channels)
        self._segments = _segments(self._table.shape[1], width)
        self._levels = np.arange(self._bins, dtype=np.float32)[:, None]
        count = max(1, min(height, _CHUNK_PIXELS // width))
        self._planes = np.empty((count, channels, width), np.float32)
        self._level = np.empty((count, 1, width), np.float32)
        self._scratch = np.empty((count, 1, width), np.float32)
        self._products = np.empty((count, self._bins, channels + 1, width), np.float32)
        self._results = np.empty((count, 2, channels, width), np.float32)
        self._share = _positions(self._table.shape[1], width)[1]

    def __call__(self, rows: Float[np.ndarray, "n w c"], top: int) -> Float[np.ndarray, "n w c"]:
        """Returns the rows recoloured, not clipped.

        Args:
            rows: values in [0, 1].
            top: where in the picture the first row stands.
        """
        result = np.empty(rows.shape, np.float32)
        for y in range(0, len(rows), len(self._planes)):
            part = rows[y : y + len(self._planes)]
            self._recolour(part, top + y, result[y : y + len(part)])
        return result

    def _recolour(self, rows: np.ndarray, top: int, result: np.ndarray) -> None:
        count = len(rows)
        planes, products, results = self._planes[:count], self._products[:count], self._results[:count]
        np.copyto(planes, rows.transpose(0, 2, 1))
        self._weigh(planes, products)
        matrices = self._matrices(top, count)
        flat = products.reshape(count, -1, self._width)
        made = results.reshape(count, -1, self._width)
        for cell, (left, right) in enumerate(self._segments):
            if left < right:
                np.matmul(matrices[cell], flat[:, :, left:right], out=made[:, :, left:right])
        difference = results[:, 1]
        difference *= self._share
        planes += difference
        planes += results[:, 0]
        np.copyto(result, planes.transpose(0, 2, 1))

    def _weigh(self, planes: np.ndarray, products: np.ndarray) -> None:
        """Fills the products of (colours, 1) and the weights of the levels."""
        level, scratch = self._level[: len(planes)], self._scratch[: len(planes)]
        shares = _LUMA if self._channels == 3 else (1.0,)
        np.multiply(planes[:, :1], np.float32(shares[0]), out=level)
        for channel in range(1, self._channels):
            np.multiply(planes[:, channel : channel + 1], np.float32(shares[channel]), out=scratch)
            level += scratch
        np.clip(level, 0, 1, out=level)
        np.sqrt(level, out=level)
        level *= np.float32(self._bins - 1)
        weights = products[:, :, self._channels]
        np.subtract(level, self._levels, out=weights)
        np.abs(weights, out=weights)
        np.subtract(np.float32(1), weights, out=weights)
        np.maximum(weights, 0, out=weights)
        np.multiply(weights[:, :, None], planes[:, None], out=products[:, :, : self._channels])

    def _matrices(self, top: int, count: int) -> Float[np.ndarray, "cells n k f"]:
        """For each row and each pair of neighbouring cells: the left one's transforms, and what the right one adds."""
        cells, share = _positions(len(self._table), self._height, top, top + count)
        share = share[:, None, None, None]
        rows = self._table[cells] * (1 - share) + self._table[cells + 1] * share
        left, right = rows[:, :-1], rows[:, 1:]
        return np.ascontiguousarray(np.concatenate([left, right - left], axis=2).swapaxes(0, 1))


def _table(grid: np.ndarray, channels: int) -> Float[np.ndarray, "gh gw c f"]:
    """Rows of the transforms over all levels, cell by cell; an axis of one cell gets a second one like it."""
    height, width = grid.shape[:2]
    table = grid.reshape(height, width, -1, 3, 4)
    if channels == 1:
        # Luma is linear, so that it may be taken of the transforms: gray is three equal colours.
        gray = np.einsum("hwkct,c->hwkt", table, np.array(_LUMA, table.dtype))
        table = np.stack([gray[..., :3].sum(-1), gray[..., 3]], axis=-1)[:, :, :, None]
    table = np.moveaxis(table, 3, 2).reshape(height, width, channels, -1)
    table = np.repeat(table, 2, axis=0) if height == 1 else table
    table = np.repeat(table, 2, axis=1) if width == 1 else table
    return np.ascontiguousarray(table, dtype=np.float32)


def _positions(
    cells: int, length: int, start: int = 0, stop: int | None = None
) -> tuple[np.ndarray, Float[np.ndarray, "n"]]:
    """For pixels ``start:stop`` of an axis: the cell before each one's centre, and the share of the next cell."""
    centre = (np.arange(start, length if stop is None else stop) + 0.5) * cells / length - 0.5
    centre = np.clip(centre, 0, cells - 1)
    before = np.minimum(centre.astype(np.int64), cells - 2)
    return before, (centre - before).astype(np.float32)


def _segments(cells: int, length: int) -> list[tuple[int, int]]:
    """The pixels between the centres of each pair of neighbouring cells, as (start, stop)."""
    before, _ = _positions(cells, length)
    edges = np.searchsorted(before, np.arange(cells))
    return list(pairwise(int(edge) for edge in edges))
