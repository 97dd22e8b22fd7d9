"""Large holes: filled at low resolution, then brought to full resolution by the detail of places that look alike.

The residual of the known places, what full resolution adds to low resolution, is laid over the enlarged fill at the
places that resemble them (Yi et al. 2020, "Contextual Residual Aggregation for Ultra High-Resolution Image Inpainting",
https://arxiv.org/abs/2005.09704, section 3.2).

Departures. Places are compared by their pixels and not by features of a network, so any function can fill; one place is
taken instead of a weighted mean of all, which would be blurred; neighbours are asked for their place first, so that
pieces stay whole (Barnes et al. 2009, "PatchMatch"), and where pieces meet they fade into one another. What belongs to
no piece and resembles its place only nearly gets no detail: where the fill is smooth, one place is nearest to all of
it, and its detail would repeat like a weave.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Bool, Float, Int

from ganvas.infer.holes import Box, tiles_of

__all__ = ["coarse_core", "places"]

_TILE = 1024  # px of the full picture that are looked at together
_AT_ONCE = 1 << 21  # pixels that are made smaller together
_PIECE = 1 << 17  # pixels that get their detail together
_PATCH = 5  # px of the low resolution, a side
_FEATURES = 16  # principal components of a patch
_SOURCES = 1 << 14  # places that are searched one by one
_QUERIES = 256  # of them at once
_KINDER = 1.1  # a neighbour's place may be this much farther off than one's own
_WHOLE = 2  # neighbours of four that move with a pixel of a piece
_EQUAL = 1e-4  # sum of squares between patches that are the same to a third of a level of 255
_RING = (8, 32)  # px, least and most

Ask = Callable[[np.ndarray, np.ndarray], np.ndarray]
Places = tuple[Int[np.ndarray, "h w"], Int[np.ndarray, "h w"], Bool[np.ndarray, "h w"]]


def coarse_core(
    ask: Ask,
    out: Float[np.ndarray, "h w c"],
    left: Bool[np.ndarray, "h w"],
    box: Box,
    *,
    depth: float,
    deepest: int,
    context: int,
    largest: int,
) -> None:
    """Fills the core of what is missing in the box, in place: ``out`` gets its pixels, ``left`` no longer has them.

    The core is all that lies deeper than a ring of a few pixels, which is left to be filled at full resolution.

    Args:
        ask: fills a crop.
        depth: how far the farthest missing pixel is from a known one, px.
        deepest: how far it may be for ``ask``.
        context: least margin at low resolution, px.
        largest: longest side of what ``ask`` is given, px.
    """
    factor = max(2, int(np.ceil(depth / deepest)), -(-box.longer // (largest - 2 * context)))
    margin = max(context * factor, min(box.longer // 2, (largest * factor - box.longer) // 2))
    crop = box.grown(margin, left.shape)
    low, share = _smaller(out, left, crop, factor)
    missing = share < 0.5
    if missing.all():
        missing = share == 0
    low = np.where(missing[:, :, None], ask(low, missing), low)
    doubtful = _spread(share < 1)  # their detail is not whole
    found = places(low, wanted=_spread(doubtful), known=~doubtful)
    ring = min(max(2 * factor, _RING[0]), _RING[1])
    core = np.zeros((box.bottom - box.top, box.right - box.left), bool)
    for tile in tiles_of(box, _TILE):
        core[tile.within(box)] = _deeper(left, tile, ring)
    step = max(1, _PIECE // core.shape[1])
    for top in range(0, len(core), step):
        y, x = np.nonzero(core[top : top + step])
        y, x = y + top + box.top, x + box.left
        out[y, x] = _detailed(out, low, found, (y - crop.top, x - crop.left), crop, factor)
    left[box.slices] &= ~core


def places(
    low: Float[np.ndarray, "h w c"], *, wanted: Bool[np.ndarray, "h w"], known: Bool[np.ndarray, "h w"]
) -> Places | None:
    """Returns how far down and to the right the place lies that each wanted pixel resembles, and whether its detail is
    worth having: it moves with its neighbours, or is the same; None where no place is known.

    Args:
        wanted: pixels whose place is sought; all others stay where they are.
        known: pixels that may be such places.
    """
    height, width = low.shape[:2]
    known = known.copy()
    known[[0, -1], :] = known[:, [0, -1]] = False  # their surroundings are not whole
    sources, queries = np.flatnonzero(known), np.flatnonzero(wanted)
    if not len(sources):
        return None
    features = _patches(low)
    sampled = sources[:: -(-len(sources) // _SOURCES)]
    columns, half = features[sampled].T.copy(), (features[sampled] ** 2).sum(axis=1) / 2
    nearest = np.arange(height * width)
    for start in range(0, len(queries), _QUERIES):
        some = queries[start : start + _QUERIES]
        nearest[some] = sampled[np.argmin(half - features[some] @ columns, axis=1)]
    y, x = np.divmod(np.arange(height * width), width)
    down, right = nearest // width - y, nearest % width - x
    off = np.full(height * width, np.inf, np.float32)
    off[queries] = ((features[queries] - features[nearest[queries]]) ** 2).sum(axis=1)
    for step_y, step_x in ((0, -1), (-1, 0), (0, 1), (1, 0)) * 2:
        asked = queries[_inside(y[queries] + step_y, x[queries] + step_x, (height, width))]
        beside = asked + step_y * width + step_x
        there_y, there_x = y[asked] + down[beside], x[asked] + right[beside]
        inside = _inside(there_y, there_x, (height, width))
        there = np.where(inside, there_y * width + there_x, 0)
        apart = ((features[asked] - features[there]) ** 2).sum(axis=1)
        better = inside & known.ravel()[there] & (apart <= _KINDER * off[asked])
        chosen = asked[better]
        down[chosen], right[chosen], off[chosen] = down[beside[better]], right[beside[better]], apart[better]
    down, right = down.reshape(height, width), right.reshape(height, width)
    return down, right, (_alike(down, right) >= _WHOLE) | (off <= _EQUAL).reshape(height, width)


def _alike(down: Int[np.ndarray, "h w"], right: Int[np.ndarray, "h w"]) -> Int[np.ndarray, "h w"]:
    """How many of the four neighbours of each pixel lie as far from their places as the pixel from its own."""
    count = np.zeros(down.shape, np.int64)
    for moved, counted in (((down, right), count), ((down.T, right.T), count.T)):
        same = (np.diff(moved[0], axis=0) == 0) & (np.diff(moved[1], axis=0) == 0)
        counted[1:] += same
        counted[:-1] += same
    return count


def _inside(y: np.ndarray, x: np.ndarray, size: tuple[int, int]) -> Bool[np.ndarray, " n"]:
    return (y >= 0) & (y < size[0]) & (x >= 0) & (x < size[1])


def _smaller(
    out: np.ndarray, left: np.ndarray, crop: Box, factor: int
) -> tuple[Float[np.ndarray, "h w c"], Float[np.ndarray, "h w"]]:
    """The mean of what is known in every block of the crop, and the share of the block that is."""
    means, shares = [], []
    width = crop.right - crop.left
    step, across = factor * max(1, _AT_ONCE // (width * factor)), np.arange(0, width, factor)
    for top in range(crop.top, crop.bottom, step):
        rows = slice(top, min(top + step, crop.bottom)), slice(crop.left, crop.right)
        known = ~left[rows]
        blocks = np.arange(0, len(known), factor)

        def summed(values: np.ndarray, blocks: np.ndarray = blocks) -> np.ndarray:
            tall = np.add.reduceat(values, blocks, axis=0, dtype=np.float32)
            return np.add.reduceat(tall, across, axis=1)

        count, all_of_them = summed(known[:, :, None]), summed(np.ones((*known.shape, 1), bool))
        means.append(summed(np.where(known[:, :, None], out[rows], 0)) / np.maximum(count, 1))
        shares.append((count / all_of_them)[:, :, 0])
    return np.concatenate(means).astype(np.float32), np.concatenate(shares)


def _deeper(left: np.ndarray, tile: Box, ring: int) -> Bool[np.ndarray, "h w"]:
    """Which missing pixels of the tile lie deeper than the ring."""
    import cv2

    around = tile.grown(ring + 1, left.shape)
    missing = left[around.slices]
    inside = tile.within(around)
    if missing.all():
        return missing[inside].copy()
    distance = cv2.distanceTransform(missing.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(distance[inside] > ring)


def _detailed(
    out: np.ndarray,
    low: np.ndarray,
    found: Places | None,
    at: tuple[np.ndarray, np.ndarray],
    crop: Box,
    factor: int,
) -> Float[np.ndarray, "n c"]:
    """The enlarged fill at pixels of the crop, with the detail of the places that the pixels around them resemble."""
    height, width = low.shape[:2]
    corners = list(_corners(at, factor, (height, width)))
    result = np.zeros((len(at[0]), low.shape[2]), np.float32)
    for weight, i, j in corners:
        result += weight * low[i, j]
    if found is None:
        return np.clip(result, 0, 1)
    down, right, worth = found
    for weight, i, j in corners:
        move_y, move_x = down[i, j], right[i, j]
        there = crop.top + at[0] + factor * move_y, crop.left + at[1] + factor * move_x
        # A pixel at the rim of the crop has no place of its own; it would look beyond the border.
        np.clip(there[0], 0, out.shape[0] - 1, out=there[0])
        np.clip(there[1], 0, out.shape[1] - 1, out=there[1])
        detail = out[there]
        for share, row, column in corners:
            above = np.clip(row + move_y, 0, height - 1), np.clip(column + move_x, 0, width - 1)
            detail = detail - share * low[above]
        result += weight * worth[i, j][:, None] * detail
    return np.clip(result, 0, 1)


def _corners(
    at: tuple[np.ndarray, np.ndarray], factor: int, size: tuple[int, int]
) -> list[tuple[Float[np.ndarray, "n 1"], Int[np.ndarray, " n"], Int[np.ndarray, " n"]]]:
    """The four pixels of the low resolution around each pixel, with their bilinear weights."""
    rows, columns = ((axis + 0.5) / factor - 0.5 for axis in at)
    top, left = np.floor(rows).astype(np.int64), np.floor(columns).astype(np.int64)
    down, along = (rows - top).astype(np.float32), (columns - left).astype(np.float32)
    found = []
    for i, share_i in ((top, 1 - down), (top + 1, down)):
        for j, share_j in ((left, 1 - along), (left + 1, along)):
            weight = (share_i * share_j)[:, None]
            found.append((weight, np.clip(i, 0, size[0] - 1), np.clip(j, 0, size[1] - 1)))
    return found


def _patches(low: np.ndarray) -> Float[np.ndarray, "n f"]:
    """The patch around each pixel, in its strongest components."""
    reach = _PATCH // 2
    padded = np.pad(low, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (_PATCH, _PATCH), axis=(0, 1))
    patches = windows.reshape(low.shape[0] * low.shape[1], -1)
    some = patches[:: -(-len(patches) // _SOURCES)].astype(np.float64)
    some -= some.mean(axis=0)
    _, vectors = np.linalg.eigh(some.T @ some)
    return np.ascontiguousarray(patches @ vectors[:, -_FEATURES:].astype(np.float32))


def _spread(mask: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """The mask and all pixels beside it."""
    from scipy.ndimage import binary_dilation

    return np.asarray(binary_dilation(mask, np.ones((3, 3), bool)))
