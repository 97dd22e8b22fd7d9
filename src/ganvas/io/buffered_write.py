"""Encoders that need the whole picture (Pillow's), in 8 bits, and the plain PPM that needs nothing."""

from __future__ import annotations

from typing import IO, Any

import numpy as np

from ganvas.io.encoder import Layout, Metadata
from ganvas.io.jpeg_write import save_plainly

__all__ = ["BufferedEncoder", "PpmEncoder"]


class BufferedEncoder:
    """WebP, AVIF and BMP.

    Args:
        quality: 1 to 100.
        lossless: WebP without loss.
    """

    def __init__(
        self, file: IO[Any], layout: Layout, metadata: Metadata, *, kind: str, quality: int, lossless: bool
    ) -> None:
        self._file, self._metadata, self._kind = file, metadata, kind
        self._quality, self._lossless = quality, lossless
        self._pixels = np.empty((layout.height, layout.width, layout.channels), np.uint8)
        self._next = 0

    def rows(self, pixels: np.ndarray) -> None:
        self._pixels[self._next : self._next + len(pixels)] = pixels
        self._next += len(pixels)

    def finish(self) -> None:
        from PIL import Image

        image = Image.fromarray(self._pixels[:, :, 0] if self._pixels.shape[2] == 1 else self._pixels)
        del self._pixels
        metadata = self._metadata
        info: dict[str, Any] = {"quality": self._quality}
        if self._kind == "bmp" and metadata.dpi:
            info["dpi"] = tuple(min(round(value), 65535) for value in metadata.dpi)
        elif self._kind != "bmp":
            for key, value in (("icc_profile", metadata.icc), ("exif", metadata.exif), ("xmp", metadata.xmp)):
                info[key] = value or b""
        if self._kind == "webp":
            info |= {"lossless": self._lossless, "method": 2 if self._lossless else 4, "exact": True}
        if self._kind == "avif":
            info["subsampling"] = "4:0:0" if image.mode == "L" else ("4:4:4" if self._quality >= 85 else "4:2:0")
        save_plainly(image, self._file, self._kind, info)


class PpmEncoder:
    """Binary PGM or PPM of 8 or 16 bits; holds no metadata."""

    def __init__(self, file: IO[Any], layout: Layout) -> None:
        self._file, self._wide = file, layout.bits == 16
        kind = "P5" if layout.channels == 1 else "P6"
        file.write(f"{kind}\n{layout.width} {layout.height}\n{65535 if self._wide else 255}\n".encode("ascii"))

    def rows(self, pixels: np.ndarray) -> None:
        self._file.write((pixels.astype(">u2") if self._wide else pixels).tobytes())

    def finish(self) -> None:
        """Nothing is left to write."""
