"""Where a picture has holes: boxes around them, merged wherever one crop spares work over two."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Bool

__all__ = ["Box", "boxes_of", "tightened", "tiles_of"]

_CELL = 16  # px; holes in the same or in neighbouring cells always belong together
_ROWS = 1024  # read at once
_DENSE = 0.6  # of the work of boxes, below which the picture is cut into tiles
_FEW = 256  # boxes; up to here each is compared with every other


@dataclass(frozen=True)
class Box:
    """A rectangle of pixels; ``bottom`` and ``right`` are not included."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def longer(self) -> int:
        """The longer side, px."""
        return max(self.bottom - self.top, self.right - self.left)

    @property
    def area(self) -> int:
        """Pixels."""
        return (self.bottom - self.top) * (self.right - self.left)

    @property
    def slices(self) -> tuple[slice, slice]:
        """What an array of the whole picture is indexed by."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def within(self, outer: Box) -> tuple[slice, slice]:
        """Returns what an array of the outer box is indexed by."""
        return (
            slice(self.top - outer.top, self.bottom - outer.top),
            slice(self.left - outer.left, self.right - outer.left),
        )

    def grown(self, margin: int, shape: tuple[int, int]) -> Box:
        """Returns the box with a margin on all sides, cut at the borders of a picture of that height and width."""
        return Box(
            max(0, self.top - margin),
            min(shape[0], self.bottom + margin),
            max(0, self.left - margin),
            min(shape[1], self.right + margin),
        )

    def joined(self, other: Box) -> Box:
        """Returns the smallest box around both."""
        return Box(
            min(self.top, other.top),
            max(self.bottom, other.bottom),
            min(self.left, other.left),
            max(self.right, other.right),
        )


def boxes_of(mask: Bool[np.ndarray, "h w"], *, crop: Callable[[Box], Box], inner: int, thin: bool = False) -> list[Box]:
    """Returns boxes that hold every missing pixel, from top to bottom.

    Two boxes become one where the crop of both is no larger than their two crops together, so that a page of letters is
    a few crops and not one for each. A connected hole of more than ``inner`` px is one box, however large.

    Args:
        mask: True where a pixel is missing.
        crop: what is computed for a box.
        inner: longest side of a merged box, px.
        thin: the holes are thin enough to be cut, so boxes may be tiles of the picture where these are much less work.
    """
    from scipy.ndimage import find_objects, label

    labels, _ = label(_cells(mask), np.ones((3, 3)))
    found = [
        tightened(mask, Box(down.start * _CELL, down.stop * _CELL, along.start * _CELL, along.stop * _CELL))
        for down, along in find_objects(labels)
    ]
    boxes = [box for box in found if box is not None]

    def worth(one: Box, other: Box) -> bool:
        both = one.joined(other)
        return both.longer <= inner and crop(both).area <= crop(one).area + crop(other).area

    # Only boxes of one neighbourhood are compared where there are thousands.
    buckets: dict[tuple[int, int], list[Box]] = {}
    for box in boxes:
        buckets.setdefault((box.top // inner, box.left // inner), []).append(box)
    merged = [box for bucket in buckets.values() for box in _merged(bucket, worth)]
    if len(merged) <= _FEW:
        merged = _merged(merged, worth)
    if not thin:
        return _sorted(merged)
    whole = Box(0, mask.shape[0], 0, mask.shape[1])
    tiles = [part for tile in tiles_of(whole, inner) if (part := tightened(mask, tile)) is not None]
    if sum(crop(box).area for box in tiles) < _DENSE * sum(crop(box).area for box in merged):
        merged = tiles
    return _sorted(merged)


def tightened(mask: Bool[np.ndarray, "h w"], box: Box) -> Box | None:
    """Returns the smallest box around what is missing within the box; None where nothing is."""
    part = mask[box.slices]
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    if not len(rows):
        return None
    top, left = box.top + int(rows[0]), box.left + int(columns[0])
    return Box(top, box.top + int(rows[-1]) + 1, left, box.left + int(columns[-1]) + 1)


def tiles_of(box: Box, side: int) -> Iterator[Box]:
    """Yields the box cut into tiles of equal size, none longer than ``side``, row by row."""
    down, along = _cuts(box.top, box.bottom, side), _cuts(box.left, box.right, side)
    for top, bottom in down:
        for left, right in along:
            yield Box(top, bottom, left, right)


def _cuts(start: int, stop: int, side: int) -> list[tuple[int, int]]:
    count = -(-(stop - start) // side)
    ends = [start + (stop - start) * i // count for i in range(count + 1)]
    return list(pairwise(ends))


def _cells(mask: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "p q"]:
    """Which cells hold a missing pixel."""
    height, width = mask.shape
    parts = []
    for y in range(0, height, _ROWS):
        rows = mask[y : y + _ROWS]
        tall = np.logical_or.reduceat(rows, np.arange(0, len(rows), _CELL), axis=0)
        parts.append(np.logical_or.reduceat(tall, np.arange(0, width, _CELL), axis=1))
    return np.concatenate(parts)


def _sorted(boxes: list[Box]) -> list[Box]:
    return sorted(boxes, key=lambda box: (box.top, box.left))


def _merged(boxes: list[Box], worth: Callable[[Box, Box], bool]) -> list[Box]:
    kept: list[Box] = []
    for box in boxes:
        while (found := next((i for i, other in enumerate(kept) if worth(box, other)), None)) is not None:
            box = box.joined(kept.pop(found))
        kept.append(box)
    return kept
