"""Rows of a picture: upright, the same however they are asked for, with transparency and ranges."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from ganvas.core.errors import ImageError
from ganvas.io.info import Limits
from ganvas.io.picture import open_picture

Encoded = Callable[..., bytes]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG", "WEBP"])
def test_orientation_is_applied(photo: np.ndarray, orientation: int, kind: str) -> None:
    image, buffer = Image.fromarray(photo), io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.save(buffer, kind, exif=exif, **({"lossless": True} if kind == "WEBP" else {}))
    upright = np.asarray(ImageOps.exif_transpose(Image.open(buffer)))
    with open_picture(buffer.getvalue()) as picture:
        assert (picture.info.height, picture.info.width) == upright.shape[:2]
        got = np.concatenate([picture.colour.read(y, min(y + 9, len(upright))) for y in range(0, len(upright), 9)])
    assert np.array_equal(np.rint(got * 255), upright)


@given(data=st.data())
def test_rows_do_not_depend_on_how_they_are_read(photo: np.ndarray, encoded: Encoded, data: st.DataObject) -> None:
    alpha = np.zeros((*photo.shape[:2], 1), np.uint8)
    alpha[20:40, 10:70] = 255
    alpha[30:32, 15:30] = 3
    with open_picture(encoded(np.concatenate([photo, alpha], 2), "PNG")) as picture:
        whole = picture.colour.read(0, 61)
        y0 = data.draw(st.integers(0, 61))
        y1 = data.draw(st.integers(y0, 61))
        assert np.array_equal(picture.colour.read(y0, y1), whole[y0:y1])
        assert np.array_equal(picture.alpha.read(y0, y1), picture.alpha.read(0, 61)[y0:y1])


def test_transparent_garbage_is_never_seen(photo: np.ndarray, encoded: Encoded) -> None:
    """Under transparency lies pure green; the network gets red everywhere."""
    pixels = np.zeros((200, 150, 4), np.uint8)
    pixels[..., 1] = 255
    pixels[90:100, 70:80] = (255, 0, 0, 255)
    with open_picture(encoded(pixels, "PNG")) as picture:
        colour = picture.colour.read(0, 200)
    assert np.allclose(colour[..., 0], 1, atol=1e-5) and np.allclose(colour[..., 1:], 0, atol=1e-5)


def test_visible_pixels_keep_their_colour(photo: np.ndarray, encoded: Encoded) -> None:
    alpha = np.tile(np.arange(83, dtype=np.uint8), (61, 1))[:, :, None]
    with open_picture(encoded(np.concatenate([photo, alpha], 2), "PNG")) as picture:
        colour = picture.colour.read(0, 61)
    seen = alpha[..., 0] >= 5
    assert np.array_equal(np.rint(colour[seen] * 255), photo[seen])


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_a_transparent_gray_value(bits: int) -> None:
    """tRNS counts in stored samples, also where those are narrower than a byte."""
    import struct
    import zlib

    from ganvas.io.png_chunks import SIGNATURE, chunk

    rows = b"".join(b"\0" + bytes([0b01010101 if bits == 1 else 0x11 * y]) * bits for y in range(4))
    data = SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 4, bits, 0, 0, 0, 0))
    transparent = {1: 1, 2: 0, 4: 1, 8: 0x11}[bits]
    data += chunk(b"tRNS", struct.pack(">H", transparent)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    with open_picture(data) as picture:
        alpha = picture.alpha.read(0, 4)[..., 0]
    expected = np.ones((4, 8))
    if bits == 1:
        expected[:, 1::2] = 0
    elif bits == 2:
        samples = np.array([[(0x11 * y) >> s & 3 for s in (6, 4, 2, 0)] * 2 for y in range(4)])
        expected[samples == 0] = 0
    else:
        expected[1] = 0
    assert np.array_equal(alpha, expected)


def test_palette_transparency(photo: np.ndarray) -> None:
    image = Image.fromarray(photo).quantize(8)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", transparency=3)
    with open_picture(buffer.getvalue()) as picture:
        assert picture.info.alpha and picture.info.mode == "palette 4 bit"
        assert np.array_equal(picture.alpha.read(0, 61)[..., 0] == 0, np.asarray(image) == 3)


def test_16_bit_transparent_colour() -> None:
    import struct
    import zlib

    from ganvas.io.png_chunks import SIGNATURE, chunk

    pixels = np.full((4, 4, 3), 40_000, ">u2")
    pixels[1, 2] = (1, 2, 3)
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    data = SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 16, 2, 0, 0, 0))
    data += chunk(b"tRNS", struct.pack(">HHH", 1, 2, 3)) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    with open_picture(data) as picture:
        alpha, colour = picture.alpha.read(0, 4), picture.colour.read(0, 4)
    assert alpha[1, 2] == 0 and alpha.sum() == 15
    assert np.allclose(colour, 40_000 / 65_535)


def test_gray_palettes_are_gray(photo: np.ndarray, encoded: Encoded) -> None:
    image = Image.fromarray(photo).convert("L")
    with open_picture(encoded(np.asarray(image), "GIF")) as picture:
        assert picture.info.gray and picture.colour.channels == 1
        assert np.array_equal(np.rint(picture.colour.read(0, 61)[..., 0] * 255), np.asarray(image))


@pytest.mark.parametrize("kind", ["float32", "int16", "int32", "uint32"])
def test_wide_samples_are_brought_to_0_and_1(photo: np.ndarray, tiff: Encoded, kind: str) -> None:
    values = photo[..., 0].astype(kind) * 31 - (7 if kind != "uint32" else 0)
    with open_picture(tiff(values)) as picture:
        rows, (low, high) = picture.colour.read(0, 61), picture.range
    assert (low, high) == (values.min(), values.max())
    assert rows.min() == 0 and rows.max() == 1
    assert np.allclose(rows[..., 0] * (high - low) + low, values, rtol=1e-5, atol=1e-3)


def test_floats_within_0_and_1_keep_their_values(photo: np.ndarray, tiff: Encoded) -> None:
    values = (photo / 512 + 0.1).astype(np.float32)
    with open_picture(tiff(values, photometric="rgb")) as picture:
        assert picture.range == (0, 1) and np.array_equal(picture.colour.read(0, 61), values)


def test_numbers_that_are_none_become_the_lowest(tiff: Encoded) -> None:
    values = np.array([[1, 2, np.nan], [np.inf, -np.inf, 5]], np.float32)
    with open_picture(tiff(values)) as picture:
        assert picture.range == (1, 5)
        assert np.array_equal(picture.colour.read(0, 2)[..., 0], np.array([[0, 0.25, 0], [1, 0, 1]], np.float32))


def test_premultiplied_tiff_is_made_straight(tiff: Encoded) -> None:
    pixels = np.zeros((3, 3, 4), np.uint16)
    pixels[...] = (20_000, 10_000, 0, 40_000)
    data = tiff(pixels, photometric="rgb", extrasamples=["assocalpha"])
    with open_picture(data) as picture:
        assert np.allclose(picture.colour.read(0, 3), (0.5, 0.25, 0), atol=2e-5)
        assert np.allclose(picture.alpha.read(0, 3), 40_000 / 65_535)


def test_more_channels_are_left_out_and_said(tiff: Encoded) -> None:
    data = tiff(np.full((4, 4, 4), 9000, np.uint16), photometric="rgb", extrasamples=["unspecified"])
    with open_picture(data) as picture:
        assert not picture.info.alpha and any("left out" in note for note in picture.info.warnings)
        assert picture.colour.read(0, 4).shape == (4, 4, 3)


def test_many_bands_are_refused(tiff: Encoded) -> None:
    with pytest.raises(ImageError, match=r"2 samples|7 samples"):
        open_picture(tiff(np.zeros((4, 4, 7), np.uint16), photometric="minisblack", planarconfig="contig")).colour.read(
            0, 4
        )


def test_sources(photo: np.ndarray, encoded: Encoded, tmp_path: Any) -> None:
    data = encoded(photo, "PNG")
    path = tmp_path / "a photo ü.png"
    path.write_bytes(data)

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.rest = data

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            part, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
            buffer[: len(part)] = part
            return len(part)

    with open(path, "rb") as file:
        for source in (path, str(path), data, io.BytesIO(data), io.BufferedReader(Pipe()), file):
            with open_picture(source) as picture:
                assert np.array_equal(np.rint(picture.colour.read(0, 61) * 255), photo)
        assert not file.closed


def test_an_endless_pipe_is_refused() -> None:
    class Endless(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            buffer[:] = bytes(len(buffer))
            return len(buffer)

    with pytest.raises(ImageError, match="longer than"):
        open_picture(io.BufferedReader(Endless()), limits=Limits(max_bytes_in=1_000_000))


def test_rows_outside_are_a_mistake(photo: np.ndarray, encoded: Encoded) -> None:
    with open_picture(encoded(photo, "PNG")) as picture, pytest.raises(ValueError, match="61 rows"):
        picture.colour.read(0, 62)


def test_files_are_closed(photo: np.ndarray, encoded: Encoded, tmp_path: Any) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encoded(photo, "JPEG")[:600])
    before = _open_files()
    with pytest.raises(ImageError), open_picture(path) as picture:
        picture.colour.read(0, 1)
    assert _open_files() == before


def _open_files() -> int:
    import os

    return len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0


def test_opening_is_light() -> None:
    import subprocess

    code = "import sys, ganvas.io.writer, ganvas.io.picture; print(sorted(m for m in sys.modules if '.' not in m))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for heavy in ("torch", "cv2", "tifffile", "scipy", "skimage", "openvino"):
        assert f"'{heavy}'" not in loaded
