"""From a stream to a header, and later to pixels: by content, with an allow-list of decoders, limits first.

Pillow's plugins are named one by one, so no other decoder (EPS, PDF, FITS ...) can be reached by a crafted file.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

import numpy as np

from ganvas.core.errors import ImageError
from ganvas.io import exif as exif_block
from ganvas.io import icc, png_chunks, tiff_read
from ganvas.io.info import ImageInfo, Limits
from ganvas.io.raster import ArrayRaster, PillowRaster, Raster

__all__ = ["Opened", "guarded", "open_stream", "sniff"]


@dataclass(frozen=True)
class Opened:
    """A header that has passed the limits, and the function that decodes.

    Attributes:
        profile: the profile whose curves the network's values go through, or None.
        embed: the profile the result carries when its colours are of the same kind, or None.
        gamma: the PNG gamma that stands in place of a profile, or None.
    """

    info: ImageInfo
    load: Callable[[], Raster]
    profile: icc.IccProfile | None = None
    embed: bytes | None = None
    convert_back: bool = False
    gamma: float | None = None


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


def guarded(name: str, action: Callable[[], Any]) -> Any:
    """Returns what the action gives. Decoders meet hostile bytes: whatever they raise becomes one sentence.

    Raises:
        ImageError: the file is truncated or damaged.
    """
    try:
        return action()
    except ImageError:
        raise
    except MemoryError as error:
        raise ImageError(f"{name} does not fit the memory: close other programs or make it smaller.") from error
    except Exception as error:
        text = str(error).lower()
        word = "truncated" if any(w in text for w in ("truncated", "eof", "end of", "not enough")) else "damaged"
        raise ImageError(f"{name} is {word} and cannot be decoded: fetch or export it again.") from error


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
        return _open_png(stream, name, limits)
    if kind == "tiff":
        return guarded(name, lambda: _open_tiff(stream, name, limits))
    if kind == "webp":
        _check_webp(stream, name, limits)
    if kind == "ppm":
        opened = guarded(name, lambda: _open_deep_ppm(stream, name, limits))
        if opened is not None:
            return opened
    return _open_other(stream, kind, name, limits)


# PNG


def _open_png(stream: BinaryIO, name: str, limits: Limits) -> Opened:
    # The size stands in the first 24 bytes: a bomb is refused before the file is read.
    start = stream.read(24)
    if len(start) < 24 or start[12:16] != b"IHDR":
        raise ImageError(f"{name} is truncated or damaged (no PNG header): fetch it again.")
    limits.check_in(*struct.unpack(">II", start[16:24]), name)
    data = start + stream.read()
    head = png_chunks.read_chunks(data, name)
    pixels = head.stripped(data)
    del data
    gray = head.colour_type in (0, 4) or (head.colour_type == 3 and _gray_palette(head.palette))
    alpha = head.colour_type in (4, 6) or head.transparency is not None
    mode = ("L" if gray else "RGB") + ("A" if alpha else "")
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
        if head.bits == 16:
            return ArrayRaster(_decode_png16(pixels, head, name))
        from PIL import PngImagePlugin

        image: Any = PngImagePlugin.PngImageFile(_stream(pixels))
        image.load()
        if head.colour_type == 0 and head.transparency is not None:
            # Pillow widens samples of 1, 2 and 4 bits to 8 but not the value that means transparent.
            value = struct.unpack(">H", head.transparency[:2].rjust(2, b"\0"))[0]
            image.info["transparency"] = value * 255 // (2**head.bits - 1)
            image = image.convert("L") if image.mode == "1" else image
        return PillowRaster(image, mode)

    gamma = head.gamma if head.icc is None and not head.srgb else None
    return _coloured(info, load, "L" if gray else "RGB", gamma=gamma)


def _gray_palette(palette: bytes) -> bool:
    return palette[0::3] == palette[1::3] == palette[2::3]


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


# TIFF


def _open_tiff(stream: BinaryIO, name: str, limits: Limits) -> Opened:
    header = tiff_read.read_header(stream, name, limits)
    info = header.info

    def load() -> Raster:
        if header.array:
            return ArrayRaster(tiff_read.decode_array(stream, header, name))
        return _pillow_raster(header.image, info, name)

    base = "L" if info.gray else "RGB"
    return _coloured(info, load, base, stored=None if header.array else header.image.mode)


# PPM with 16 bits, which Pillow reduces to 8 for colour


def _open_deep_ppm(stream: BinaryIO, name: str, limits: Limits) -> Opened | None:
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


# Everything else through Pillow


def _check_webp(stream: BinaryIO, name: str, limits: Limits) -> None:
    """The size and the completeness of a WebP file: libwebp allocates as soon as it opens one."""
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


def _open_other(stream: BinaryIO, kind: str, name: str, limits: Limits) -> Opened:
    image = guarded(name, lambda: _plugin(kind)(stream))
    limits.check_in(image.width, image.height, name)
    stored = image.mode
    if kind == "ppm" and stored == "F":
        raise ImageError(f"{name} is a float map (PFM): convert it to a float TIFF.")
    words = {"1": "gray 1 bit", "L": "gray", "P": "palette", "LA": "gray + alpha"}.get(stored, stored)
    palette_gray = stored == "P" and _gray_palette(bytes(image.getpalette() or b""))
    gray = stored in ("1", "L", "LA", "La", "I", "I;16") or palette_gray
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
        frames=guarded(name, lambda: getattr(image, "n_frames", 1)),
        mode=words,
        icc=image.info.get("icc_profile") or None,
        exif=exif or None,
        xmp=_bytes(image.info.get("xmp")),
        iptc=_bytes(photoshop.get(0x0404)) if isinstance(photoshop, dict) else None,
        dpi=(float(dpi[0]), float(dpi[1])) if dpi and dpi[0] > 0 and dpi[1] > 0 else None,
        orientation=exif_block.orientation_of(exif),
        lossless=kind not in ("jpeg", "avif") and not (kind == "webp" and _lossy_webp(stream)),
    )
    return _coloured(info, lambda: _pillow_raster(image, info, name), "L" if gray else "RGB", stored=stored)


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


def _pillow_raster(image: Any, info: ImageInfo, name: str) -> Raster:
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


# Shared


def _coloured(
    info: ImageInfo,
    load: Callable[[], Raster],
    base: str,
    *,
    stored: str | None = None,
    gamma: float | None = None,
) -> Opened:
    """Joins a header with what its colours mean, and says what is not carried on."""
    notes = list(info.warnings)
    if info.frames > 1:
        notes.append(f"The file holds {info.frames} pictures; only the first is used.")
    profile = icc.read_profile(info.icc) if info.icc else None
    embed, curves, back = info.icc, None, False
    if info.icc and profile is None:
        notes.append("The colour profile is damaged and is left out.")
        embed = None
    elif stored in ("CMYK", "LAB", "YCbCr"):
        notes.append(f"{stored} is written as sRGB; its profile no longer fits and is left out." if info.icc else "")
        embed = None
    elif profile is not None and profile.usable and (profile.space == "GRAY") == (base == "L"):
        curves = profile
    elif profile is not None and profile.space == "RGB" and base == "L" and profile.usable:
        curves = replace(profile, space="GRAY", curves=profile.curves[1:2])
    elif profile is not None and profile.space == "RGB" and base == "RGB" and info.bits <= 8:
        back = True
    elif profile is not None and (profile.space == "GRAY") != (base == "L"):
        notes.append("The colour profile is of another kind than the picture and is left out.")
        embed = None
    elif profile is not None:
        notes.append("The colour profile is not one we convert; it is kept and the values are used as they are.")
    if gamma is not None and abs(gamma * 2.2 - 1) > 0.05 and 0.1 < gamma < 3:
        curves = icc.IccProfile("GRAY" if base == "L" else "RGB", ((0, (1 / gamma,)),) * len(base), True)
    else:
        gamma = None
    info = replace(info, warnings=tuple(note for note in notes if note))
    return Opened(info, load, profile=curves, embed=embed, convert_back=back, gamma=gamma)


def _bytes(value: Any) -> bytes | None:
    if isinstance(value, str):
        return value.encode()
    return value if isinstance(value, bytes) and value else None


def _stream(data: bytes) -> BinaryIO:
    import io

    return io.BytesIO(data)
