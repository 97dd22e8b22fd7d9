"""Tiny sets of images, made where they are asked for."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from tests.data.made import idx, noise, write


@pytest.fixture
def classes(tmp_path: Path) -> Path:
    """Three class folders with 2, 3 and 4 RGB images of 8 x 10 px; number k of class c is all 10 * c + k."""
    for number, name in enumerate(("ant", "bee", "cat")):
        for k in range(2 + number):
            write(tmp_path / "set" / name / f"{k}.png", np.full((8, 10, 3), 10 * number + k, np.uint8))
    return tmp_path / "set"


@pytest.fixture
def mnist(tmp_path: Path) -> Path:
    """MNIST in small: 40 images for training and 10 for the test, 28 px; label k % 10."""
    folder = tmp_path / "mnist"
    folder.mkdir()
    for word, count, packed in (("train", 40, True), ("t10k", 10, False)):
        for name, array in (
            ("images-idx3", noise(count, count, 28, 28)),
            ("labels-idx1", np.arange(count, dtype=np.uint8) % 10),
        ):
            data = idx(array)
            path = folder / f"{word}-{name}-ubyte{'.gz' if packed else ''}"
            path.write_bytes(gzip.compress(data) if packed else data)
    return folder
