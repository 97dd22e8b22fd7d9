"""What a set of images is, whatever lies on the disk; how one file becomes pixels; sets that are one array."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

import cv2
import numpy as np
from jaxtyping import Int64, UInt8, UInt16

from ganvas.core.errors import ImageError
from ganvas.data.sources import SUFFIXES

__all__ = ["IMAGE_SUFFIXES", "ArraySource", "EncodedSource", "ImageSource", "Pixels", "Split", "decode", "has_alpha"]

IMAGE_SUFFIXES = SUFFIXES | {".gif", ".jpe", ".jfif", ".pnm"}
Pixels = UInt8[np.ndarray, "h w c"] | UInt16[np.ndarray, "h w c"]
Split = Literal["train", "val", "test", "all"]
_PNG, _GRAY_ALPHA = b"\x89PNG\r\n\x1a\n", 4


@runtime_checkable
class ImageSource(Protocol):
    """A set of images in a fixed order, read one at a time.

    Attributes:
        classes: names of the classes; empty where images have no labels.
    """

    @property
    def classes(self) -> tuple[str, ...]: ...

    def __len__(self) -> int: ...

    def read(self, number: int) -> Pixels:
        """Returns the pixels of an image: its own size and channels (gray is 1, colour RGB), 8 or 16 bits.

        Raises:
            ImageError: it is damaged, or of a kind that cannot be used; names the file.
        """
        ...

    def label(self, number: int) -> int:
        """Returns the class of an image; -1 where it is not known."""
        ...

    def name(self, number: int) -> str:
        """Returns the file of an image, for errors."""
        ...

    def facts(self) -> dict[str, Any]:
        """Returns what was understood: ``kind`` at least, as JSON values."""
        ...


@runtime_checkable
class EncodedSource(ImageSource, Protocol):
    """A set whose images are files, wherever those lie."""

    def raw(self, number: int) -> bytes:
        """Returns the file of an image.

        Raises:
            ImageError: it cannot be read.
        """
        ...


def decode(raw: bytes, name: str) -> Pixels:
    """Returns the pixels of an image file: gray with 1 channel, colour as RGB; transparency is dropped.

    Args:
        raw: the file.
        name: how an error calls it.

    Raises:
        ImageError: damaged, or neither 8- nor 16-bit integers.
    """
    data = np.frombuffer(raw, np.uint8)
    try:
        image = cv2.imdecode(data, cv2.IMREAD_ANYCOLOR | cv2.IMREAD_ANYDEPTH) if data.size else None
    except cv2.error as error:
        raise ImageError(f"{name} cannot be decoded: remove it or fetch it again.") from error
    if image is None:
        raise ImageError(f"{name} cannot be decoded: remove it or fetch it again.")
    if image.dtype.kind == "f":
        _refuse_floats(image, name)
    if image.dtype not in (np.uint8, np.uint16):
        raise ImageError(f"{name} holds values of type {image.dtype}: save it with 8 or 16 bits without sign.")
    if image.ndim == 2:
        return image[:, :, None]
    if raw.startswith(_PNG) and raw[25] == _GRAY_ALPHA:  # comes as three equal channels
        return np.ascontiguousarray(image[:, :, :1])
    if image.shape[2] != 3:
        raise ImageError(f"{name} has {image.shape[2]} channels: save it as gray or RGB.")
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def _refuse_floats(image: np.ndarray, name: str) -> None:
    if not np.isfinite(image).all():
        raise ImageError(f"{name} holds values that are not numbers (NaN or infinite): repair or remove it.")
    raise ImageError(f"{name} holds float values, whose black and white are unknown: save it with 8 or 16 bits.")


def has_alpha(raw: bytes) -> bool:
    """Returns whether an image file has transparency, by its header."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(raw)) as image:
            return image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info
    except Exception:  # decoders meet hostile bytes: whether the file is sound is decided by decode
        return False


@dataclass(frozen=True, kw_only=True)
class ArraySource:
    """Images that lie in one array: MNIST, CIFAR.

    Attributes:
        kind: what it is, for ``facts``.
        file: where it comes from, for errors.
        images: all of them.
        labels: the class of each, -1 for unknown.
        classes: names of the classes.
        splits: the parts there are.
    """

    kind: str
    file: str
    images: UInt8[np.ndarray, "n h w c"]
    labels: Int64[np.ndarray, " n"]
    classes: tuple[str, ...]
    splits: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.images)

    def read(self, number: int) -> Pixels:
        """Returns the pixels of an image."""
        return self.images[number]

    def label(self, number: int) -> int:
        """Returns the class of an image, -1 for unknown."""
        return int(self.labels[number])

    def name(self, number: int) -> str:
        """Returns the file and the number of an image in it."""
        return f"{self.file} (image {number})"

    def facts(self) -> dict[str, Any]:
        """Returns what was understood."""
        return {"kind": self.kind, "images": len(self), "splits": list(self.splits)}
