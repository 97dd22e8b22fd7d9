"""The PNG encoder alone: small, bounded, and readable by others."""

from __future__ import annotations

import io
import struct
import tracemalloc

import cv2
import numpy as np
import pytest
from PIL import Image

from ganvas.io.encoder import Layout, Metadata
from ganvas.io.png_write import PngEncoder


def _written(pixels: np.ndarray, band: int) -> bytes:
    height, width, channels = pixels.shape
    layout = Layout(width=width, height=height, channels=channels, alpha=channels in (2, 4), sample=str(pixels.dtype))
    file = io.BytesIO()
    encoder = PngEncoder(file, layout, Metadata())
    for y in range(0, height, band):
        encoder.rows(pixels[y : y + band])
    encoder.finish()
    return file.getvalue()


@pytest.mark.parametrize("sample", ["uint8", "uint16"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_opencv_and_pillow_read_it(sample: str, channels: int) -> None:
    rng = np.random.default_rng(3)
    smooth = np.cumsum(rng.integers(0, 3, (900, 310, channels)), axis=0).astype(sample)
    smooth[400:] = rng.integers(0, np.iinfo(sample).max, smooth[400:].shape)
    smooth[700:800] = 7
    data = _written(smooth, 13)
    image = Image.open(io.BytesIO(data))
    image.load()
    if sample == "uint8":
        assert np.array_equal(np.asarray(image).reshape(smooth.shape), smooth)
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED).reshape(900, 310, -1)
    order = {1: [0], 2: [0, 3], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[channels]
    assert np.array_equal(decoded[..., order], smooth)


def test_size_is_near_pillows(photo: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    large = photo.repeat(8, 0).repeat(8, 1) + rng.integers(0, 5, (488, 664, 3)).astype(np.uint8)
    drawing = np.zeros((500, 500, 3), np.uint8)
    drawing[::17] = 255
    drawing[:, 100:120] = (9, 80, 200)
    for pixels, factor in ((large, 1.1), (drawing, 4.0)):
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "PNG")
        assert len(_written(pixels, 50)) < factor * len(buffer.getvalue())


def test_memory_is_bounded() -> None:
    """96 MB of samples pass through less than 20 MB."""
    layout = Layout(width=4000, height=8000, channels=3, alpha=False, sample="uint8")
    rows = np.zeros((16, 4000, 3), np.uint8)

    class Nowhere(io.RawIOBase):
        def write(self, data: object) -> int:
            return len(data)  # type: ignore[arg-type]

    encoder = PngEncoder(Nowhere(), layout, Metadata())
    tracemalloc.start()
    for _ in range(0, 8000, 16):
        encoder.rows(rows)
    encoder.finish()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6


def test_chunks_before_the_pixels() -> None:
    file = io.BytesIO()
    layout = Layout(width=1, height=1, channels=1, alpha=False, sample="uint8")
    PngEncoder(file, layout, Metadata(icc=b"profile", exif=b"II*\0", dpi=(72, 72)))
    data, place, kinds = file.getvalue(), 8, []
    while place < len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        kinds.append(kind)
        place += 12 + length
    assert kinds == [b"IHDR", b"iCCP", b"pHYs", b"eXIf"]
