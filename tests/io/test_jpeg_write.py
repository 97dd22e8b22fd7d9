"""The JPEG encoder alone: strips joined by restart markers are the picture that one piece would be."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from ganvas.io.encoder import Layout, Metadata
from ganvas.io.jpeg_write import JpegEncoder


def _written(pixels: np.ndarray, band: int, quality: int) -> bytes:
    height, width, channels = pixels.shape
    file = io.BytesIO()
    layout = Layout(width=width, height=height, channels=channels, alpha=False, sample="uint8")
    encoder = JpegEncoder(file, layout, Metadata(), quality=quality)
    for y in range(0, height, band):
        encoder.rows(pixels[y : y + band])
    encoder.finish()
    return file.getvalue()


@pytest.mark.parametrize("quality", [60, 95])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("height", [1, 200, 1003])
def test_it_equals_one_piece(
    monkeypatch: pytest.MonkeyPatch, photo: np.ndarray, quality: int, channels: int, height: int
) -> None:
    """Pixel for pixel, by two decoders; colour at full and at half resolution."""
    monkeypatch.setattr("ganvas.io.jpeg_write._STRIP_BYTES", 10_000)
    pixels = np.tile(photo, (20, 3, 1))[:height, :, :channels]
    data = _written(pixels, 7, quality)
    whole = io.BytesIO()
    plain = Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels)
    plain.save(whole, "JPEG", quality=quality, subsampling=0 if quality >= 90 else 2)
    assert (b"\xff\xdd" in data) == (height > 16)
    for decode in (lambda d: np.asarray(Image.open(io.BytesIO(d))), lambda d: cv2.imdecode(np.frombuffer(d, "u1"), -1)):
        assert np.array_equal(decode(data), decode(whole.getvalue()))


def test_wide_pictures_keep_the_restart_interval() -> None:
    """An interval counts at most 65,535 units; a picture of the full width has 8,188 in a row."""
    pixels = np.full((40, 65_500, 1), 90, np.uint8)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(_written(pixels, 40, 95)))), pixels[:, :, 0])
