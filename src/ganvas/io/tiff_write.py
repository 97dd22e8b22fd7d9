"""A TIFF encoder that takes rows: deflated strips first, the directory at the end; BigTIFF where 4 GB could be passed.

Source: TIFF 6.0; Adobe Photoshop TIFF Technical Notes (deflate, predictor); BigTIFF by Aware Systems.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from zlib_ng import zlib_ng as zlib

from ganvas.io.encoder import Layout, Metadata, Strips
from ganvas.io.exif import TYPE_SIZES, entries

__all__ = ["TiffEncoder"]

_STRIP_BYTES = 1 << 20
_LEVEL = 3
_CLASSIC_LIMIT = 3_900_000_000
_BYTE, _ASCII, _SHORT, _LONG, _RATIONAL, _UNDEFINED, _LONG8 = 1, 2, 3, 4, 5, 7, 16
_EXIF_IFD, _GPS_IFD, _INTEROP_IFD = 34665, 34853, 40965
# Tags of an EXIF block's first directory that describe the photograph, not its encoding.
_DESCRIPTIVE = frozenset({270, 271, 272, 305, 306, 315, 316, 33432, 40091, 40092, 40093, 40094, 40095})
_FORMATS = {"u": 1, "i": 2, "f": 3}


@dataclass(frozen=True)
class _Tag:
    """One directory entry; the value in little-endian bytes."""

    code: int
    kind: int
    count: int
    value: bytes


class TiffEncoder:
    """Streams integers or floats of any width, gray or RGB, with or without straight alpha."""

    def __init__(self, file: IO[Any], layout: Layout, metadata: Metadata) -> None:
        self._file, self._layout, self._metadata = file, layout, metadata
        row_bytes = layout.width * layout.channels * layout.bits // 8
        self._big = row_bytes * layout.height > _CLASSIC_LIMIT
        self._strips = Strips(max(1, min(layout.height, _STRIP_BYTES // row_bytes)))
        self._starts: list[int] = []
        self._sizes: list[int] = []
        # The place of the directory is patched in when it is known.
        file.write(b"II+\0" + struct.pack("<HHQ", 8, 0, 0) if self._big else b"II*\0" + struct.pack("<I", 0))

    def rows(self, pixels: np.ndarray) -> None:
        for strip in self._strips.add(pixels):
            self._put(strip)

    def finish(self) -> None:
        for strip in self._strips.rest():
            self._put(strip)
        tags = self._tags()
        for code, found in _exif_directories(self._metadata.exif or b"").items():
            tags.append(_Tag(code, _LONG8 if self._big else _LONG, 1, self._pointer(self._directory(found))))
        place = self._directory(tags)
        self._file.seek(8 if self._big else 4)
        self._file.write(self._pointer(place))
        self._file.seek(0, 2)

    def _put(self, strip: np.ndarray) -> None:
        if strip.dtype.kind != "f":
            strip[:, 1:] = strip[:, 1:] - strip[:, :-1]
        data = zlib.compress(np.ascontiguousarray(strip, strip.dtype.newbyteorder("<")).tobytes(), _LEVEL)
        self._starts.append(self._file.tell())
        self._sizes.append(len(data))
        self._file.write(data)

    def _tags(self) -> list[_Tag]:
        layout, metadata = self._layout, self._metadata
        kind = np.dtype(layout.sample).kind
        colours = layout.channels - layout.alpha
        long = _LONG8 if self._big else _LONG
        tags = [
            _numbers(256, _LONG, [layout.width]),
            _numbers(257, _LONG, [layout.height]),
            _numbers(258, _SHORT, [layout.bits] * layout.channels),
            _numbers(259, _SHORT, [8]),
            _numbers(262, _SHORT, [1 if colours == 1 else 2]),
            _numbers(273, long, self._starts),
            _numbers(274, _SHORT, [1]),
            _numbers(277, _SHORT, [layout.channels]),
            _numbers(278, _LONG, [self._strips.height]),
            _numbers(279, long, self._sizes),
            _numbers(284, _SHORT, [1]),
            _numbers(317, _SHORT, [1 if kind == "f" else 2]),
            _numbers(339, _SHORT, [_FORMATS[kind]] * layout.channels),
        ]
        if layout.alpha:
            tags.append(_numbers(338, _SHORT, [2]))
        if metadata.dpi:
            for code, value in zip((282, 283), metadata.dpi, strict=True):
                tags.append(_Tag(code, _RATIONAL, 1, struct.pack("<II", min(round(value * 1000), 2**32 - 1), 1000)))
            tags.append(_numbers(296, _SHORT, [2]))
        for code, kind_, blob in (
            (700, _BYTE, metadata.xmp),
            (33723, _UNDEFINED, metadata.iptc),
            (34675, _UNDEFINED, metadata.icc),
        ):
            if blob:
                tags.append(_Tag(code, kind_, len(blob), blob))
        return tags + _exif_tags(metadata.exif or b"")

    def _directory(self, tags: list[_Tag]) -> int:
        """Writes a directory behind its values; returns its place."""
        inline = 8 if self._big else 4
        table = b""
        for tag in sorted(tags, key=lambda tag: tag.code):
            value = tag.value if len(tag.value) <= inline else self._pointer(self._append(tag.value))
            count = struct.pack("<Q" if self._big else "<I", tag.count)
            table += struct.pack("<HH", tag.code, tag.kind) + count + value.ljust(inline, b"\0")
        head = struct.pack("<Q" if self._big else "<H", len(tags))
        return self._append(head + table + self._pointer(0))

    def _append(self, data: bytes) -> int:
        place = self._file.tell()
        if place % 2:
            self._file.write(b"\0")
            place += 1
        self._file.write(data)
        return place

    def _pointer(self, value: int) -> bytes:
        return struct.pack("<Q" if self._big else "<I", value)


def _numbers(code: int, kind: int, values: list[int]) -> _Tag:
    letter = {_SHORT: "H", _LONG: "I", _LONG8: "Q"}[kind]
    return _Tag(code, kind, len(values), struct.pack(f"<{len(values)}{letter}", *values))


def _order(block: bytes) -> str | None:
    return {b"II*\0": "<", b"MM\0*": ">"}.get(block[:4]) if len(block) >= 8 else None


def _exif_tags(block: bytes) -> list[_Tag]:
    order = _order(block)
    if order is None:
        return []
    (first,) = struct.unpack_from(order + "I", block, 4)
    return [tag for tag in _read(block, order, first) if tag.code in _DESCRIPTIVE]


def _exif_directories(block: bytes) -> dict[int, list[_Tag]]:
    """The EXIF and GPS directories of a block, by the tag that points to them."""
    order = _order(block)
    found: dict[int, list[_Tag]] = {}
    if order is None:
        return found
    (first,) = struct.unpack_from(order + "I", block, 4)
    for code, kind, count, at in entries(block, order, first):
        if code in (_EXIF_IFD, _GPS_IFD) and kind in (4, 13) and count == 1:
            (place,) = struct.unpack_from(order + "I", block, at)
            tags = [tag for tag in _read(block, order, place) if tag.code != _INTEROP_IFD]
            if tags:
                found[code] = tags
    return found


def _read(block: bytes, order: str, place: int) -> list[_Tag]:
    tags: dict[int, _Tag] = {}
    for code, kind, count, at in entries(block, order, place):
        size = TYPE_SIZES.get(kind, 0) * count
        if size == 0 or size > len(block):
            continue
        start = at if size <= 4 else struct.unpack_from(order + "I", block, at)[0]
        value = bytes(block[start : start + size])
        if len(value) == size:
            tags.setdefault(code, _Tag(code, kind, count, _little(value, kind) if order == ">" else value))
    return list(tags.values())


def _little(value: bytes, kind: int) -> bytes:
    unit = 4 if kind in (5, 10) else TYPE_SIZES[kind]
    return np.frombuffer(value, f">u{unit}").astype(f"<u{unit}").tobytes() if unit > 1 else value
