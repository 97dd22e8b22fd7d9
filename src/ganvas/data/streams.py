"""Streams of training batches: pure functions of the global sample index.

Sample ``i`` is the same whatever the batch size, the number of processes or the point of resuming: its image is
``permutation(seed, epoch)[i mod n]`` and its crop, flips and degradation come from a generator seeded by (seed, i).
A stream therefore needs no state in the checkpoint but the count of images drawn.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, Protocol, TypeVar, runtime_checkable

import cv2
import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from ganvas.core.batch import Batch, Paired
from ganvas.core.errors import SettingsError
from ganvas.data.sources import Folder
from ganvas.degrade.degradation import Degradation, Pairing

__all__ = ["PairedStream", "Prefetch", "Stream", "flipped", "order", "patch_of", "tensor"]

B_co = TypeVar("B_co", bound=Batch, covariant=True)
B = TypeVar("B", bound=Batch)


@runtime_checkable
class Stream(Protocol[B_co]):
    """Gives samples ``first`` to ``first + count - 1`` of an endless sequence."""

    def batch(self, first: int, count: int) -> B_co: ...


@lru_cache(maxsize=4)
def _permutation(seed: int, epoch: int, length: int) -> np.ndarray:
    return np.random.default_rng([seed, epoch, length]).permutation(length)


def order(seed: int, index: int, length: int) -> int:
    """Returns which of ``length`` items sample ``index`` takes: every item once an epoch, in a new order each time."""
    return int(_permutation(seed, index // length, length)[index % length])


@dataclass(frozen=True, kw_only=True)
class PairedStream:
    """Crops of clean images and their degraded sources.

    Attributes:
        source: clean images.
        degradation: clean image to source; may reduce the size by ``scale``.
        patch: side of the source patch in px; the target's is ``patch * scale``.
        scale: target pixels per source pixel.
        gray: chance that a sample is gray (three equal channels after degradation).
        margin: px around the source patch that are degraded too and then cut off, so that no border artefact of the
            degradation is learnt.
        zoom: lowest and highest side of the crop in sides of the clean patch, drawn evenly in the logarithm; the crop
            is resized to the patch before the degradation, so that a few photos show their things at many sizes.
            What an image is too small for is cut down to it. ``(1, 1)`` draws nothing.
        seed: of order, crops, flips and degradations.
    """

    source: Folder
    degradation: Degradation
    patch: int = 48
    scale: int = 1
    gray: float = 0.0
    margin: int = 0
    zoom: tuple[float, float] = (1.0, 1.0)
    seed: int = 0

    def __post_init__(self) -> None:
        if self.patch < 1 or self.scale < 1 or self.margin < 0:
            raise SettingsError("A stream needs patch >= 1, scale >= 1 and margin >= 0.")
        if not 0 < self.zoom[0] <= self.zoom[1]:
            raise SettingsError("A stream needs a zoom of two numbers above 0, the lower one first.")

    def batch(self, first: int, count: int) -> Paired:
        """Returns samples ``first`` to ``first + count - 1``, images in [-1, 1]."""
        pairs = [self._sample(index) for index in range(first, first + count)]
        sources, targets = zip(*pairs, strict=True)
        return Paired(tensor(np.stack(sources)), tensor(np.stack(targets)))

    def _sample(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng([self.seed, index])
        image = self.source.read(order(self.seed, index, len(self.source)))
        side = (self.patch + 2 * self.margin) * self.scale
        clean = patch_of(image, side, self.zoom, rng)
        if rng.random() < self.gray:
            clean = cv2.cvtColor(clean, cv2.COLOR_RGB2GRAY)[:, :, None]
        if isinstance(self.degradation, Pairing):
            source, clean = self.degradation.pair(clean, rng)
        else:
            source = self.degradation(clean, rng)
        low, high = self.margin, self.margin * self.scale
        source = source[low : low + self.patch, low : low + self.patch]
        target = clean[high : high + self.patch * self.scale, high : high + self.patch * self.scale]
        return np.broadcast_to(source, (*source.shape[:2], 3)), np.broadcast_to(target, (*target.shape[:2], 3))


def patch_of(
    image: UInt8[np.ndarray, "h w c"], side: int, zoom: tuple[float, float], rng: np.random.Generator
) -> Float[np.ndarray, "n n c"]:
    """Returns a random square of ``side`` px in [0, 1], in one of the eight symmetries.

    Args:
        image: any size; a smaller one is mirrored at its border.
        side: in px.
        zoom: lowest and highest side of what is cut out, in sides of the square that it is resized to.
        rng: all chance comes from it.
    """
    crop = _crop(image, _zoomed(image, side, zoom, rng), rng)
    return flipped(_resized(crop, side), int(rng.integers(8))).astype(np.float32) / np.float32(255)


def _crop(image: np.ndarray, side: int, rng: np.random.Generator) -> np.ndarray:
    height, width = image.shape[:2]
    if min(height, width) < side:
        down, right = max(0, side - height), max(0, side - width)
        image = np.pad(image, ((0, down), (0, right), (0, 0)), mode="symmetric")
        height, width = image.shape[:2]
    top, left = rng.integers(height - side + 1), rng.integers(width - side + 1)
    return image[top : top + side, left : left + side]


def _zoomed(image: np.ndarray, side: int, zoom: tuple[float, float], rng: np.random.Generator) -> int:
    """Returns the side of the crop, px."""
    if zoom == (1.0, 1.0):  # no draw: the stream of a recipe without zoom stays what it was
        return side
    factor = float(np.exp(rng.uniform(np.log(zoom[0]), np.log(zoom[1]))))
    return max(1, round(side * min(factor, max(min(zoom[0], 1.0), min(image.shape[:2]) / side))))


def _resized(crop: np.ndarray, side: int) -> np.ndarray:
    if len(crop) == side:
        return crop
    smaller = side < len(crop)
    return cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)


def flipped(image: np.ndarray, turn: int) -> np.ndarray:
    """Returns one of the eight symmetries of the square, ``turn`` from 0 to 7."""
    image = image[::-1] if turn & 1 else image
    image = image[:, ::-1] if turn & 2 else image
    image = image.transpose(1, 0, 2) if turn & 4 else image
    return np.ascontiguousarray(image)


def tensor(images: Float[np.ndarray, "b h w c"]) -> Float[Tensor, "b c h w"]:
    """Returns images in [0, 1] as the networks take them, in [-1, 1]."""
    # The array is channels-last already: permuting is the layout the convolutions want, with no copy.
    return torch.from_numpy(images * np.float32(2) - np.float32(1)).permute(0, 3, 1, 2)


@dataclass
class Prefetch(Generic[B]):
    """Reads a stream ahead in one thread. ``take`` returns the same batches as the stream itself, in order.

    Args:
        stream: where batches come from.
        first: index of the first sample wanted.
        sizes: batch sizes to prepare, in order; endless.
        depth: batches kept ready.
    """

    stream: Stream[B]
    first: int
    sizes: Iterator[int]
    depth: int = 3
    _queue: queue.Queue[tuple[int, int, B | BaseException]] = field(init=False, repr=False)
    _stop: threading.Event = field(init=False, repr=False, default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._queue = queue.Queue(self.depth)
        self._thread = threading.Thread(target=self._work, name="ganvas-prefetch", daemon=True)
        self._thread.start()

    def batch(self, first: int, count: int) -> B:
        """Returns samples ``first`` to ``first + count - 1``; falls back to the stream where they were not foreseen."""
        ready_first, ready_count, batch = self._queue.get()
        if isinstance(batch, BaseException):
            raise batch
        if (ready_first, ready_count) != (first, count):
            return self.stream.batch(first, count)
        return batch

    def close(self) -> None:
        """Stops the thread."""
        self._stop.set()
        while not self._queue.empty():
            self._queue.get_nowait()
        self._thread.join(timeout=5)

    def _work(self) -> None:
        index = self.first
        for count in self.sizes:
            try:
                batch: B | BaseException = self.stream.batch(index, count)
            except BaseException as error:
                batch = error
            while not self._stop.is_set():
                try:
                    self._queue.put((index, count, batch), timeout=0.2)
                    break
                except queue.Full:
                    continue
            if self._stop.is_set() or isinstance(batch, BaseException):
                return
            index += count
