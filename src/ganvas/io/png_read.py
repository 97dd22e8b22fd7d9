"""PNG pictures: header and limits first, then the chunks, then the pixels (16 bits through OpenCV)."""

from __future__ import annotations

import io
import struct
from typing import Any, BinaryIO

import numpy as np

from ganvas.core.errors import ImageError
from ganvas.io import exif as exif_block
from ganvas.io import png_chunks
from ganvas.io.info import ImageInfo, Limits
from ganvas.io.opened import Opened, coloured, gray_palette
from ganvas.io.pillow_read import pillow_raster
from ganvas.io.raster import ArrayRaster, Raster

__all__ = ["open_png"]


def open_png(stream: BinaryIO, name: str, limits: Limits) -> Opened:
    """Returns the header of a PNG picture.

    Raises:
        ImageError: truncated, damaged, or beyond the limits.
    """
    # The size stands in the first 24 bytes: a bomb is refused before the file is read.
    start = stream.read(24)
    if len(start) < 24 or start[12:16] != b"IHDR":
        raise ImageError(f"{name} is truncated or damaged (no PNG header): fetch it again.")
    width, height = struct.unpack(">II", start[16:24])
    limits.check_in(width, height, name)
    data = start + stream.read()
    head = png_chunks.read_chunks(data, name)
    kept = [head.stripped(data)]
    del data
    gray = head.colour_type in (0, 4) or (head.colour_type == 3 and gray_palette(head.palette))
    alpha = head.colour_type in (4, 6) or head.transparency is not None
    words = {0: "gray", 2: "RGB", 3: "palette", 4: "gray + alpha", 6: "RGBA"}[head.colour_type]
    info = ImageInfo(
        width=head.width,
        height=head.height,
        format="png",
        bits=16 if head.bits == 16 else (1 if head.bits == 1 and head.colour_type == 0 else 8),
        gray=gray,
        alpha=alpha,
        frames=head.frames,
        mode=f"{words} {head.bits} bit",
        sample="uint16" if head.bits == 16 else "uint8",
        icc=head.icc,
        exif=head.exif,
        xmp=head.xmp,
        iptc=head.iptc,
        dpi=head.dpi,
        orientation=exif_block.orientation_of(head.exif or b""),
        warnings=tuple(head.warnings),
    )

    def load() -> Raster:
        pixels = kept.pop()  # the file goes when its pixels are there
        if head.bits == 16:
            return ArrayRaster(_decode_png16(pixels, head, name))
        from PIL import PngImagePlugin

        image: Any = PngImagePlugin.PngImageFile(io.BytesIO(pixels))
        image.load()
        if head.colour_type == 0 and head.transparency is not None:
            # Pillow widens samples of 1, 2 and 4 bits to 8 but not the value that means transparent.
            value = struct.unpack(">H", head.transparency[:2].rjust(2, b"\0"))[0]
            image.info["transparency"] = value * 255 // (2**head.bits - 1)
            image = image.convert("L") if image.mode == "1" else image
        return pillow_raster(image, info, name)

    gamma = head.gamma if head.icc is None and not head.srgb else None
    return coloured(info, load, "L" if gray else "RGB", gamma=gamma)


def _decode_png16(pixels: bytes, head: png_chunks.PngHead, name: str) -> np.ndarray:
    """16 bits per sample through OpenCV: Pillow keeps only 8 of colour pictures."""
    import cv2

    decoded = cv2.imdecode(np.frombuffer(pixels, np.uint8), cv2.IMREAD_UNCHANGED)
    if decoded is None or decoded.dtype != np.uint16 or decoded.shape[:2] != (head.height, head.width):
        raise ImageError(f"{name} is truncated or damaged (16-bit PNG): fetch it again.")
    image = decoded if decoded.ndim == 3 else decoded[:, :, None]
    if head.colour_type in (0, 4):
        planes = [image[:, :, :1]] + ([image[:, :, -1:]] if head.colour_type == 4 else [])
        image = np.concatenate(planes, axis=2) if len(planes) > 1 else planes[0]
    else:
        image = image[:, :, [2, 1, 0, 3] if head.colour_type == 6 else [2, 1, 0]]
    if head.transparency is not None and head.colour_type in (0, 2):
        count = image.shape[2]
        value = np.array(struct.unpack(f">{count}H", head.transparency[: 2 * count]), np.uint16)
        alpha = np.where((image == value).all(axis=2), 0, 65535).astype(np.uint16)
        image = np.concatenate([image, alpha[:, :, None]], axis=2)
    return image
