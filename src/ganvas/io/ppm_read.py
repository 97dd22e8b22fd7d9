"""PGM and PPM with 16 bits per sample, which Pillow reduces to 8 where they hold colour. Source: netpbm's ppm(5)."""

from __future__ import annotations

import re
from typing import BinaryIO

import numpy as np

from ganvas.core.errors import ImageError
from ganvas.io.info import ImageInfo, Limits
from ganvas.io.opened import Opened
from ganvas.io.raster import ArrayRaster, Raster

__all__ = ["open_deep_ppm"]


def open_deep_ppm(stream: BinaryIO, name: str, limits: Limits) -> Opened | None:
    """Returns the header, or None where 8 bits are enough (Pillow reads those).

    Raises:
        ImageError: beyond the limits.
    """
    data = stream.read(4096)
    stream.seek(0)
    if data[:2] not in (b"P5", b"P6"):
        return None
    fields = list(re.finditer(rb"#[^\n]*\n|\s+|(\d+)", data[2:]))
    numbers = [field for field in fields if field.group(1)][:3]
    if len(numbers) < 3 or int(numbers[2][1]) <= 255:
        return None
    width, height, top = (int(number[1]) for number in numbers)
    first = 2 + numbers[2].end() + 1  # one white space stands before the pixels
    limits.check_in(width, height, name)
    channels = 1 if data[:2] == b"P5" else 3

    def load() -> Raster:
        stream.seek(first)
        raw = stream.read(width * height * channels * 2)
        if len(raw) < width * height * channels * 2:
            raise ImageError(f"{name} is truncated: fetch or export it again.")
        pixels = np.frombuffer(raw, ">u2").reshape(height, width, channels).astype(np.uint16)
        if top != 65535:
            pixels = np.minimum(pixels.astype(np.uint32) * 65535 // top, 65535).astype(np.uint16)
        return ArrayRaster(pixels)

    gray = channels == 1
    info = ImageInfo(
        width=width,
        height=height,
        format="ppm",
        bits=16,
        gray=gray,
        alpha=False,
        sample="uint16",
        mode="gray" if gray else "RGB",
    )
    return Opened(info, load)
