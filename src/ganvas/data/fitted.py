"""Images of any size as pixels of one size, kept in memory in one array as far as that may grow."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import cv2
import numpy as np
from jaxtyping import Float32, UInt8, UInt16

from ganvas.core.errors import ImageError
from ganvas.data.image_source import ArraySource, ImageSource, Pixels

__all__ = ["Fit", "Fitted", "PixelBatch", "fitted", "unit"]

Fit = Literal["crop", "pad", "stretch", "exact"]
Resized = UInt8[np.ndarray, "H W k"] | UInt16[np.ndarray, "H W k"]
PixelBatch = UInt8[np.ndarray, "b h w c"] | UInt16[np.ndarray, "b h w c"]
_DEEPER = 257  # 255 * 257 = 65535: 8 bits as 16 with the very same share of white


def fitted(image: Pixels, size: tuple[int, int], channels: int, fit: Fit, name: str) -> Resized:
    """Returns an image at a size: areas are averaged where it shrinks, and drawn linearly where it grows.

    Args:
        image: any size, 1 or 3 channels.
        size: height and width wanted, px.
        channels: 1 (luma of colours, Rec. 601) or 3 (gray thrice).
        fit: ``crop`` cuts the middle out at the shape wanted, ``pad`` keeps all of it with black around, ``stretch``
            ignores the shape, ``exact`` takes no other size.
        name: what an error calls it.

    Raises:
        ImageError: ``exact``, and it is of another size.
    """
    height, width = image.shape[:2]
    if fit == "exact" and (height, width) != size:
        raise ImageError(
            f"{name} is {width} x {height} px, not {size[1]} x {size[0]}: set fit to crop, pad or stretch, or the size."
        )
    if (height, width) != size and fit == "crop":
        image = _middle(image, size)
    if image.shape[2] != channels:
        image = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY if channels == 1 else cv2.COLOR_GRAY2RGB)
    if fit == "pad":
        scale = min(size[0] / height, size[1] / width)
        inner = (max(1, min(size[0], round(height * scale))), max(1, min(size[1], round(width * scale))))
        whole = np.zeros((*size, channels), image.dtype)
        top, left = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
        whole[top : top + inner[0], left : left + inner[1]] = _resized(image, inner)
        return whole
    return _resized(image, size)


def _middle(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The largest part of the shape of ``size``, from the middle."""
    height, width = image.shape[:2]
    cut_height = max(1, min(height, round(width * size[0] / size[1])))
    cut_width = max(1, min(width, round(height * size[1] / size[0])))
    top, left = (height - cut_height) // 2, (width - cut_width) // 2
    return image[top : top + cut_height, left : left + cut_width]


def _resized(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    # Shrinks first, then grows: OpenCV averages areas only where both sides shrink.
    smaller = (min(image.shape[0], size[0]), min(image.shape[1], size[1]))
    if image.shape[:2] != smaller:
        image = cv2.resize(image, smaller[::-1], interpolation=cv2.INTER_AREA)
    if image.shape[:2] != size:
        image = cv2.resize(image, size[::-1], interpolation=cv2.INTER_LINEAR)
    return image if image.ndim == 3 else image[:, :, None]


def unit(pixels: PixelBatch) -> Float32[np.ndarray, "b h w c"]:
    """Returns the pixels in [0, 1]: 8 bits by 255, 16 bits by 65535, whatever the brightest of them is."""
    return pixels.astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max)


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """The images of a source at one size.

    Those with the lowest numbers are kept once they are made, as many as ``cache_bytes`` hold, in one array: a small
    set is decoded once, and of a large one the memory stays flat. An array of that size already is used as it is.

    Attributes:
        source: where they come from.
        size: height and width, px.
        channels: 1 or 3.
        fit: how an image of another shape is brought to it.
        cache_bytes: memory for the array.
    """

    source: ImageSource
    size: tuple[int, int]
    channels: int = 3
    fit: Fit = "crop"
    cache_bytes: int = 2_000_000_000
    _kept: np.ndarray = field(init=False, repr=False)
    _known: np.ndarray = field(init=False, repr=False)
    _lock: threading.Lock = field(init=False, repr=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        shape = (*self.size, self.channels)
        if isinstance(self.source, ArraySource) and self.source.images.shape[1:] == shape:
            object.__setattr__(self, "_kept", self.source.images)
            object.__setattr__(self, "_known", np.ones(len(self.source), bool))
            return
        dtype = self._one(0).dtype
        room = self.cache_bytes // (int(np.prod(shape)) * dtype.itemsize)
        # Untouched pages of an empty array cost nothing, so it grows as images come in.
        object.__setattr__(self, "_kept", np.empty((min(len(self.source), room), *shape), dtype))
        object.__setattr__(self, "_known", np.zeros(len(self._kept), bool))

    def pixels(self, numbers: Sequence[int]) -> PixelBatch:
        """Returns images by number; as 16 bits where one of them has 16.

        Raises:
            ImageError: one of them is damaged or cannot be fitted.
        """
        wanted = np.asarray(numbers, np.int64)
        inside = wanted < len(self._kept)
        missing = wanted[inside][~self._known[wanted[inside]]]
        odd = {int(number): image for number in np.unique(missing) if (image := self._keep(int(number))) is not None}
        odd |= {int(number): self._one(int(number)) for number in np.unique(wanted[~inside])}
        if not odd:
            return self._kept[wanted]
        known = self._known[wanted[inside]]
        deep = any(image.dtype == np.uint16 for image in odd.values())
        deep = deep or (self._kept.dtype == np.uint16 and bool(known.any()))
        result = np.empty((len(wanted), *self.size, self.channels), np.uint16 if deep else np.uint8)
        for place, number in enumerate(wanted.tolist()):
            image = odd[number] if number in odd else self._kept[number]
            result[place] = _deepened(image) if deep else image
        return result

    def _keep(self, number: int) -> Resized | None:
        """Puts an image into the array; returns it instead where it has other bits than the array."""
        image = self._one(number)
        if image.dtype != self._kept.dtype:
            return image
        with self._lock:
            self._kept[number] = image
            self._known[number] = True
        return None

    def _one(self, number: int) -> Resized:
        image, name = self.source.read(number), self.source.name(number)
        return fitted(image, self.size, self.channels, self.fit, name)


def _deepened(image: np.ndarray) -> np.ndarray:
    return image if image.dtype == np.uint16 else image.astype(np.uint16) * _DEEPER
