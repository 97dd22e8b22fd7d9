"""The chunks of a PNG file: checked for damage, metadata taken with bounded inflation, pixels handed on alone.

Only the chunks that describe pixels ever reach a decoder, so neither a text bomb nor an animation costs memory.
Source: PNG specification, third edition (W3C 2025), sections 5 and 11.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field

from ganvas.core.errors import ImageError

__all__ = ["SIGNATURE", "PngHead", "chunk", "inflate", "read_chunks"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_METADATA_BYTES = 32_000_000  # a profile, EXIF or XMP text beyond this is left out
_KEPT = (b"IHDR", b"PLTE", b"tRNS")
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}


@dataclass
class PngHead:
    """What the chunks before and after the pixels say."""

    width: int = 0
    height: int = 0
    bits: int = 8
    colour_type: int = 0
    palette: bytes = b""
    transparency: bytes | None = None
    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    iptc: bytes | None = None
    gamma: float | None = None
    srgb: bool = False
    dpi: tuple[float, float] | None = None
    frames: int = 1
    warnings: list[str] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)  # of the chunks a decoder needs, in the file
    complete: bool = False

    def stripped(self, data: bytes | memoryview) -> bytes:
        """Returns a PNG file of the pixels alone."""
        return SIGNATURE + b"".join(bytes(data[start:stop]) for start, stop in self.spans) + chunk(b"IEND", b"")


def chunk(kind: bytes, data: bytes) -> bytes:
    """Returns one chunk with its length and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(data, zlib.crc32(kind)))


def inflate(data: bytes) -> bytes | None:
    """Returns the inflated bytes, or None where they are damaged or larger than any honest metadata."""
    engine = zlib.decompressobj()
    try:
        result = engine.decompress(data, MAX_METADATA_BYTES)
    except zlib.error:
        return None
    return result if engine.eof else None


def read_chunks(data: bytes | memoryview, name: str) -> PngHead:
    """Returns what the chunks say.

    Raises:
        ImageError: the file ends early, or a chunk that matters is damaged.
    """
    head, view, position, seen_pixels = PngHead(), memoryview(data), len(SIGNATURE), False
    while position + 8 <= len(view):
        length, kind = struct.unpack_from(">I4s", view, position)
        stop = position + 12 + length
        if stop > len(view):
            break
        body = view[position + 8 : stop - 4]
        sound = zlib.crc32(view[position + 4 : stop - 4]) == struct.unpack_from(">I", view, stop - 4)[0]
        if not sound and (kind in _KEPT or kind in (b"IDAT", b"IEND")):
            raise ImageError(f"{name} is damaged (a {kind.decode()} chunk fails its checksum): fetch it again.")
        if kind == b"IEND":
            head.complete = True
            break
        if kind in _KEPT or kind == b"IDAT":
            head.spans.append((position, stop))
            seen_pixels |= kind == b"IDAT"
        if sound and kind != b"IDAT":
            _take(head, kind, body, name)
        position = stop
    if not head.width:
        raise ImageError(f"{name} is damaged (no PNG header): fetch or export it again.")
    if not head.complete or not seen_pixels:
        raise ImageError(f"{name} is truncated (the PNG ends early): fetch it again.")
    return head


def _take(head: PngHead, kind: bytes, body: memoryview, name: str) -> None:
    if kind == b"IHDR":
        if len(body) != 13:
            raise ImageError(f"{name} is damaged (bad PNG header): fetch it again.")
        head.width, head.height, head.bits, head.colour_type = struct.unpack_from(">IIBB", body)
        if head.bits not in _DEPTHS.get(head.colour_type, ()):
            raise ImageError(f"{name} is damaged (unknown PNG colour type): fetch it again.")
    elif len(body) > MAX_METADATA_BYTES:
        head.warnings.append(f"A {kind.decode('latin-1')} chunk of {len(body):,} bytes is left out.")
    elif kind == b"PLTE":
        head.palette = bytes(body)
    elif kind == b"tRNS":
        head.transparency = bytes(body)
    elif kind == b"eXIf":
        head.exif = bytes(body)
    elif kind == b"sRGB":
        head.srgb = True
    elif kind == b"gAMA" and len(body) == 4:
        head.gamma = struct.unpack(">I", body)[0] / 100_000
    elif kind == b"pHYs" and len(body) == 9:
        x, y, unit = struct.unpack(">IIB", body)
        head.dpi = (x * 0.0254, y * 0.0254) if unit == 1 and x and y else None
    elif kind == b"acTL" and len(body) >= 4:
        head.frames = max(1, struct.unpack_from(">I", body)[0])
    else:
        _take_text(head, kind, bytes(body))


def _take_text(head: PngHead, kind: bytes, body: bytes) -> None:
    key, _, rest = body.partition(b"\0")
    if kind == b"iCCP":
        head.icc = inflate(rest[1:])
        if head.icc is None:
            head.warnings.append("The colour profile is damaged or too large and is left out.")
    elif kind == b"iTXt" and key == b"XML:com.adobe.xmp" and len(rest) > 2:
        packed = rest[0] == 1
        packet = rest[2:].split(b"\0", 2)[-1]
        head.xmp = inflate(packet) if packed else packet
    elif kind in (b"zTXt", b"tEXt") and key.startswith(b"Raw profile type ") and len(rest) > 1:
        # ImageMagick's and exiftool's way: a name, a byte count and hexadecimal digits, on lines.
        text = inflate(rest[1:]) if kind == b"zTXt" else rest
        _take_raw_profile(head, key[len(b"Raw profile type ") :], text)


def _take_raw_profile(head: PngHead, which: bytes, text: bytes | None) -> None:
    lines = (text or b"").split(b"\n", 3)
    try:
        payload = bytes.fromhex(lines[3].decode("ascii"))
    except (ValueError, IndexError):
        return
    if which in (b"exif", b"APP1") and payload.startswith(b"Exif\0\0"):
        head.exif = head.exif or payload[6:]
    elif which == b"iptc":
        head.iptc = payload
    elif which == b"xmp":
        head.xmp = head.xmp or payload
