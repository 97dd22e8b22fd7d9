"""Two domains made of one set of images: one half as it is, the other half as edges or as its negative.

No image is in both domains, so nothing in the data says which belong together (CoGAN; Liu and Tuzel 2016, section 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from jaxtyping import Int64

from ganvas.core.batch import Unpaired
from ganvas.core.errors import SettingsError
from ganvas.data.fitted import Fit, Fitted, PixelBatch, unit
from ganvas.data.image_source import Split
from ganvas.data.images import Images
from ganvas.data.streams import order, tensor

__all__ = ["TwoDomainStream", "TwoDomains"]

Second = Literal["edges", "negative"]


@dataclass(frozen=True, kw_only=True)
class TwoDomains:
    """Whole images in two halves, drawn by the seed.

    Attributes:
        size: side of the images, or height and width, px.
        channels: 3 for colour, 1 for gray.
        fit: how images of another shape are brought to it.
        split: the part of the set, where it has parts.
        second: what the other half becomes.
    """

    size: int | tuple[int, int] = 32
    channels: int = 3
    fit: Fit = "crop"
    split: Split = "train"
    second: Second = "edges"

    def __post_init__(self) -> None:
        self._images()

    def _images(self) -> Images:
        return Images(size=self.size, channels=self.channels, fit=self.fit, split=self.split)

    def stream(self, path: Path | None, *, seed: int) -> TwoDomainStream:
        """Returns the stream over the images at ``path``.

        Raises:
            SettingsError: no path was given.
            ImageError: nothing there is understood, or it holds one image only.
        """
        if path is None:
            raise SettingsError("This recipe trains on images: give their folder or archive with --data.")
        images = self._images().open(path)
        mixed = np.random.default_rng([seed, len(images.source)]).permutation(len(images.source))
        half = len(mixed) // 2
        return TwoDomainStream(images=images, first=mixed[:half], second=mixed[half:], kind=self.second, seed=seed)


@dataclass(frozen=True, kw_only=True)
class TwoDomainStream:
    """Images of both domains, each in a new order every epoch.

    Attributes:
        images: all of them, at one size.
        first, second: which of them are of which domain.
        kind: what those of the second become.
        seed: of the orders.
    """

    images: Fitted
    first: Int64[np.ndarray, " n"]
    second: Int64[np.ndarray, " m"]
    kind: Second
    seed: int = 0

    def batch(self, first: int, count: int) -> Unpaired:
        """Returns samples ``first`` to ``first + count - 1`` of both domains, images in [-1, 1].

        Raises:
            SettingsError: the batch is larger than a half of the set.
            ImageError: an image is damaged.
        """
        if count > len(self.first):
            raise SettingsError(
                f"A batch of {count} is larger than half of the set, {len(self.first)} images "
                f"({self.images.source.name(0)} ...): lower --train.batch or give more images."
            )
        span = range(first, first + count)
        # Another seed for the second, or the same two images would meet in every epoch.
        numbers = [int(self.first[order(self.seed, index, len(self.first))]) for index in span]
        others = [int(self.second[order(self.seed + 1, index, len(self.second))]) for index in span]
        changed = second_domain(self.images.pixels(others), self.kind)
        return Unpaired(tensor(unit(self.images.pixels(numbers))), tensor(unit(changed)))


def second_domain(pixels: PixelBatch, kind: Second) -> PixelBatch:
    """Returns images as their edges (what a 3x3 dilation adds to them) or as their negatives."""
    if kind == "negative":
        return np.iinfo(pixels.dtype).max - pixels
    around = np.ones((3, 3), np.uint8)
    return np.stack([cv2.dilate(image, around).reshape(image.shape) - image for image in pixels])
