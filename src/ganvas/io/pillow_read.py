"""JPEG, WebP, BMP, GIF, AVIF, 8-bit PPM and the plain kinds of TIFF through Pillow's plugins, called by name."""

from __future__ import annotations

import os
import struct
from typing import Any, BinaryIO

from ganvas.core.errors import ImageError
from ganvas.io import exif as exif_block
from ganvas.io import icc
from ganvas.io.info import ImageInfo, Limits
from ganvas.io.opened import Opened, coloured, gray_palette
from ganvas.io.raster import PillowRaster, Raster

__all__ = ["check_webp", "open_other", "palette_is_gray", "pillow_raster"]


def check_webp(stream: BinaryIO, name: str, limits: Limits) -> None:
    """Looks at the size and the completeness of a WebP file: libwebp allocates as soon as it opens one.

    Raises:
        ImageError: truncated, or beyond the limits.
    """
    data = stream.read(32)
    length = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    if len(data) < 30 or struct.unpack_from("<I", data, 4)[0] + 8 > length + 1:
        raise ImageError(f"{name} is truncated (the WebP ends early): fetch it again.")
    kind = data[12:16]
    if kind == b"VP8X":
        width, height = (1 + int.from_bytes(data[i : i + 3], "little") for i in (24, 27))
    elif kind == b"VP8L":
        packed = int.from_bytes(data[21:25], "little")
        width, height = 1 + (packed & 0x3FFF), 1 + (packed >> 14 & 0x3FFF)
    else:
        width, height = (value & 0x3FFF for value in struct.unpack_from("<HH", data, 26))
    limits.check_in(width, height, name)


def open_other(stream: BinaryIO, kind: str, name: str, limits: Limits) -> Opened:
    """Returns the header by Pillow's plugin of that format.

    Raises:
        ImageError: damaged, or beyond the limits.
    """
    image = _plugin(kind)(stream)
    limits.check_in(image.width, image.height, name)
    stored = image.mode
    if kind == "ppm" and stored == "F":
        raise ImageError(f"{name} is a float map (PFM): convert it to a float TIFF.")
    words = {"1": "gray 1 bit", "L": "gray", "P": "palette", "LA": "gray + alpha"}.get(stored, stored)
    gray = stored in ("1", "L", "LA", "La", "I", "I;16") or palette_is_gray(image)
    alpha = stored in ("LA", "La", "RGBA", "RGBa", "PA") or "transparency" in image.info
    exif = image.info.get("exif") or b""
    exif = exif.removeprefix(b"Exif\0\0") if isinstance(exif, bytes) else b""
    photoshop = image.info.get("photoshop") if kind == "jpeg" else None
    dpi = image.info.get("dpi")
    info = ImageInfo(
        width=image.width,
        height=image.height,
        format=kind,
        bits=1 if stored == "1" else 8,
        gray=gray,
        alpha=alpha,
        frames=getattr(image, "n_frames", 1),
        mode=words,
        icc=image.info.get("icc_profile") or None,
        exif=exif or None,
        xmp=_bytes(image.info.get("xmp")),
        iptc=_bytes(photoshop.get(0x0404)) if isinstance(photoshop, dict) else None,
        dpi=(float(dpi[0]), float(dpi[1])) if dpi and dpi[0] > 0 and dpi[1] > 0 else None,
        orientation=exif_block.orientation_of(exif),
        lossless=kind not in ("jpeg", "avif") and not (kind == "webp" and _lossy_webp(stream)),
    )
    return coloured(info, lambda: pillow_raster(image, info, name), "L" if gray else "RGB", stored=stored)


def _lossy_webp(stream: BinaryIO) -> bool:
    stream.seek(12)
    while len(start := stream.read(8)) == 8:
        if start[:4] in (b"VP8 ", b"ANMF"):
            return True
        if start[:4] == b"VP8L":
            return False
        size = struct.unpack_from("<I", start, 4)[0]
        stream.seek(size + size % 2, os.SEEK_CUR)
    return True


def palette_is_gray(image: Any) -> bool:
    """Returns whether an opened picture has a palette of grays only; its pixels are not touched."""
    palette = image.palette if image.mode == "P" else None
    return palette is not None and gray_palette(bytes(palette.palette), layout=palette.rawmode or palette.mode)


def _plugin(kind: str) -> Any:
    from PIL import AvifImagePlugin, BmpImagePlugin, GifImagePlugin, JpegImagePlugin, PpmImagePlugin, WebPImagePlugin

    # Made directly, not by Image.open: its own pixel check is a global with another limit.
    return {
        "jpeg": JpegImagePlugin.JpegImageFile,
        "webp": WebPImagePlugin.WebPImageFile,
        "bmp": BmpImagePlugin.BmpImageFile,
        "gif": GifImagePlugin.GifImageFile,
        "avif": AvifImagePlugin.AvifImageFile,
        "ppm": PpmImagePlugin.PpmImageFile,
    }[kind]


def pillow_raster(image: Any, info: ImageInfo, name: str) -> Raster:
    """Returns the decoded pixels.

    Raises:
        ImageError: the size changes while decoding.
    """
    size = image.size
    image.load()
    if image.size != size:
        raise ImageError(f"{name} is damaged (its size changes while decoding): export it again.")
    target = ("L" if info.gray else "RGB") + ("A" if info.alpha else "")
    transform = None
    if image.mode == "CMYK" and info.icc:
        transform = icc.lcms_transform(info.icc, None, modes=("CMYK", "RGB"))
    elif image.mode == "LAB":
        transform = icc.lcms_transform(icc.lab_profile(), None, modes=("LAB", "RGB"))
    elif info.icc and not info.gray and image.mode in ("RGB", "RGBA", "P", "PA", "RGBX"):
        profile = icc.read_profile(info.icc)
        if profile is not None and profile.space == "RGB" and not profile.usable:
            transform = icc.lcms_transform(info.icc, None, modes=("RGB", "RGB"))
    return PillowRaster(image, target, transform)


def _bytes(value: Any) -> bytes | None:
    if isinstance(value, str):
        return value.encode()
    return value if isinstance(value, bytes) and value else None
