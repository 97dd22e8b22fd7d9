"""A JPEG encoder that takes rows: strips are encoded one by one and joined by restart markers.

At a restart marker a decoder begins anew, as at the start of a picture; so strips with the same tables, each a whole
number of coding units, are one valid picture together. Memory stays at one strip however large the picture is.
Source: ITU-T T.81, sections B.2.4.4 (restart interval) and F.2.1.3.1.
"""

from __future__ import annotations

import io
import struct
from typing import IO, Any

import numpy as np

from ganvas.io.encoder import Layout, Metadata, Strips

__all__ = ["JpegEncoder", "save_plainly"]

_STRIP_BYTES = 2 << 20
_MAX_INTERVAL = 65_535
_MARKER_BYTES = 65_000  # of a segment, with room for its name
_FULL_COLOUR_QUALITY = 90


def save_plainly(image: Any, file: IO[Any], kind: str, options: dict[str, Any]) -> None:
    """Does what Pillow's ``save`` does, without loading all its plugins or looking at a file name."""
    from PIL import AvifImagePlugin, BmpImagePlugin, JpegImagePlugin, WebPImagePlugin

    save = {
        "jpeg": JpegImagePlugin._save,
        "webp": WebPImagePlugin._save,
        "avif": AvifImagePlugin._save,
        "bmp": BmpImagePlugin._save,
    }[kind]
    image.encoderinfo, image.encoderconfig = options, ()
    save(image, file, b"")


class JpegEncoder:
    """Streams 8-bit gray or RGB.

    Args:
        quality: 1 to 100; colour keeps its full resolution from 90 on.
    """

    def __init__(self, file: IO[Any], layout: Layout, metadata: Metadata, *, quality: int) -> None:
        self._file, self._layout = file, layout
        self.notes: list[str] = []
        self._options: dict[str, Any] = {"quality": quality, "subsampling": 0 if quality >= _FULL_COLOUR_QUALITY else 2}
        self._first_options = self._options | self._metadata(metadata)
        unit = 16 if layout.channels == 3 and quality < _FULL_COLOUR_QUALITY else 8
        across = -(-layout.width // unit)
        units = max(1, min(_MAX_INTERVAL // across, _STRIP_BYTES // (layout.width * layout.channels * unit)))
        self._strips, self._interval = Strips(units * unit), units * across
        self._written = 0

    def rows(self, pixels: np.ndarray) -> None:
        for strip in self._strips.add(pixels):
            self._put(strip)

    def finish(self) -> None:
        for strip in self._strips.rest():
            self._put(strip)
        self._file.write(b"\xff\xd9")

    def _put(self, strip: np.ndarray) -> None:
        from PIL import Image

        buffer = io.BytesIO()
        image = Image.fromarray(strip[:, :, 0] if strip.shape[2] == 1 else strip)
        save_plainly(image, buffer, "jpeg", dict(self._options if self._written else self._first_options))
        data = buffer.getvalue()
        frame, scan, start = _places(data)
        if self._written == 0:
            head = bytearray(data[:start])
            struct.pack_into(">H", head, frame + 5, self._layout.height)
            if self._layout.height > self._strips.height:
                head[scan:scan] = b"\xff\xdd" + struct.pack(">HH", 4, self._interval)
            self._file.write(head)
        else:
            self._file.write(bytes((0xFF, 0xD0 + (self._written - 1) % 8)))
        self._file.write(data[start:-2])
        self._written += 1

    def _metadata(self, metadata: Metadata) -> dict[str, Any]:
        info: dict[str, Any] = {"icc_profile": metadata.icc}
        if metadata.dpi:
            info["dpi"] = tuple(min(round(value), 65535) for value in metadata.dpi)
        exif = b"Exif\0\0" + metadata.exif if metadata.exif else b""
        for word, key, data in (("EXIF block", "exif", exif), ("XMP packet", "xmp", metadata.xmp or b"")):
            if len(data) > _MARKER_BYTES:
                self.notes.append(f"The {word} is too large for a JPEG and is left out.")
            elif data:
                info[key] = data
        if metadata.iptc and len(metadata.iptc) > _MARKER_BYTES:
            self.notes.append("The IPTC block is too large for a JPEG and is left out.")
        elif metadata.iptc:
            info["extra"] = _iptc_segment(metadata.iptc)
        return info


def _places(data: bytes) -> tuple[int, int, int]:
    """Where the frame header, the scan header and the coded pixels of a baseline JPEG begin."""
    place, frame = 2, 0
    while True:
        marker, length = struct.unpack_from(">HH", data, place)
        if marker in (0xFFC0, 0xFFC1):
            frame = place
        if marker == 0xFFDA:
            return frame, place, place + 2 + length
        place += 2 + length


def _iptc_segment(iptc: bytes) -> bytes:
    """IPTC as the Photoshop resource 0x0404 in an APP13 segment."""
    resource = b"8BIM" + struct.pack(">HHI", 0x0404, 0, len(iptc)) + iptc + b"\0" * (len(iptc) % 2)
    body = b"Photoshop 3.0\0" + resource
    return b"\xff\xed" + struct.pack(">H", len(body) + 2) + body
