"""Restores parts of a picture by a function of squares of one size, and pastes what changed back softly.

A square around each part is brought to the function's size, and the *change* that the function makes there is brought
back and added. So a part that is larger than that size keeps its fine detail, of which the function has seen nothing,
and one that is smaller gets what its pixels can hold. The change fades out towards the square's border.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float

from ganvas.core.errors import ModelError

__all__ = ["Square", "paste", "weight"]

_FEATHER = 0.25  # of the side: where a change fades out, along each border
Function = Callable[[Float[np.ndarray, "n n 3"]], Float[np.ndarray, "n n 3"]]


@dataclass(frozen=True, kw_only=True)
class Square:
    """A square of pixels; it may reach over the picture's edge.

    Attributes:
        top, left: its first row and column.
        side: px.
    """

    top: int
    left: int
    side: int

    @classmethod
    def around(cls, *, top: float, left: float, height: float, width: float, grown: float) -> Square:
        """Returns the square around the middle of a box, ``grown`` times as long as the box's longer side."""
        side = max(2, round(max(height, width) * grown))
        return cls(top=round(top + height / 2 - side / 2), left=round(left + width / 2 - side / 2), side=side)

    def inside(self, shape: tuple[int, ...]) -> tuple[slice, slice]:
        """Returns what a picture of that height and width is indexed by for the part of the square that lies in it."""
        return (
            slice(max(0, self.top), max(0, min(shape[0], self.top + self.side))),
            slice(max(0, self.left), max(0, min(shape[1], self.left + self.side))),
        )


def weight(square: Square, where: tuple[slice, slice]) -> Float[np.ndarray, "h w"]:
    """Returns how much of a change counts at the pixels of ``where``: 1 in the middle, 0 from the border outwards."""
    axes = []
    for place, start in zip(where, (square.top, square.left), strict=True):
        deep = np.arange(place.start, place.stop, dtype=np.float32) + 0.5 - start
        deep = np.minimum(deep, square.side - deep) / (_FEATHER * square.side)
        axes.append((0.5 - 0.5 * np.cos(np.pi * np.clip(deep, 0, 1))).astype(np.float32))
    return axes[0][:, None] * axes[1][None]


def paste(
    function: Function,
    image: Float[np.ndarray, "h w c"],
    squares: Sequence[Square],
    *,
    side: int,
    strength: float = 1.0,
    out: Float[np.ndarray, "h w c"],
) -> Float[np.ndarray, "h w c"]:
    """Returns ``out``: the image, restored in the squares; pixels outside of all are those of the image bit for bit.

    Where squares overlap, an earlier one has its say, and a later one what is left of it. A square without colour stays
    without colour.

    Args:
        function: restores an image of ``side`` x ``side`` px in [0, 1]; its result is taken for values in [0, 1].
        image: one or three channels, any size; not written to.
        squares: what is restored, the most important first.
        side: of what the function is shown, px.
        strength: share of the change, 0 to 1.
        out: where the result goes, of the shape of the image.

    Raises:
        ModelError: the function gives another shape, or values that are not finite.
    """
    out[:] = image
    for number, square in enumerate(squares):
        where = square.inside(image.shape)
        share = np.float32(strength) * weight(square, where)
        for earlier in squares[:number]:
            share *= 1 - weight(earlier, where)
        if not share.any():
            continue
        given = np.asarray(image[where])
        change = _change(function, given, square, where, side)
        now = out[where] + share[:, :, None] * change
        out[where] = np.clip(now, np.minimum(given, 0), np.maximum(given, 1))
    return out


def _change(
    function: Function, given: Float[np.ndarray, "h w c"], square: Square, where: tuple[slice, slice], side: int
) -> Float[np.ndarray, "h w c"]:
    """What the function changes in the part of the square that lies in the picture."""
    channels = given.shape[2]
    gray = channels == 1 or bool((given == given[:, :, :1]).all())
    before = [where[0].start - square.top, where[1].start - square.left]
    after = [square.side - before[0] - given.shape[0], square.side - before[1] - given.shape[1]]
    whole = np.pad(np.clip(given, 0, 1), [*zip(before, after, strict=True), (0, 0)], mode="symmetric")
    small = np.array(np.broadcast_to(_resized(whole, side), (side, side, 3)), order="C")
    made = function(small)
    if made.shape != small.shape or not np.isfinite(made).all():
        raise ModelError(f"The model gave {made.shape} for {small.shape}, or values that are not finite: use another.")
    change = np.clip(made, 0, 1) - small
    if gray:
        change = change.mean(axis=2, keepdims=True)
    grown = _resized(change, square.side)
    return grown[before[0] : before[0] + given.shape[0], before[1] : before[1] + given.shape[1]]


def _resized(image: Float[np.ndarray, "n n c"], side: int) -> Float[np.ndarray, "m m c"]:
    mode = cv2.INTER_AREA if side < len(image) else cv2.INTER_CUBIC
    return cv2.resize(np.ascontiguousarray(image, np.float32), (side, side), interpolation=mode).reshape(side, side, -1)
