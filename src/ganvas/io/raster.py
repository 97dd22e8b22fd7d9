"""Decoded pixels as they are stored, handed out in boxes so that no whole float copy is ever made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["ArrayRaster", "PillowRaster", "Raster", "oriented"]


class Raster(Protocol):
    """Stored pixels: colour channels first, alpha last; uint8, uint16, another integer, or float32."""

    @property
    def height(self) -> int: ...

    @property
    def width(self) -> int: ...

    def box(self, y0: int, y1: int, x0: int, x1: int) -> np.ndarray:
        """Returns the pixels of rows y0 to y1 and columns x0 to x1 as (h, w, c)."""
        ...


@dataclass(frozen=True)
class ArrayRaster:
    """Pixels in an array (h, w, c)."""

    array: np.ndarray

    @property
    def height(self) -> int:
        return self.array.shape[0]

    @property
    def width(self) -> int:
        return self.array.shape[1]

    def box(self, y0: int, y1: int, x0: int, x1: int) -> np.ndarray:
        return self.array[y0:y1, x0:x1]


@dataclass(frozen=True)
class PillowRaster:
    """A loaded Pillow picture; palettes, CMYK and profiles are resolved box by box.

    Attributes:
        mode: L, LA, RGB or RGBA.
        transform: a LittleCMS transform from the stored mode to L or RGB; alpha goes round it.
    """

    image: Image
    mode: str
    transform: Any = None

    @property
    def height(self) -> int:
        return self.image.height

    @property
    def width(self) -> int:
        return self.image.width

    def box(self, y0: int, y1: int, x0: int, x1: int) -> np.ndarray:
        part = self.image
        if (y0, y1, x0, x1) != (0, part.height, 0, part.width):
            part = part.crop((x0, y0, x1, y1))
        if self.transform is None:
            if part.mode != self.mode:
                part = part.convert(self.mode)
            pixels = np.asarray(part)
            return pixels if pixels.ndim == 3 else pixels[:, :, None]
        from PIL import ImageCms

        plain = part.convert(self.transform.input_mode) if part.mode != self.transform.input_mode else part
        colour = np.asarray(ImageCms.applyTransform(plain, self.transform))
        colour = colour if colour.ndim == 3 else colour[:, :, None]
        if not self.mode.endswith("A"):
            return colour
        alpha = np.asarray(part.convert("RGBA").getchannel("A"))[:, :, None]
        return np.concatenate([colour, alpha], axis=2)


def oriented(raster: Raster, orientation: int, y0: int, y1: int) -> np.ndarray:
    """Returns rows y0 to y1 of the upright picture; only the part of the stored picture behind them is read.

    Orientation as in EXIF 2.32, tag 0x0112: 1 upright, 2 mirrored, 3 upside down, 4 flipped, 5 to 8 turned.
    """
    h, w = raster.height, raster.width
    if orientation in (3, 4):
        rows = raster.box(h - y1, h - y0, 0, w)[::-1]
        return rows[:, ::-1] if orientation == 3 else rows
    if orientation in (5, 6):
        turned = raster.box(0, h, y0, y1).transpose(1, 0, 2)
        return turned[:, ::-1] if orientation == 6 else turned
    if orientation in (7, 8):
        turned = raster.box(0, h, w - y1, w - y0).transpose(1, 0, 2)[::-1]
        return turned[:, ::-1] if orientation == 7 else turned
    rows = raster.box(y0, y1, 0, w)
    return rows[:, ::-1] if orientation == 2 else rows
