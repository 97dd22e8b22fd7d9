"""Where tiles lie and what each contributes: pure planning, no pixels.

All tiles of a plan have the same shape. Along each axis they are spread evenly from border to border, so that the
last one ends exactly at the image's border (where the untiled run pads with zeros too) instead of reaching beyond it.
Neighbours are joined at the middle of their overlap:

- *exact*: the overlap is at least twice the network's radius and the joint is a hard cut, so tiled equals untiled;
- *blend*: a raised-cosine ramp around the joint; the weights of all tiles add up to one at every pixel.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from jaxtyping import Float

from ganvas.core.card import Tiling

__all__ = ["EXACT_WORK", "Axis", "Plan", "choose_plan", "padded_length", "plan_axis", "plan_tiles", "reflected"]

EXACT_WORK = 1.3  # the most work an exact halo may cost, relative to the untiled run
_BLEND_OVERLAP = (16, 64)  # px, least and most


@dataclass(frozen=True)
class Axis:
    """Tiles along one axis, in input pixels.

    Attributes:
        length: of the axis.
        tile: side of each tile.
        starts: where each tile begins.
        cuts: joints between neighbours, with 0 in front and ``length`` behind.
        feather: half the width of the ramp around each joint; 0 for hard cuts.
    """

    length: int
    tile: int
    starts: tuple[int, ...]
    cuts: tuple[int, ...]
    feather: int = 0

    def owned(self, number: int) -> tuple[int, int]:
        """Returns the range of the axis to which a tile contributes."""
        low, high = self.cuts[number], self.cuts[number + 1]
        return (low - self.feather if low else 0), (high + self.feather if high < self.length else high)

    def weights(self, number: int, scale: int) -> Float[np.ndarray, " n"] | None:
        """Returns the weight of each output pixel of :meth:`owned`; None where all are one."""
        ramp = 2 * self.feather * scale
        first, last = number == 0, number == len(self.starts) - 1
        if not ramp or (first and last):
            return None
        low, high = self.owned(number)
        weights = np.ones((high - low) * scale, dtype=np.float32)
        rise = (0.5 - 0.5 * np.cos(np.pi * (np.arange(ramp) + 0.5) / ramp)).astype(np.float32)
        if not first:
            weights[:ramp] = rise
        if not last:
            weights[-ramp:] = 1 - rise
        return weights


@dataclass(frozen=True)
class Plan:
    """Tiles of an image.

    Attributes:
        rows, columns: the two axes.
        mode: one tile, exact, or blended tiles.
    """

    rows: Axis
    columns: Axis
    mode: Literal["whole", "exact", "blend"]

    @property
    def work(self) -> float:
        """Pixels computed per pixel of the image."""
        computed = len(self.rows.starts) * self.rows.tile * len(self.columns.starts) * self.columns.tile
        return computed / (self.rows.length * self.columns.length)

    @property
    def tile(self) -> tuple[int, int]:
        """Height and width of the tiles."""
        return self.rows.tile, self.columns.tile


def _up(value: float, multiple: int) -> int:
    return math.ceil(value / multiple) * multiple


def padded_length(length: int, *, multiple_of: int, min_size: int) -> int:
    """Returns the length to which the session pads an axis by reflection."""
    return _up(max(length, min_size), multiple_of)


def reflected(length: int, start: int, stop: int) -> np.ndarray:
    """Returns for positions ``start:stop`` the pixel of a line of ``length`` that reflection shows there.

    The border pixel is not repeated, and lines of any length, 1 included, are reflected as often as it takes.
    """
    if length == 1:
        return np.zeros(stop - start, dtype=np.int64)
    position = np.mod(np.arange(start, stop), 2 * (length - 1))
    return np.minimum(position, 2 * (length - 1) - position)


def plan_axis(length: int, tile: int, *, overlap: int, multiple_of: int = 1, feather: int = 0) -> Axis:
    """Returns the tiles of one axis: as few as sides of at most ``tile`` allow, then as small as their number allows.

    Args:
        length: px, a multiple of ``multiple_of``.
        tile: largest side, px.
        overlap: least overlap of neighbours, px.
        multiple_of: starts and sides are multiples of it.
        feather: half the width of the ramp, px; at most a quarter of the overlap.

    Raises:
        ValueError: the length does not fit ``multiple_of``, or the tile is not larger than its overlap.
    """
    if length % multiple_of or length < 1:
        raise ValueError(f"An axis of {length} px is not a positive multiple of {multiple_of}.")
    overlap, limit = _up(overlap, multiple_of), tile // multiple_of * multiple_of
    if length <= limit:
        return Axis(length, length, (0,), (0, length))
    if limit <= overlap or 4 * feather > overlap:
        raise ValueError(f"Tiles of {tile} px with an overlap of {overlap} and a feather of {feather} do not advance.")
    count = math.ceil((length - overlap) / (limit - overlap))
    side = _up((length + (count - 1) * overlap) / count, multiple_of)
    steps = (length - side) // multiple_of
    starts = tuple(number * steps // (count - 1) * multiple_of for number in range(count))
    joints = tuple((start + end + side) // 2 for end, start in pairwise(starts))
    return Axis(length, side, starts, (0, *joints, length), feather)


def plan_tiles(height: int, width: int, *, tile: tuple[int, int], tiling: Tiling, multiple_of: int = 1) -> Plan | None:
    """Returns the tiles of an image of padded size, or None where it cannot be tiled so.

    Exact where the card states a radius and the halo costs at most ``EXACT_WORK``; blended otherwise.

    Args:
        tile: largest height and width of a tile, px.
        tiling: of the card.
        multiple_of: of the card.
    """
    if height <= tile[0] and width <= tile[1]:
        return Plan(plan_axis(height, height, overlap=0), plan_axis(width, width, overlap=0), "whole")
    if tiling == "never":
        return None
    if isinstance(tiling, int):
        exact = _axes(height, width, tile, overlaps=(2 * tiling, 2 * tiling), multiple_of=multiple_of, feather=False)
        if exact and Plan(*exact, "exact").work <= EXACT_WORK:
            return Plan(*exact, "exact")
    low, high = _BLEND_OVERLAP
    overlaps = (min(max(tile[0] // 8, low), high), min(max(tile[1] // 8, low), high))
    blend = _axes(height, width, tile, overlaps=overlaps, multiple_of=multiple_of, feather=True)
    return Plan(*blend, "blend") if blend else None


def _axes(
    height: int, width: int, tile: tuple[int, int], *, overlaps: tuple[int, int], multiple_of: int, feather: bool
) -> tuple[Axis, Axis] | None:
    try:
        rows, columns = (
            plan_axis(length, side, overlap=overlap, multiple_of=multiple_of, feather=overlap // 4 if feather else 0)
            for length, side, overlap in zip((height, width), tile, overlaps, strict=True)
        )
    except ValueError:
        return None
    return rows, columns


def choose_plan(
    height: int,
    width: int,
    *,
    tiling: Tiling,
    multiple_of: int,
    least: int,
    most: int,
    fits: Callable[[Plan], bool],
) -> Plan | None:
    """Returns the plan with the least work among those that fit, the smallest tile among equals; None where none fits.

    An exact plan is preferred to a blended one, whatever the work.

    Args:
        least, most: sides to consider, px, where the image must be cut.
        fits: whether a plan fits the memory.
    """
    rows, columns = (_sides(length, multiple_of=multiple_of, least=least, most=most) for length in (height, width))
    best: tuple[tuple[bool, float, int], Plan] | None = None
    for tall in rows:
        for wide in columns:
            plan = plan_tiles(height, width, tile=(tall, wide), tiling=tiling, multiple_of=multiple_of)
            if plan is None or not fits(plan):
                continue
            rank = (plan.mode == "blend", round(plan.work, 2), plan.tile[0] * plan.tile[1])
            if best is None or rank < best[0]:
                best = (rank, plan)
    return best[1] if best else None


def _sides(length: int, *, multiple_of: int, least: int, most: int) -> Iterable[int]:
    if length <= least:
        return [length]
    start = _up(least, multiple_of)
    step = _up(32, multiple_of)
    sides = list(range(start, max(start, min(most, length)) + 1, step))
    return [*sides, length] if length <= most and length not in sides else sides
