"""The real images of an evaluation: which are compared with, which are held out, and how they reach a size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int64, UInt8

from ganvas.core.errors import SettingsError
from ganvas.data.fitted import Fit, fitted
from ganvas.data.open import ImageSource, open_source
from ganvas.metrics.generation.score import generator

__all__ = ["PART", "Real", "drawn", "pixels", "splits"]

PART = 500  # images in memory at a time
_FEWEST = 20
_DEEPER = 257  # 255 * 257 = 65535


@dataclass(frozen=True)
class Real:
    """Some images of a source, by their numbers."""

    source: ImageSource
    numbers: Int64[np.ndarray, " n"]

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes; empty where the source has no labels."""
        return self.source.classes

    def __len__(self) -> int:
        return len(self.numbers)

    def labels(self, numbers: Int64[np.ndarray, " k"]) -> Int64[np.ndarray, " k"]:
        """Returns the class of each of these images, -1 where it is not known."""
        return np.array([self.source.label(number) for number in numbers.tolist()], np.int64)


def splits(data: Path) -> tuple[Real, Real, tuple[str, str]]:
    """Returns images to compare with, held-out ones, and what both are called: the set's own splits, or two random
    halves where it has none.

    Raises:
        SettingsError: too few images.
        ImageError: the data are not understood or damaged.
    """
    source = open_source(data, split="train")
    for split in ("test", "val"):
        if split in source.facts().get("splits", []):
            held = open_source(data, split=split)
            return _all(source), _all(held), ("split train", f"split {split}")
    if len(source) < _FEWEST:
        raise SettingsError(f"{data} holds {len(source)} images: comparing generators needs at least {_FEWEST}.")
    mixed = generator(0).permutation(len(source))
    first, second = np.sort(mixed[::2]), np.sort(mixed[1::2])
    return Real(source, first), Real(source, second), ("one random half", "the other half")


def _all(source: ImageSource) -> Real:
    return Real(source, np.arange(len(source)))


def drawn(part: Real, most: int) -> Int64[np.ndarray, " k"]:
    """Returns numbers of at most so many images, in random order: any first of them are a fair sample."""
    return generator(1).permutation(part.numbers)[:most]


def pixels(
    part: Real, numbers: Int64[np.ndarray, " k"], shape: tuple[int, int, int], fit: Fit
) -> Iterator[tuple[int, UInt8[np.ndarray, "b h w c"]]]:
    """Yields the place of the first and the pixels of some images at a time: 8 bits, (height, width, channels)."""
    for start in range(0, len(numbers), PART):
        found = []
        for number in numbers[start : start + PART].tolist():
            image = fitted(part.source.read(number), shape[:2], shape[2], fit, part.source.name(number))
            found.append(image if image.dtype == np.uint8 else np.rint(image / _DEEPER).astype(np.uint8))
        yield start, np.stack(found)
