"""From a stream to a header, and later to pixels: by content, with an allow-list of decoders, limits first.

Pillow's plugins are named one by one, so no other decoder (EPS, PDF, FITS ...) can be reached by a crafted file.
"""

from __future__ import annotations

from typing import BinaryIO

from ganvas.core.errors import ImageError
from ganvas.io import png_chunks, tiff_read
from ganvas.io.info import Limits
from ganvas.io.opened import Opened, coloured, guarded
from ganvas.io.pillow_read import check_webp, open_other, pillow_raster
from ganvas.io.png_read import open_png
from ganvas.io.ppm_read import open_deep_ppm
from ganvas.io.raster import ArrayRaster, Raster

__all__ = ["open_stream", "sniff"]


def sniff(head: bytes) -> str | None:
    """Returns the format by the first 32 bytes, or None."""
    if head.startswith(png_chunks.SIGNATURE):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "tiff"
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "gif"
    if head[4:8] == b"ftyp" and (head[8:12] in (b"avif", b"avis") or b"avif" in head[16:32]):
        return "avif"
    if head[:2] == b"BM" and len(head) >= 26:
        return "bmp"
    if head[:1] == b"P" and head[1:2] in b"123456" and head[2:3].isspace():
        return "ppm"
    return None


def open_stream(stream: BinaryIO, name: str, limits: Limits) -> Opened:
    """Returns the header of the picture.

    Raises:
        ImageError: no picture, damaged, or beyond the limits.
    """
    head = stream.read(32)
    stream.seek(0)
    if not head:
        raise ImageError(f"{name} is empty: fetch or export it again.")
    kind = sniff(head)
    if kind is None:
        raise ImageError(
            f"{name} is not a picture we read: give PNG, JPEG, WebP, TIFF, BMP, GIF, AVIF or PPM (the content counts, "
            "not the name)."
        )
    if kind == "png":
        return guarded(name, lambda: open_png(stream, name, limits))
    if kind == "tiff":
        return guarded(name, lambda: _open_tiff(stream, name, limits))
    if kind == "webp":
        check_webp(stream, name, limits)
    if kind == "ppm":
        opened = guarded(name, lambda: open_deep_ppm(stream, name, limits))
        if opened is not None:
            return opened
    return guarded(name, lambda: open_other(stream, kind, name, limits))


def _open_tiff(stream: BinaryIO, name: str, limits: Limits) -> Opened:
    header = tiff_read.read_header(stream, name, limits)
    info = header.info

    def load() -> Raster:
        if header.array:
            return ArrayRaster(tiff_read.decode_array(stream, header, name))
        return pillow_raster(header.image, info, name)

    base = "L" if info.gray else "RGB"
    return coloured(info, load, base, stored=None if header.array else header.image.mode)
