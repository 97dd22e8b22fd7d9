"""Images as rows that are read from top to bottom, so that only a window of them is in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from ganvas.core.errors import ImageError
from ganvas.infer.products import Across, product
from ganvas.infer.tiling import padded_length, reflected
from ganvas.ops.resample import resize_band

__all__ = ["ArrayRows", "CheckedRows", "PaddedRows", "Rows", "Source", "StreamedRows", "repeatable", "resampled"]

_BLOCK = 16  # new rows per matrix product


class Rows(Protocol):
    """Rows of a float32 image."""

    @property
    def height(self) -> int: ...

    @property
    def width(self) -> int: ...

    @property
    def channels(self) -> int: ...

    def read(self, y0: int, y1: int) -> Float[np.ndarray, "n w c"]:
        """Returns rows ``y0`` to ``y1``, not to be written to. Readers here never go up: ``y0`` does not decrease."""
        ...


@runtime_checkable
class Source(Rows, Protocol):
    """Rows that can be read more than once: those of files and arrays."""

    def again(self) -> Source:
        """Returns a reader of the same rows that starts at the top."""
        ...


def repeatable(rows: Rows) -> Source:
    """Returns rows that can be read more than once; where a reader cannot, all its rows are held in memory."""
    return rows if isinstance(rows, Source) else ArrayRows(np.array(rows.read(0, rows.height)))


class ArrayRows:
    """Rows of an array in memory."""

    def __init__(self, image: Float[np.ndarray, "h w c"]) -> None:
        self._image = image
        self.height, self.width, self.channels = image.shape

    def read(self, y0: int, y1: int) -> Float[np.ndarray, "n w c"]:
        """Returns a view of rows ``y0`` to ``y1``."""
        return self._image[y0:y1]

    def again(self) -> ArrayRows:
        """Returns itself: an array has no place where reading stands."""
        return self


class CheckedRows:
    """Rows of a source in float32, finite and in [0, 1].

    Attributes:
        lowest, highest: of the values met, before they were clipped.
    """

    def __init__(self, source: Rows) -> None:
        self._source = source
        self.height, self.width, self.channels = source.height, source.width, source.channels
        self.lowest, self.highest = 0.0, 1.0

    def again(self) -> CheckedRows:
        """Returns the same rows from the top, checked anew; for sources that can be read more than once."""
        assert isinstance(self._source, Source), "these rows can be read only once"
        return CheckedRows(self._source.again())

    def read(self, y0: int, y1: int) -> Float[np.ndarray, "n w c"]:
        """Returns rows ``y0`` to ``y1``.

        Raises:
            ImageError: a value is not finite.
        """
        rows = np.asarray(self._source.read(y0, y1), dtype=np.float32)
        lowest, highest = float(rows.min()), float(rows.max())
        if not (np.isfinite(lowest) and np.isfinite(highest)):
            raise ImageError(f"The image holds values that are not finite in rows {y0} to {y1}: repair the file.")
        self.lowest, self.highest = min(self.lowest, lowest), max(self.highest, highest)
        return np.clip(rows, 0, 1) if lowest < 0 or highest > 1 else rows


class PaddedRows:
    """Rows extended by reflection to the right and below, to what a network can take."""

    def __init__(self, source: Rows, *, multiple_of: int, min_size: int) -> None:
        self._source = source
        self.channels = source.channels
        self.height = padded_length(source.height, multiple_of=multiple_of, min_size=min_size)
        self.width = padded_length(source.width, multiple_of=multiple_of, min_size=min_size)

    def read(self, y0: int, y1: int) -> Float[np.ndarray, "n w c"]:
        """Returns rows ``y0`` to ``y1``."""
        if y1 <= self._source.height:
            rows = self._source.read(y0, y1)
        else:
            wanted = reflected(self._source.height, y0, y1)
            first = int(wanted.min())
            rows = self._source.read(first, int(wanted.max()) + 1)[wanted - first]
        if self.width == self._source.width:
            return rows
        return rows[:, reflected(self._source.width, 0, self.width)]


class StreamedRows:
    """Rows that come in chunks from above; those above the last ``y0`` asked for are forgotten."""

    def __init__(self, chunks: Iterator[Float[np.ndarray, "n w c"]], *, height: int, width: int, channels: int) -> None:
        self._chunks = chunks
        self.height, self.width, self.channels = height, width, channels
        self._top = 0
        self._kept: list[np.ndarray] = []

    def read(self, y0: int, y1: int) -> Float[np.ndarray, "n w c"]:
        """Returns rows ``y0`` to ``y1``."""
        self._forget(y0)
        have = self._top + sum(len(rows) for rows in self._kept)
        while have < y1:
            if len(self._kept) == 1:
                # A copy of what is still wanted sets the rest of the old chunk free before the next one is made.
                self._kept = [self._kept[0].copy()]
            rows = next(self._chunks)
            self._kept.append(rows)
            have += len(rows)
            del rows
            self._forget(y0)
        if len(self._kept) > 1 and y1 > self._top + len(self._kept[0]):
            self._kept = [np.concatenate(self._kept)]
        return self._kept[0][y0 - self._top : y1 - self._top]

    def cropped(self, height: int, width: int) -> Iterator[Float[np.ndarray, "n w c"]]:
        """Yields all chunks, cut to the top left ``height`` x ``width`` pixels. To be called before any read."""
        for rows in self._chunks:
            kept = rows[: height - self._top, :width]
            self._top += len(rows)
            del rows
            if len(kept):
                yield kept
            del kept

    def _forget(self, y0: int) -> None:
        assert y0 >= self._top, "rows were asked for again after they were forgotten"
        while self._kept and self._top + len(self._kept[0]) <= y0:
            self._top += len(self._kept.pop(0))
        if self._kept and y0 > self._top:
            self._kept[0] = self._kept[0][y0 - self._top :]
            self._top = y0


def resampled(
    rows: Rows, size: tuple[int, int], *, scale: tuple[float, float] | None = None
) -> Iterator[Float[np.ndarray, "n W c"]]:
    """Yields the rows of the image resampled with the antialiased bicubic kernel, in float, without clipping.

    Args:
        size: new height and width.
        scale: new pixels per old pixel along both axes; the ratio of the sizes when left out.
    """
    (height, width), (down, along) = size, scale or (None, None)
    across = Across.of(width, lambda start, stop: resize_band(rows.width, width, start, stop, scale=along))
    for y in range(0, height, _BLOCK):
        first, last, matrix = resize_band(rows.height, height, y, min(y + _BLOCK, height), scale=down)
        window = rows.read(first, last)
        tall = product(matrix, np.ascontiguousarray(window).reshape(len(window), -1))
        del window
        yield across(tall.reshape(len(matrix), rows.width, rows.channels))
