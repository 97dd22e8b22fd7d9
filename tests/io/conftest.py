"""Small pictures of every kind, made in memory."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from ganvas.io.picture import open_picture
from ganvas.io.writer import create_picture


def _encoded(pixels: np.ndarray, kind: str, **options: Any) -> bytes:
    plain = pixels[:, :, 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels
    buffer = io.BytesIO()
    Image.fromarray(plain).save(buffer, kind, **options)
    return buffer.getvalue()


def _tiff(pixels: np.ndarray, **options: Any) -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, pixels, **options)
    return buffer.getvalue()


def _rewritten(data: bytes, *, band: int = 7, times: int = 1, **options: Any) -> bytes:
    """What comes out when a model changes nothing (or repeats each pixel)."""
    target = io.BytesIO()
    with open_picture(data) as picture:
        height, width = picture.info.height * times, picture.info.width * times
        with create_picture(target, like=picture, height=height, width=width, **options) as writer:
            for y in range(0, picture.info.height, band):
                stop = min(y + band, picture.info.height)
                colour = picture.colour.read(y, stop).repeat(times, 0).repeat(times, 1)
                alpha = picture.alpha.read(y, stop).repeat(times, 0).repeat(times, 1) if picture.alpha else None
                writer.write(colour, alpha)
    return target.getvalue()


@pytest.fixture(scope="session")
def encoded() -> Callable[..., bytes]:
    """Pixels in a file of a Pillow format."""
    return _encoded


@pytest.fixture(scope="session")
def tiff() -> Callable[..., bytes]:
    """Pixels in a TIFF by tifffile."""
    return _tiff


@pytest.fixture(scope="session")
def rewritten() -> Callable[..., bytes]:
    """A file read and written again by ganvas."""
    return _rewritten


@pytest.fixture(scope="session")
def photo() -> np.ndarray:
    """A smooth RGB picture of 61 x 83 pixels."""
    y, x = np.mgrid[0:61, 0:83]
    planes = [120 + 90 * np.sin(x / 9), 128 + 100 * np.cos(y / 7), 2.0 * x + y]
    return np.clip(np.stack(planes, axis=2), 0, 255).astype(np.uint8)
