"""PGM and PPM with 16 bits per sample, which Pillow reduces to 8 where they hold colour. Source: netpbm's ppm(5)."""

from __future__ import annotations

from typing import BinaryIO

import numpy as np

from ganvas.core.errors import ImageError
from ganvas.io.info import ImageInfo, Limits
from ganvas.io.opened import Opened
from ganvas.io.raster import ArrayRaster, Raster

__all__ = ["open_deep_ppm"]


def open_deep_ppm(stream: BinaryIO, name: str, limits: Limits) -> Opened | None:
    data = stream.read(4096)
    stream.seek(0)
    if data[:2] not in (b"P5", b"P6"):
        return None
    numbers: list[int] = []
    position = 2
    while len(numbers) < 3 and position < len(data):
        if data[position : position + 1] == b"#":
            position = data.find(b"\n", position) + 1 or len(data)
            continue
        end = position
        while data[end : end + 1].isdigit():
            end += 1
        if end > position:
            numbers.append(int(data[position:end]))
        position = max(end, position + 1) if end == position else end
    if len(numbers) < 3 or numbers[2] <= 255:
        return None
    width, height, top = numbers
    limits.check_in(width, height, name)
    channels = 1 if data[:2] == b"P5" else 3

    def load() -> Raster:
        stream.seek(position + 1)
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
