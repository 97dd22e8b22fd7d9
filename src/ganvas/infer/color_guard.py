"""Low-frequency colour guard: an enlarged image keeps the large-scale colours of its source.

Networks trained adversarially may shift colours over whole regions. The output is averaged down to the source's size,
the difference to the source is blurred, and the blurred difference is taken off the output; detail is not touched.
This is the remedy from the discussion of colour shift in Real-SR (Ji et al. 2020, https://github.com/jixiaozhong/RealSR,
issue 6), made exact for streamed rows: the blur is a Gaussian of known radius whose weights are normalised at the
border, so the result does not depend on tiles and a constant cast is removed to the last pixel.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

from ganvas.infer.network import Pair
from ganvas.infer.products import Across, product
from ganvas.infer.rows import StreamedRows
from ganvas.ops.resample import resize_band

__all__ = ["RADIUS", "guarded"]

SIGMA = 8.0  # source px: wider than what a network invents, narrower than a region of one colour
RADIUS = 24  # source px, three sigma
_ROWS = 16  # source rows corrected at once


def _blur_band(length: int, start: int, stop: int) -> tuple[int, int, Float[np.ndarray, "n window"]]:
    """Rows ``start:stop`` of the blur along an axis, without empty columns: first, last, matrix."""
    first, last = max(0, start - RADIUS), min(length, stop + RADIUS)
    distance = np.arange(start, stop)[:, None] - np.arange(first, last)
    weight = np.where(np.abs(distance) <= RADIUS, np.exp(-0.5 * (distance / SIGMA) ** 2), 0.0)
    return first, last, weight / weight.sum(1, keepdims=True)


def _blur_and_enlarge(length: int, scale: int, start: int, stop: int) -> tuple[int, int, Float[np.ndarray, "n window"]]:
    """Blur, then linear enlargement, as one matrix; ``start:stop`` in output px."""
    first, last, enlarge = resize_band(length, length * scale, start, stop, kind="bilinear")
    low, high, blur = _blur_band(length, first, last)
    return low, high, enlarge @ blur


def _difference(pair: Pair, scale: int) -> Float[np.ndarray, "n w c"]:
    """Output averaged to the source's size, minus the source."""
    n, w, c = pair.low.shape
    tall = pair.high.reshape(n, scale, w * scale * c).mean(1)
    return tall.reshape(n, w, scale, c).mean(2) - pair.low


def guarded(
    pairs: Iterator[Pair], *, scale: int, height: int, width: int, channels: int
) -> Iterator[Float[np.ndarray, "N W c"]]:
    """Yields the rows of the pairs' outputs with the source's low frequencies.

    Args:
        scale: output per source pixel.
        height, width, channels: of the source.
    """
    across = Across.of(width * scale, lambda start, stop: _blur_and_enlarge(width, scale, start, stop))
    waiting: deque[np.ndarray] = deque()

    def differences() -> Iterator[np.ndarray]:
        for pair in pairs:
            waiting.append(pair.high)
            yield _difference(pair, scale)
            del pair

    stream = StreamedRows(differences(), height=height, width=width, channels=channels)
    y = 0
    while y < height:
        if not waiting:
            stream.read(max(0, y - 1 - RADIUS), y + 1)
        strip = waiting.popleft()
        for top in range(0, len(strip) // scale, _ROWS):
            rows = strip[top * scale : (top + _ROWS) * scale]
            first, last, matrix = _blur_and_enlarge(height, scale, (y + top) * scale, (y + top) * scale + len(rows))
            window = stream.read(first, last)
            tall = product(matrix, np.ascontiguousarray(window).reshape(len(window), -1))
            rows -= across(tall.reshape(len(rows), width, channels))
            yield rows
        y += len(strip) // scale
        del strip, rows
