"""A PNG encoder that takes rows and keeps about a megabyte of them.

Bands are deflated one by one and joined at byte boundaries, so each may be packed in its own way: photographs by
Huffman codes and runs alone (after prediction there is little to match; several times faster and smaller), drawings by
matching. Source: PNG specification, third edition, sections 9 and 10; RFC 1950 and 1951.
"""

from __future__ import annotations

import struct
from typing import IO, Any

import numpy as np
from zlib_ng import zlib_ng as zlib

from ganvas.io.encoder import Layout, Metadata
from ganvas.io.png_chunks import SIGNATURE, chunk

__all__ = ["PngEncoder"]

_BAND_BYTES = 1 << 20
_LEVEL = 3
_TRIAL_BYTES = 1 << 16
_TRIAL_EVERY = 4  # bands; a trial costs a quarter of what packing the band does
_COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}


class PngEncoder:
    """Streams 8 or 16 bits per sample, 1 to 4 channels."""

    def __init__(self, file: IO[Any], layout: Layout, metadata: Metadata) -> None:
        self._file, self._layout = file, layout
        self._pixel_bytes = layout.channels * layout.bits // 8
        self._row_bytes = layout.width * self._pixel_bytes
        self._previous = np.zeros((1, self._row_bytes), np.uint8)
        self._bands: list[np.ndarray] = []
        self._pending = 0
        self._checksum = 1
        self._strategy = zlib.Z_RLE
        self._flushed = 0
        self._first = True
        file.write(SIGNATURE + b"".join(_head(layout, metadata)))

    def rows(self, pixels: np.ndarray) -> None:
        step = max(1, _BAND_BYTES // self._row_bytes)
        for y in range(0, len(pixels), step):
            part = pixels[y : y + step]
            flat = part.astype(">u2") if self._layout.bits == 16 else part.copy()
            flat = flat.reshape(len(part), -1).view(np.uint8)
            self._bands.append(flat)
            self._pending += flat.size
            if self._pending >= _BAND_BYTES:
                self._flush()

    def finish(self) -> None:
        self._flush()
        # An empty last block ends the stream; then the checksum of all filtered bytes.
        self._write(b"\x03\x00" + struct.pack(">I", self._checksum))
        self._file.write(chunk(b"IEND", b""))

    def _flush(self) -> None:
        if not self._bands:
            return
        band = np.concatenate(self._bands) if len(self._bands) > 1 else self._bands[0]
        self._bands, self._pending = [], 0
        raw = _filtered(band, self._previous, self._pixel_bytes).reshape(-1).data
        self._previous = band[-1:]
        self._checksum = zlib.adler32(raw, self._checksum)
        if self._flushed % _TRIAL_EVERY == 0:
            self._strategy = _strategy(raw)
        self._flushed += 1
        engine = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15, 9, self._strategy)
        self._write(engine.compress(raw) + engine.flush(zlib.Z_FULL_FLUSH))

    def _write(self, data: bytes) -> None:
        if self._first:
            data, self._first = b"\x78\x5e" + data, False
        self._file.write(chunk(b"IDAT", data))


def _filtered(band: np.ndarray, previous: np.ndarray, step: int) -> np.ndarray:
    """The rows with their filter type in front: none, left, up or average, the one with the smallest residues."""
    above = np.concatenate([previous, band[:-1]])
    sample = slice(None, None, max(1, len(band) // 16))
    few, few_above = band[sample], above[sample]
    residue = np.empty_like(few)
    costs = []
    for kind in range(4):
        _put_residue(kind, few, few_above, step, residue)
        costs.append(int(np.minimum(residue, 0 - residue).sum(dtype=np.int64)))
    result = np.empty((band.shape[0], band.shape[1] + 1), np.uint8)
    result[:, 0] = kind = int(np.argmin(costs))
    _put_residue(kind, band, above, step, result[:, 1:])
    return result


def _put_residue(kind: int, rows: np.ndarray, above: np.ndarray, step: int, out: np.ndarray) -> None:
    """Writes the rows minus what one filter predicts, modulo 256."""
    if kind == 0:
        out[:] = rows
    elif kind == 1:
        out[:, :step] = rows[:, :step]
        np.subtract(rows[:, step:], rows[:, :-step], out=out[:, step:])
    elif kind == 2:
        np.subtract(rows, above, out=out)
    else:
        left, over = rows[:, :-step], above[:, step:]
        np.subtract(rows[:, :step], above[:, :step] >> 1, out=out[:, :step])
        # floor((left + over) / 2) without leaving 8 bits
        mean = left ^ over
        mean >>= 1
        mean += left & over
        np.subtract(rows[:, step:], mean, out=out[:, step:])


def _strategy(raw: memoryview) -> int:
    """The faster way of packing unless matching saves at least 3 % of a sample from the middle."""
    start = max(0, (len(raw) - _TRIAL_BYTES) // 2)
    sample = raw[start : start + _TRIAL_BYTES]
    sizes = []
    for strategy in (zlib.Z_RLE, zlib.Z_DEFAULT_STRATEGY):
        engine = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15, 9, strategy)
        sizes.append(len(engine.compress(sample) + engine.flush()))
    return zlib.Z_RLE if sizes[0] <= 1.03 * sizes[1] else zlib.Z_DEFAULT_STRATEGY


def _head(layout: Layout, metadata: Metadata) -> list[bytes]:
    colour_type = _COLOUR_TYPES[layout.channels]
    parts = [chunk(b"IHDR", struct.pack(">IIBBBBB", layout.width, layout.height, layout.bits, colour_type, 0, 0, 0))]
    if metadata.icc:
        parts.append(chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(metadata.icc)))
    elif metadata.gamma:
        parts.append(chunk(b"gAMA", struct.pack(">I", round(metadata.gamma * 100_000))))
    if metadata.dpi:
        parts.append(chunk(b"pHYs", struct.pack(">IIB", *(round(d / 0.0254) for d in metadata.dpi), 1)))
    if metadata.exif:
        parts.append(chunk(b"eXIf", metadata.exif))
    if metadata.xmp:
        parts.append(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + metadata.xmp))
    if metadata.iptc:
        digits = metadata.iptc.hex()
        lines = "\n".join(digits[i : i + 72] for i in range(0, len(digits), 72))
        text = f"\niptc\n{len(metadata.iptc):8}\n{lines}\n".encode("ascii")
        parts.append(chunk(b"zTXt", b"Raw profile type iptc\0\0" + zlib.compress(text)))
    return parts
