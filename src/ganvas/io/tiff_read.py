"""TIFF headers and the pixels Pillow cannot give: 16-bit colour, floats, wide and signed integers.

Source: TIFF 6.0; TIFF Technical Note 3 (float predictor); Adobe Photoshop TIFF Technical Notes.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from ganvas.core.errors import ImageError
from ganvas.io.exif import TYPE_SIZES
from ganvas.io.info import ImageInfo, Limits
from ganvas.io.pillow_read import palette_is_gray

__all__ = ["TiffHeader", "decode_array", "read_header"]

_WIDTH, _HEIGHT, _BITS, _PHOTOMETRIC, _SAMPLES, _FORMAT, _EXTRA = 256, 257, 258, 262, 277, 339, 338
_STARTS, _COUNTS, _COMPRESSION = (273, 324), (279, 325), 259
_XMP, _IPTC, _ICC = 700, 33723, 34675
# Tags of the first directory that describe the photograph rather than its encoding.
_DESCRIPTIVE = (270, 271, 272, 305, 306, 315, 316, 33432, 36867, 36868, 40091, 40092, 40093, 40094, 40095)


@dataclass(frozen=True)
class TiffHeader:
    """Attributes:
    image: the opened Pillow picture.
    array: the pixels come from ``decode_array``, not from Pillow.
    """

    image: Any
    info: ImageInfo
    array: bool
    photometric: int
    extra: tuple[int, ...]
    samples: int
    bits: int


def read_header(stream: BinaryIO, name: str, limits: Limits) -> TiffHeader:
    """Returns the header of the first picture.

    Raises:
        ImageError: beyond the limits, truncated, or of a kind we do not read.
    """
    _check_directory(stream, name)
    tags = _tags(stream)
    width, height = int(tags.get(_WIDTH, 0)), int(tags.get(_HEIGHT, 0))
    limits.check_in(width, height, name)
    _check_segments(stream, tags, name)
    image = _open(stream)
    orientation = _orientation(tags)
    bits = max(_numbers(tags.get(_BITS, 1)))
    sample_format = max(_numbers(tags.get(_FORMAT, 1)))
    samples = int(tags.get(_SAMPLES, 1))
    extra = tuple(_numbers(tags.get(_EXTRA, ())))
    photometric = int(tags.get(_PHOTOMETRIC, 1))
    array = image is None or (photometric in (0, 1, 2) and (bits > 8 or sample_format not in (1, 4)))
    colours = {0: 1, 1: 1, 2: 3}.get(photometric, samples - len(extra))
    if array and (colours not in (1, 3) or samples < colours or samples > colours + 2):
        raise ImageError(f"{name} has {samples} samples per pixel of {bits} bits: convert it to gray or RGB.")
    if array and bits not in (8, 16, 32, 64):
        raise ImageError(f"{name} has {bits} bits per sample: convert it to 8, 16 or 32.")
    stored = "" if image is None else image.mode
    alpha = any(kind in (1, 2) for kind in extra) if array else stored in ("RGBA", "LA", "PA", "La", "RGBa")
    wide = array and (bits > 16 or sample_format != 1)
    sample = {2: "int", 3: "float"}.get(sample_format, "uint") + str(bits) if array else "uint8"
    exif = None if image is None else _exif(image)
    words = {"1": "gray 1 bit", "L": "gray", "P": "palette", "LA": "gray + alpha"}.get(stored, stored)
    if array:
        words = ("gray" if colours == 1 else "RGB") + (" + alpha" if alpha else "") + f" {sample}"
    notes = ["Channels beyond colour and transparency are left out."] if len(extra) > alpha else []
    if not array:
        # Pillow turns TIFFs upright by itself.
        (width, height), orientation = image.size, 1
    info = ImageInfo(
        width=width,
        height=height,
        format="tiff",
        bits=(32 if wide else bits) if array else (1 if stored == "1" else 8),
        gray=colours == 1 if array else stored in ("1", "L", "LA") or (image is not None and palette_is_gray(image)),
        alpha=alpha,
        frames=1 if image is None else int(getattr(image, "n_frames", 1)),
        mode=words,
        sample=sample,
        icc=_blob(tags.get(_ICC)),
        exif=exif,
        xmp=_blob(tags.get(_XMP)),
        iptc=_blob(tags.get(_IPTC)),
        dpi=_dpi(image),
        orientation=orientation,
        lossless=int(tags.get(_COMPRESSION, 1)) not in (6, 7),
        warnings=tuple(notes),
    )
    return TiffHeader(image, info, array, photometric, extra, samples, bits)


def _check_directory(stream: BinaryIO, name: str) -> None:
    """The first directory and all values it points to lie inside the file: decoders go on with defaults otherwise."""
    stream.seek(0)
    head = stream.read(16)
    order, big = "<" if head[:2] == b"II" else ">", head[2:4] in (b"+\0", b"\0+")
    length = stream.seek(0, os.SEEK_END)
    place = struct.unpack_from(order + ("Q" if big else "I"), head, 8 if big else 4)[0]
    count_size, entry_size, inline = (8, 20, 8) if big else (2, 12, 4)
    stream.seek(min(place, length))
    count = struct.unpack(order + ("Q" if big else "H"), stream.read(count_size).ljust(count_size, b"\0"))[0]
    table = stream.read(min(count, 4096) * entry_size)
    sound = 0 < count <= 4096 and len(table) == count * entry_size
    for at in range(0, len(table) - entry_size + 1, entry_size):
        _, kind, number, value = struct.unpack_from(order + ("HHQQ" if big else "HHII"), table, at)
        size = number * (8 if kind in (16, 17, 18) else TYPE_SIZES.get(kind, 0))
        sound = sound and (size <= inline or value + size <= length)
    if not sound:
        raise ImageError(f"{name} is truncated or damaged (the TIFF directory is incomplete): fetch it again.")


def _tags(stream: BinaryIO) -> dict[int, Any]:
    from PIL import TiffImagePlugin

    stream.seek(0)
    head = stream.read(8)
    if head[2:4] in (b"+\0", b"\0+"):
        head += stream.read(8)
    directory = TiffImagePlugin.ImageFileDirectory_v2(head)
    stream.seek(directory.next)
    directory.load(stream)
    return dict(directory)


def _open(stream: BinaryIO) -> Any:
    """Pillow's picture, or None where it does not know the kind of pixels (tifffile reads those)."""
    from PIL import TiffImagePlugin

    stream.seek(0)
    try:
        return TiffImagePlugin.TiffImageFile(stream)
    except (SyntaxError, OSError, ValueError, KeyError):
        return None


def _check_segments(stream: BinaryIO, tags: dict[int, Any], name: str) -> None:
    """All pixels lie inside the file; decoders fill up with gray otherwise."""
    length = stream.seek(0, os.SEEK_END)
    for start_tag, count_tag in zip(_STARTS, _COUNTS, strict=True):
        starts, counts = _numbers(tags.get(start_tag, ())), _numbers(tags.get(count_tag, ()))
        if any(start + count > length for start, count in zip(starts, counts, strict=False)):
            raise ImageError(f"{name} is truncated (pixels lie beyond its end): fetch it again.")
    if not any(tags.get(tag) for tag in _STARTS):
        raise ImageError(f"{name} is damaged (a TIFF without pixels): fetch it again.")


def decode_array(stream: BinaryIO, header: TiffHeader, name: str) -> np.ndarray:
    """Returns the pixels (h, w, c) in their own type, float32 for all floats; alpha last and straight.

    Raises:
        ImageError: the pixels are damaged or packed in a way we do not read.
    """
    import tifffile

    info = header.info
    stream.seek(0)
    try:
        with tifffile.TiffFile(stream) as file:
            pixels = file.pages[0].asarray()
            planar = int(getattr(file.pages[0], "planarconfig", 1)) == 2
    except ValueError:
        # Codecs that tifffile lacks without its add-on (LZW): OpenCV's libtiff knows them.
        pixels, planar = _decode_cv2(stream, name), False
    if planar and pixels.ndim == 3:
        pixels = np.moveaxis(pixels, 0, 2)
    pixels = pixels[:, :, None] if pixels.ndim == 2 else pixels
    if pixels.shape[:2] != (info.height, info.width) or pixels.ndim != 3:
        raise ImageError(f"{name} is damaged (unexpected layout {pixels.shape}): export it again.")
    if pixels.dtype.kind == "f" and pixels.dtype != np.float32:
        pixels = pixels.astype(np.float32)
    if header.photometric == 0 and pixels.dtype.kind == "u":
        pixels = np.iinfo(pixels.dtype).max - pixels
    colours = 1 if info.gray else 3
    if not info.alpha:
        return pixels[:, :, :colours]
    at = colours + next(i for i, kind in enumerate(header.extra) if kind in (1, 2))
    colour, alpha = pixels[:, :, :colours], pixels[:, :, at : at + 1]
    if header.extra[at - colours] == 1:
        colour = _straight(colour, alpha)
    return np.concatenate([colour, alpha], axis=2)


def _decode_cv2(stream: BinaryIO, name: str) -> np.ndarray:
    import cv2

    stream.seek(0)
    pixels = cv2.imdecode(np.frombuffer(stream.read(), np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise ImageError(f"{name} is packed in a way we do not read: save it again with LZW, deflate or uncompressed.")
    if pixels.ndim == 3 and pixels.shape[2] >= 3:
        pixels = pixels[:, :, [2, 1, 0, *range(3, pixels.shape[2])]]
    return pixels


def _straight(colour: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Colour divided by its alpha, rows at a time to bound memory."""
    top = 1.0 if colour.dtype.kind == "f" else float(np.iinfo(colour.dtype).max)
    result = np.empty_like(colour)
    for y in range(0, len(colour), 64):
        part = colour[y : y + 64].astype(np.float64) * (top / np.maximum(alpha[y : y + 64], 1e-6 * top))
        result[y : y + 64] = part if colour.dtype.kind == "f" else np.minimum(part + 0.5, top).astype(colour.dtype)
    return result


def _exif(image: Any) -> bytes | None:
    """The photograph's own tags of the TIFF directory, as an EXIF block that other formats take too."""
    from PIL import Image

    source, result = image.getexif(), Image.Exif()
    for tag in _DESCRIPTIVE:
        if tag in source:
            result[tag] = source[tag]
    for directory in (0x8769, 0x8825):
        found = source.get_ifd(directory)
        if found:
            result.get_ifd(directory).update(found)
    try:
        data = result.tobytes() if len(result) or result.get_ifd(0x8769) or result.get_ifd(0x8825) else b""
    except Exception:
        return None
    return data.removeprefix(b"Exif\0\0") or None


def _orientation(tags: dict[int, Any]) -> int:
    value = tags.get(274, 1)
    value = value[0] if isinstance(value, tuple) and value else value
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _dpi(image: Any) -> tuple[float, float] | None:
    dpi = image.info.get("dpi") if image is not None else None
    return (float(dpi[0]), float(dpi[1])) if dpi and dpi[0] > 0 and dpi[1] > 0 else None


def _numbers(value: Any) -> list[int]:
    if isinstance(value, (tuple, list)):
        return [int(v) for v in value]
    return [int(value)]


def _blob(value: Any) -> bytes | None:
    if isinstance(value, str):
        return value.encode("latin-1", "replace")
    if isinstance(value, tuple) and value and all(isinstance(v, int) for v in value):
        # IPTC is often declared as 32-bit words.
        return b"".join(v.to_bytes(4, "little") for v in value) if max(value) > 255 else bytes(value)
    return value if isinstance(value, bytes) and value else None
