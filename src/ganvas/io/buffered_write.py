"""Encoders that need the whole picture (Pillow's), in 8 bits, and the plain PPM that needs nothing."""

from __future__ import annotations

import struct
from typing import IO, Any

import numpy as np

from ganvas.io.encoder import Layout, Metadata

__all__ = ["BufferedEncoder", "PpmEncoder"]

_MARKER_BYTES = 65_000  # of a JPEG segment, with room for its name


class BufferedEncoder:
    """JPEG, WebP, AVIF and BMP.

    Args:
        quality: 1 to 100; 100 is lossless for WebP.
    """

    def __init__(
        self, file: IO[Any], layout: Layout, metadata: Metadata, *, kind: str, quality: int, lossless: bool
    ) -> None:
        self._file, self._metadata, self._kind = file, metadata, kind
        self._quality, self._lossless = quality, lossless
        self._pixels = np.empty((layout.height, layout.width, layout.channels), np.uint8)
        self._next = 0
        self.notes: list[str] = []

    def rows(self, pixels: np.ndarray) -> None:
        self._pixels[self._next : self._next + len(pixels)] = pixels
        self._next += len(pixels)

    def finish(self) -> None:
        from PIL import AvifImagePlugin, BmpImagePlugin, Image, JpegImagePlugin, WebPImagePlugin

        pixels = self._pixels[:, :, 0] if self._pixels.shape[2] == 1 else self._pixels
        image = Image.fromarray(pixels)
        del pixels, self._pixels
        metadata = self._metadata
        info: dict[str, Any] = {"quality": self._quality}
        if metadata.dpi and self._kind in ("jpeg", "bmp"):
            info["dpi"] = tuple(min(round(value), 65535) for value in metadata.dpi)
        if self._kind == "jpeg":
            info |= self._jpeg()
        elif self._kind in ("webp", "avif"):
            for key, value in (("icc_profile", metadata.icc), ("exif", metadata.exif), ("xmp", metadata.xmp)):
                info[key] = value or b""
        if self._kind == "webp":
            info |= {"lossless": self._lossless, "method": 2 if self._lossless else 4, "exact": True}
        if self._kind == "avif":
            info["subsampling"] = "4:0:0" if image.mode == "L" else ("4:4:4" if self._quality >= 85 else "4:2:0")
        save = {
            "jpeg": JpegImagePlugin._save,
            "webp": WebPImagePlugin._save,
            "avif": AvifImagePlugin._save,
            "bmp": BmpImagePlugin._save,
        }[self._kind]
        # What Image.save does, without its look at the file name.
        image.encoderinfo = info
        image.encoderconfig = ()
        save(image, self._file, b"")

    def _jpeg(self) -> dict[str, Any]:
        metadata, info = self._metadata, dict[str, Any]()
        info["subsampling"] = 0 if self._quality >= 90 else 2
        info["icc_profile"] = metadata.icc
        exif = b"Exif\0\0" + metadata.exif if metadata.exif else b""
        if len(exif) > _MARKER_BYTES:
            self.notes.append("The EXIF block is too large for a JPEG and is left out.")
        else:
            info["exif"] = exif
        if metadata.xmp and len(metadata.xmp) > _MARKER_BYTES:
            self.notes.append("The XMP packet is too large for a JPEG and is left out.")
        elif metadata.xmp:
            info["xmp"] = metadata.xmp
        if metadata.iptc and len(metadata.iptc) < _MARKER_BYTES:
            info["extra"] = _iptc_segment(metadata.iptc)
        return info


def _iptc_segment(iptc: bytes) -> bytes:
    """IPTC as the Photoshop resource 0x0404 in an APP13 segment."""
    resource = b"8BIM" + struct.pack(">HHI", 0x0404, 0, len(iptc)) + iptc + b"\0" * (len(iptc) % 2)
    body = b"Photoshop 3.0\0" + resource
    return b"\xff\xed" + struct.pack(">H", len(body) + 2) + body


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
