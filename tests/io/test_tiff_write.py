"""The TIFF encoder alone: strips as rows come, readable by others, BigTIFF where needed."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
import tifffile

from ganvas.io.encoder import Layout, Metadata
from ganvas.io.tiff_write import TiffEncoder


def _written(pixels: np.ndarray, band: int, metadata: Metadata | None = None) -> bytes:
    height, width, channels = pixels.shape
    layout = Layout(width=width, height=height, channels=channels, alpha=channels in (2, 4), sample=str(pixels.dtype))
    file = io.BytesIO()
    encoder = TiffEncoder(file, layout, metadata or Metadata())
    for y in range(0, height, band):
        encoder.rows(pixels[y : y + band])
    encoder.finish()
    return file.getvalue()


@pytest.mark.parametrize("sample", ["uint8", "uint16", "int16", "int32", "uint32", "float32"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_tifffile_reads_it(sample: str, channels: int) -> None:
    rng = np.random.default_rng(5)
    pixels = (rng.random((1100, 301, channels)) * 100).astype(sample)
    before = pixels.copy()
    got = tifffile.imread(io.BytesIO(_written(pixels, 37)))
    assert np.array_equal(got.reshape(pixels.shape), pixels)
    assert np.array_equal(pixels, before), "the caller's rows were changed"


def test_more_than_4_gb_is_a_bigtiff() -> None:
    """Only the head is looked at: nobody writes 4 GB in a test."""
    for height, mark in ((1000, b"II*\0"), (500_000, b"II+\0")):
        file = io.BytesIO()
        TiffEncoder(file, Layout(width=10_000, height=height, channels=3, alpha=False, sample="uint8"), Metadata())
        assert file.getvalue()[:4] == mark


def test_a_bigtiff_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ganvas.io.tiff_write._CLASSIC_LIMIT", 10)
    pixels = np.random.default_rng(0).integers(0, 255, (50, 40, 3)).astype(np.uint8)
    exif = b"II*\0\x08\0\0\0" + struct.pack("<HHHI4sI", 1, 271, 2, 3, b"Me\0\0", 0)
    data = _written(pixels, 9, Metadata(exif=exif, icc=b"p" * 300))
    assert data[:4] == b"II+\0"
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        assert np.array_equal(file.asarray(), pixels)
        assert file.pages[0].tags["Make"].value == "Me"
        assert file.pages[0].tags[34675].value == b"p" * 300


def test_a_big_endian_block_is_turned() -> None:
    """A rational, a text and a nested directory of a Motorola-order EXIF block."""
    block = bytearray(b"MM\0*\0\0\0\x08")
    block += struct.pack(">H", 2)
    block += struct.pack(">HHII", 306, 2, 20, 60) + struct.pack(">HHII", 34665, 4, 1, 80) + bytes(4)
    block += bytes(60 - len(block)) + b"2026:01:02 03:04:05\0"
    block += struct.pack(">H", 1) + struct.pack(">HHII", 33434, 5, 1, 98) + bytes(4)
    block += bytes(98 - len(block)) + struct.pack(">II", 1, 250)
    data = _written(np.zeros((3, 3, 1), np.uint8), 3, Metadata(exif=bytes(block)))
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        tags = file.pages[0].tags
        assert tags["DateTime"].value == "2026:01:02 03:04:05"
        assert tags["ExifTag"].value["ExposureTime"] == (1, 250)
