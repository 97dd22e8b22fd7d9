"""Fills what is missing in a picture of any size by a function of small crops.

Holes that lie together share a crop, and each crop sees what the crops before it have filled, so that nothing is pasted
over its neighbour. A hole that is too thick for the function is filled at low resolution first, as a whole; its core is
brought to full resolution by the detail of the places it resembles (:mod:`ganvas.infer.detail`), and the function joins
core and surroundings in a ring at full resolution. Only missing pixels are ever written to.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Bool, Float

from ganvas.core.errors import ImageError, ModelError, SettingsError
from ganvas.infer.detail import coarse_core
from ganvas.infer.holes import Box, boxes_of, tightened, tiles_of

__all__ = ["Filled", "Function", "feathered", "fill"]

Function = Callable[[Float[np.ndarray, "h w c"], Bool[np.ndarray, "h w"]], Float[np.ndarray, "h w c"]]
_DEEP_SIDE = 1024  # px; depth is measured on a copy of at most about this size, a feather in tiles of it


@dataclass
class Filled:
    """What was done.

    Attributes:
        crops: how often the function was called at full resolution.
        coarse: holes that were filled at low resolution first.
        largest: longest side of any crop, px.
    """

    crops: int = 0
    coarse: int = 0
    largest: int = 0


def fill(
    function: Function,
    image: Float[np.ndarray, "h w c"],
    mask: Bool[np.ndarray, "h w"],
    *,
    context: int = 64,
    largest: int = 512,
    deepest: int | None = None,
    out: Float[np.ndarray, "h w c"] | None = None,
    told: Filled | None = None,
) -> Float[np.ndarray, "h w c"]:
    """Returns the image with its holes filled, float32; known pixels come back bit for bit.

    What stood in the holes has no influence: the function is shown the mean of what is known there.

    Args:
        function: fills a crop; what it changes outside the mask is left aside.
        image: values in [0, 1]; any array that can be indexed, be it in a file. Not written to.
        mask: True where a pixel is missing.
        context: least width of what the function is shown around a hole, px, as far as the picture reaches.
        largest: longest side of a crop, px; memory is bounded by it.
        deepest: how far a missing pixel may lie from the nearest known one for the function to fill it at full
            resolution, px; beyond, low resolution comes first. None for any hole that fits one crop.
        out: where the result goes, of the shape of the image; a new array when left out.
        told: is told what was done.

    Raises:
        SettingsError: the context leaves no room in the crops.
        ImageError: nothing is known, or the mask is of another size.
        ModelError: the function gives another shape, or values that are not finite.
    """
    if context < 8 or largest < 4 * context or (deepest is not None and deepest < 1):
        raise SettingsError(f"Crops of {largest} px with a context of {context} px are not possible: enlarge them.")
    if mask.shape != image.shape[:2]:
        raise ImageError(f"The mask has {mask.shape} pixels, the picture {image.shape[:2]}: make them equal.")
    if mask.all():
        raise ImageError("Every pixel is missing, so there is nothing to fill from: white means missing.")
    if out is None:
        out = np.array(image, dtype=np.float32)
    else:
        out[:] = image
    work = _Work(function, out, np.array(mask), context, largest, told or Filled())
    inner = largest - 2 * context
    thin = _depth(mask, Box(0, mask.shape[0], 0, mask.shape[1])) < min(context, deepest or context)
    for box in boxes_of(mask, crop=work.crop, inner=inner, thin=thin):
        # Boxes of what lies within another's bounds may be done by now.
        if (rest := tightened(work.left, box)) is None:
            continue
        limit = inner if deepest is None else deepest
        limit = limit if rest.longer <= inner else min(limit, context)
        depth = _depth(work.left, rest)
        if depth > limit:
            work.told.coarse += 1
            ask = partial(work.ask, count=False)
            coarse_core(ask, out, work.left, rest, depth=depth, deepest=limit, context=context, largest=largest)
        for tile in tiles_of(rest, inner):
            if (part := tightened(work.left, tile)) is not None:
                work.fill(part)
    return out


@dataclass
class _Work:
    """A picture in the making: ``out`` holds it, ``left`` says what is still missing."""

    function: Function
    out: np.ndarray
    left: np.ndarray
    context: int
    most: int
    told: Filled

    def crop(self, box: Box) -> Box:
        """The box with its context: the larger the hole, the more of it."""
        margin = max(self.context, min(box.longer // 2, (self.most - box.longer) // 2))
        return box.grown(margin, self.left.shape)

    def fill(self, box: Box) -> None:
        crop = self.crop(box)
        filled = self.ask(self.out[crop.slices], self.left[crop.slices])
        missing = self.left[box.slices]
        self.out[box.slices][missing] = filled[box.within(crop)][missing]
        self.left[box.slices] = False

    def ask(self, image: np.ndarray, mask: np.ndarray, *, count: bool = True) -> np.ndarray:
        """The function's answer, clipped; the crop is a copy, whose holes hold the mean of what is known."""
        shown = np.array(image, dtype=np.float32)
        shown[mask] = shown[~mask].mean(axis=0, dtype=np.float64)
        filled = np.asarray(self.function(shown, mask.copy()))
        if filled.shape != shown.shape or not np.isfinite(filled[mask]).all():
            raise ModelError(
                f"The model made {filled.shape} of a crop of {shown.shape}, or values that are not finite: use another "
                "model with --model."
            )
        self.told.crops += count
        self.told.largest = max(self.told.largest, *mask.shape)
        return np.clip(filled, 0, 1)


def feathered(
    filled: Float[np.ndarray, "h w c"], image: Float[np.ndarray, "h w c"], mask: Bool[np.ndarray, "h w"], *, px: float
) -> None:
    """Mixes what stood in the outermost ``px`` pixels of the holes into ``filled``, in place, less and less inward.

    A missing pixel at the distance d from the nearest known one keeps the share 1 - d / (px + 1) of what stood there;
    known pixels are not touched.
    """
    import cv2

    for tile in tiles_of(Box(0, mask.shape[0], 0, mask.shape[1]), _DEEP_SIDE):
        around = tile.grown(math.ceil(px) + 1, mask.shape)
        missing = mask[around.slices]
        if missing.all() or not mask[tile.slices].any():
            continue
        distance = cv2.distanceTransform(missing.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        share = np.clip(distance / (px + 1), 0, 1)[tile.within(around)]
        missing = mask[tile.slices] & (share < 1)
        weight = share[missing][:, None].astype(np.float32)
        part = filled[tile.slices]
        part[missing] = weight * part[missing] + (1 - weight) * np.clip(image[tile.slices][missing], 0, 1)


def _depth(left: np.ndarray, box: Box) -> float:
    """How far the farthest missing pixel of the box is from a known one, px; for large boxes to a few px."""
    import cv2

    around = box.grown(1, left.shape)
    step = -(-around.longer // _DEEP_SIDE)
    missing = left[around.slices]
    if step > 1:
        tall = np.logical_and.reduceat(missing, np.arange(0, missing.shape[0], step), axis=0)
        missing = np.logical_and.reduceat(tall, np.arange(0, missing.shape[1], step), axis=1)
    if not missing.any():
        return float(step)
    return float(cv2.distanceTransform(missing.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE).max()) * step
