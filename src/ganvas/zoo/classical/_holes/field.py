"""For every patch that touches a hole, where the patch of known pixels is that looks most like it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool, Float, Int

__all__ = ["Field", "sources"]

_PART = 4096  # patches compared at a time: they stay in the processor's cache
_STEPS = (4, 2, 1)  # px, of neighbours asked
_DOUBT = 10.0  # how fast the say of a pixel in a comparison falls with each px into the hole,
_SAY = 0.01  # and down to what: what stands there is a guess, but the only one
_FALL = 1.3  # Wexler et al. 2007, section 3.3: how fast trust falls with each px into the hole
_LEAST = -80.0  # logarithm of the smallest weight: the farthest, worst patch still decides where it is alone


def sources(mask: Bool[np.ndarray, "h w"], size: int) -> Bool[np.ndarray, "rows columns"]:
    """Returns which patches hold known pixels only, by the places of their first pixels; those inside the image."""
    totals = np.zeros((mask.shape[0] + 1, mask.shape[1] + 1), np.int64)
    totals[1:, 1:] = mask.cumsum(0, dtype=np.int64).cumsum(1)
    missing = totals[size:, size:] - totals[:-size, size:] - totals[size:, :-size] + totals[:-size, :-size]
    return missing == 0


class Field:
    """A nearest-neighbour field over the patches that touch the hole (Barnes et al. 2009), and what it makes of it.

    Neighbours are asked all at once, from far to near, where the paper walks along rows: that is what lets NumPy do it.

    Attributes:
        y, x: first pixel of each patch.
        source_y, source_x: first pixel of the source found for it.
        distance: mean squared difference to it, of known pixels above all; infinite where nothing was compared yet.
    """

    def __init__(
        self, image: Float[np.ndarray, "h w c"], mask: Bool[np.ndarray, "h w"], size: int, rng: np.random.Generator
    ) -> None:
        """Takes sources at random.

        Args:
            image: contiguous float32; kept and written to by :meth:`vote`, in the hole only.
            mask: True where a pixel is missing; some patch must be known as a whole.
            size: side of a patch, px.
            rng: decides all that is random here.
        """
        import cv2

        self.image, self.size, self._rng = image, size, rng
        self._valid = sources(mask, size)
        self.y, self.x = (axis.astype(np.int32) for axis in np.nonzero(~self._valid))
        # Patches around the grid have number -1, as those have that are known.
        self._margin = max(size - 1, *_STEPS)
        self._number = np.full([side + 2 * self._margin for side in self._valid.shape], -1, np.int32)
        self._number[self.y + self._margin, self.x + self._margin] = np.arange(len(self.y))
        known = np.flatnonzero(self._valid)
        chosen = known[rng.integers(len(known), size=len(self.y))]
        self.source_y, self.source_x = (a.astype(np.int32) for a in np.unravel_index(chosen, self._valid.shape))
        self.distance = np.full(len(self.y), np.inf, np.float32)
        self._hole = np.nonzero(mask)
        depth = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
        self._trust = -np.log(_FALL) * depth[self.y + size // 2, self.x + size // 2].astype(np.float64)
        self._steps = np.arange(size) * mask.shape[1]
        self._rows = _rows(image, size)
        # Of the say, the root: differences are multiplied by it before they are squared.
        self._say = _rows(np.sqrt(np.maximum(_DOUBT**-depth, _SAY), dtype=np.float32)[:, :, None], size)
        self._said = np.empty(len(self.y), np.float32)
        for part in _parts(len(self.y)):
            self._said[part] = np.square(self._patches(self._say, self.y[part], self.x[part])).sum(axis=1)

    def take(self, coarse: Field) -> None:
        """Takes sources over from the field of the image of half the size, where they fit; they count as compared."""
        middle = self.size // 2
        y, x = self.y + middle, self.x + middle
        shape = coarse._valid.shape
        above = np.minimum(y // 2 - middle + coarse._margin, shape[0] + 2 * coarse._margin - 1)
        left = np.minimum(x // 2 - middle + coarse._margin, shape[1] + 2 * coarse._margin - 1)
        number = coarse._number[np.maximum(above, 0), np.maximum(left, 0)]
        source_y = 2 * (coarse.source_y[number] + middle) + y % 2 - middle
        source_x = 2 * (coarse.source_x[number] + middle) + x % 2 - middle
        fits = self._fits(source_y, source_x) & (number >= 0)
        self.source_y[fits], self.source_x[fits] = source_y[fits], source_x[fits]
        self.distance[fits] = coarse.distance[number[fits]]

    def measure(self) -> None:
        """Compares each patch with its source again: the hole's pixels have changed."""
        self.distance[:] = np.inf
        self._offer(self.source_y, self.source_x)

    def search(self) -> None:
        """Looks for better sources once: those of the neighbours, shifted, then random ones, ever nearer."""
        for step in _STEPS:
            for down, right in ((-step, 0), (step, 0), (0, -step), (0, step)):
                number = self._number[self.y + down + self._margin, self.x + right + self._margin]
                source_y = np.where(number < 0, -1, self.source_y[number] - down)
                self._offer(source_y, self.source_x[number] - right)
        reach = max(self._valid.shape)
        while reach >= 1:
            shift = self._rng.integers(-reach, reach + 1, size=(2, len(self.y)), dtype=np.int32)
            rows, columns = self._valid.shape
            source_y = np.clip(self.source_y + shift[0], 0, rows - 1)
            self._offer(source_y, np.clip(self.source_x + shift[1], 0, columns - 1))
            reach //= 2

    def vote(self, sharpness: float = 1.0) -> None:
        """Sets every pixel of the hole to the weighted mean of what the sources of all patches over it say.

        Weights fall with a patch's distance, on the scale of the upper quartile of all distances, and with its depth in
        the hole (Wexler et al. 2007, eq. 4). A pixel that no compared patch covers stays as it is.

        Args:
            sharpness: factor on the distances: above 1 the best patches decide more.
        """
        compared = np.isfinite(self.distance)
        if not compared.any():
            return
        scale = max(float(np.quantile(self.distance[compared], 0.75)), 1e-12)
        likeness = -sharpness * np.where(compared, self.distance, 0) / scale
        weight = np.where(compared, np.exp(np.maximum(likeness + self._trust, _LEAST)), 0.0)
        y, x = self._hole
        total = np.zeros((len(y), self.image.shape[2]))
        weights = np.zeros((len(y), 1))
        for down, right in np.ndindex(self.size, self.size):
            number = self._number[y - down + self._margin, x - right + self._margin]
            w = np.where(number < 0, 0.0, weight[number])[:, None]
            # Number -1 reads the last patch, with weight 0.
            total += w * self.image[self.source_y[number] + down, self.source_x[number] + right]
            weights += w
        voted = weights[:, 0] > 0
        self.image[y[voted], x[voted]] = total[voted] / weights[voted]

    def _fits(self, y: Int[np.ndarray, " n"], x: Int[np.ndarray, " n"]) -> Bool[np.ndarray, " n"]:
        rows, columns = self._valid.shape
        inside = (y >= 0) & (y < rows) & (x >= 0) & (x < columns)
        return inside & self._valid[np.where(inside, y, 0), np.where(inside, x, 0)]

    def _offer(self, y: Int[np.ndarray, " n"], x: Int[np.ndarray, " n"]) -> None:
        """Takes the sources offered that are nearer than those held."""
        new = (y != self.source_y) | (x != self.source_x) | np.isinf(self.distance)
        chosen = np.flatnonzero(new & self._fits(y, x))
        for some in _parts(len(chosen)):
            part = chosen[some]
            difference = self._patches(self._rows, y[part], x[part])
            difference -= self._patches(self._rows, self.y[part], self.x[part])
            say = self._patches(self._say, self.y[part], self.x[part])
            difference.reshape(*say.shape, -1)[:] *= say[:, :, None]
            distance = np.einsum("ij,ij->i", difference, difference) / (self._said[part] * self.image.shape[2])
            won = distance < self.distance[part]
            taken = part[won]
            self.distance[taken], self.source_y[taken], self.source_x[taken] = distance[won], y[taken], x[taken]

    def _patches(
        self, rows: np.ndarray, y: Int[np.ndarray, " n"], x: Int[np.ndarray, " n"]
    ) -> Float[np.ndarray, "n values"]:
        first = y.astype(np.int64) * self.image.shape[1] + x
        return rows[first[:, None] + self._steps].view(np.float32)


def _rows(image: Float[np.ndarray, "h w c"], size: int) -> np.ndarray:
    """Returns every row of every patch as one item; they overlap in memory, and the image is not copied."""
    height, width, channels = image.shape
    shape, item = (height * width - size + 1,), f"V{4 * size * channels}"
    return np.ndarray(shape, dtype=item, buffer=image, strides=(4 * channels,))


def _parts(length: int) -> Iterator[slice]:
    return (slice(start, start + _PART) for start in range(0, length, _PART))
