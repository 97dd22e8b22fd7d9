"""Images and files of sets, made for the tests of data."""

from __future__ import annotations

import struct
from pathlib import Path

import cv2
import numpy as np


def encoded(image: np.ndarray, suffix: str = ".png") -> bytes:
    """The bytes of an image file; colours are RGB."""
    if image.ndim == 3 and image.shape[2] == 3:
        image = np.ascontiguousarray(image[:, :, ::-1])
    done, data = cv2.imencode(suffix, image)
    assert done
    return data.tobytes()


def noise(seed: int, *shape: int, dtype: type = np.uint8) -> np.ndarray:
    """An image of noise over the whole range of its type."""
    return np.random.default_rng(seed).integers(0, np.iinfo(dtype).max + 1, shape, dtype)


def write(path: Path, image: np.ndarray) -> Path:
    """Writes an image, with the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encoded(image, path.suffix))
    return path


def idx(array: np.ndarray) -> bytes:
    """An idx file of bytes."""
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()
