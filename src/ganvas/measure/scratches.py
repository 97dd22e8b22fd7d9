"""Scratches: thin, long, bright or dark structures that stand out from both of their sides, found without a network.

Each pixel is compared with the median around it, and lines of it are added up in twelve directions (matched filters,
after Chaudhuri et al. 1989, https://doi.org/10.1109/42.34715). Whatever stands out in one piece is judged as a whole,
by how long, thin, straight, clear and colourless it is and how restless the picture is around it: wires, hair and
branches stand out as well, and come in crowds. The judgement is linear, its weights found by
``scripts/fit_scratches.py``.
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Bool, Float, Int

from ganvas.measure.scratch_weights import BIAS, TABLE

__all__ = ["Pieces", "pieces", "scratches"]

_MOST_PIXELS = 2_000_000  # a larger picture is judged at this size
_DIRECTIONS = 12
_SHORT, _LONG, _BESIDE = 11, 31, 4  # px: lines that are compared with their sides, lines that are added up, how far
_QUIET = 0.015  # added to the level of the surroundings: noise of 8-bit pictures
_CANDIDATE = (0.01, 1.5, 2.0)  # contrast with both sides, direction, height over the surroundings: least of each
_KEPT = 0.3  # of a neighbour's height, that a soft border has
Pieces = tuple[Int[np.ndarray, "h w"], Float[np.ndarray, "n k"], Float[np.ndarray, "h w"]]


def scratches(image: Float[np.ndarray, "h w c"]) -> Bool[np.ndarray, "h w"]:
    """Returns where an image in [0, 1] is scratched, soft borders included.

    What it finds and misses is measured by ``benchmarks/quality.py --tasks scratches``.
    """
    height, width = image.shape[:2]
    reduced = min(1.0, (_MOST_PIXELS / (height * width)) ** 0.5)
    small = np.clip(image, 0, 1).astype(np.float32)
    if reduced < 1:
        size = max(1, round(width * reduced)), max(1, round(height * reduced))
        small = cv2.resize(small, size, interpolation=cv2.INTER_AREA).reshape(*size[::-1], image.shape[2])
    mask = np.zeros(small.shape[:2], bool)
    for labels, told, above in pieces(small):
        found = np.concatenate([[False], told @ _WEIGHTS + _OFFSET > 0])[labels]
        near = cv2.dilate(above * found, np.ones((3, 3), np.uint8))
        mask |= found | ((above > _KEPT * near) & (near > 0))
    if reduced == 1:
        return mask
    return cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR) > 0.3


def pieces(image: Float[np.ndarray, "h w c"]) -> list[Pieces]:
    """Returns the candidates among the bright and among the dark structures of an image in [0, 1].

    Each is the number of the piece that a pixel belongs to (0 is none), what is told of every piece, in the order of
    the table of weights, and how far each pixel stands out.
    """
    # Paint is without colour: it raises the lowest channel, or lowers the highest; coloured things do neither.
    low, high = image.min(axis=2), image.max(axis=2)
    return [_pieces(plane, high - low, dark) for dark, plane in enumerate((low, 1 - high))]


def _pieces(plane: Float[np.ndarray, "h w"], chroma: Float[np.ndarray, "h w"], dark: int) -> Pieces:
    above = plane - cv2.medianBlur(np.rint(plane * 255).astype(np.uint8), 15).astype(np.float32) / 255
    levels = np.rint(np.clip(np.abs(above) * 1020, 0, 255)).astype(np.uint8)
    quiet = cv2.medianBlur(levels, 31).astype(np.float32) / 1020
    restless = cv2.GaussianBlur(np.minimum(np.abs(above), np.float32(0.1)), (0, 0), 8)
    clear = np.clip(above / (quiet + _QUIET), -3, 8)
    contrast, length, direction = _lines(plane, np.clip(above, -0.1, 0.25), clear)
    candidate = (contrast > _CANDIDATE[0]) & (direction > _CANDIDATE[1]) & (clear > _CANDIDATE[2])
    count, labels, found, _ = cv2.connectedComponentsWithStats(candidate.astype(np.uint8), connectivity=8)
    places = np.flatnonzero(labels)
    number = labels.ravel()[places]
    size = found[1:, cv2.CC_STAT_AREA].astype(float)

    def mean(values: np.ndarray) -> np.ndarray:
        return np.bincount(number, values.ravel()[places].astype(float), count)[1:] / size

    long, wide = _axes(places // plane.shape[1], places % plane.shape[1], number, count, size)
    height = mean(above)
    spread = np.sqrt(np.maximum(mean(above**2) - height**2, 0))
    crowd = candidate.astype(np.float32)
    told = {
        "long": np.log(long),
        "thick": np.log(size / long),
        "straight": np.log(long / wide),
        "clear": mean(clear),
        "contrast": mean(contrast),
        "direction": mean(direction),
        "length": mean(length),
        "height": height,
        "uneven": spread / (height + 0.02),
        "quiet": mean(np.log(quiet + 0.004)),
        "restless": mean(np.log(restless + 0.004)),
        "chroma": mean(chroma),
        "crowd_near": np.log(0.003 + np.maximum(0, mean(cv2.blur(crowd, (41, 41))) - size / 41**2)),
        "crowd_far": mean(np.log(0.003 + cv2.blur(crowd, (121, 121)))),
        "crowd": np.full(count - 1, np.log(0.002 + float(crowd.mean()))),
        "dark": np.full(count - 1, float(dark)),
    }
    return labels, np.stack([told[name] for name in TABLE], axis=1), np.maximum(above, 0)


def _lines(
    plane: Float[np.ndarray, "h w"], above: Float[np.ndarray, "h w"], clear: Float[np.ndarray, "h w"]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The best of all directions: contrast of a short line with both sides; means along a long one, less those of all
    directions, of how far it stands out and of how clearly."""
    height, width = plane.shape
    stack = np.dstack([plane, above, clear])
    best, total = np.full(stack.shape, -np.inf, np.float32), np.zeros(stack.shape, np.float32)
    for step in range(_DIRECTIONS):
        turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), 180 * step / _DIRECTIONS, 1)
        cosine, sine = np.abs(turn[0, :2])
        size = int(np.ceil(width * cosine + height * sine)), int(np.ceil(width * sine + height * cosine))
        turn[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
        turned = cv2.warpAffine(stack, turn, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        short = cv2.blur(turned[:, :, 0], (_SHORT, 1))
        sides = np.maximum(np.roll(short, _BESIDE, axis=0), np.roll(short, -_BESIDE, axis=0))
        along = [short - sides, *(cv2.blur(turned[:, :, n], (_LONG, 1)) for n in (1, 2))]
        back = cv2.warpAffine(np.dstack(along), turn, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        best, total = np.maximum(best, back), total + back
    beyond = best - total / _DIRECTIONS
    return best[:, :, 0], beyond[:, :, 1], beyond[:, :, 2]


def _axes(
    rows: np.ndarray, columns: np.ndarray, number: np.ndarray, count: int, size: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Length and width in px of the bars that have the moments of each piece."""

    def mean(values: np.ndarray) -> np.ndarray:
        return np.bincount(number, values.astype(float), count)[1:] / size

    x, y = mean(columns), mean(rows)
    xx, yy, xy = mean(columns**2) - x * x, mean(rows**2) - y * y, mean(rows * columns) - x * y
    middle, half = (xx + yy) / 2, np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    pixel = 1 / 12  # a pixel's own moment
    return np.sqrt(12 * (middle + half + pixel)), np.sqrt(12 * (np.maximum(middle - half, 0) + pixel))


_WEIGHTS = np.array([weight / spread for _, spread, weight in TABLE.values()])
_OFFSET = BIAS - sum(middle * weight / spread for middle, spread, weight in TABLE.values())
