"""Where images come from: folders, read once into a decoded cache."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8

from ganvas.core.errors import ImageError

__all__ = ["Folder"]

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".ppm", ".pgm", ".avif"})


@dataclass(frozen=True)
class Folder:
    """All images below a folder, any size, sorted by path so that the order is the same everywhere.

    Decoded images are kept up to ``cache_bytes``; the least recently used leave first. Gray files come as RGB.

    Raises:
        ImageError: the folder does not exist or holds no image.
    """

    path: Path
    cache_bytes: int = 2_000_000_000
    files: Sequence[Path] = field(init=False, repr=False)
    _cache: OrderedDict[int, np.ndarray] = field(init=False, repr=False, default_factory=OrderedDict)
    _lock: threading.Lock = field(init=False, repr=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        if not self.path.is_dir():
            raise ImageError(f"{self.path} is not a folder: give --data the folder that holds the training images.")
        found = sorted(p for p in self.path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
        if not found:
            raise ImageError(f"{self.path} holds no images: give --data a folder with PNG, JPEG, WebP or TIFF files.")
        object.__setattr__(self, "files", tuple(found))

    def __len__(self) -> int:
        return len(self.files)

    def read(self, number: int) -> UInt8[np.ndarray, "h w 3"]:
        """Returns image ``number`` as RGB.

        Raises:
            ImageError: the file cannot be decoded.
        """
        with self._lock:
            if number in self._cache:
                self._cache.move_to_end(number)
                return self._cache[number]
        # Bytes first: OpenCV cannot open every path, and says nothing when it fails.
        raw = np.fromfile(self.files[number], dtype=np.uint8)
        image = cv2.imdecode(raw, cv2.IMREAD_COLOR_RGB) if raw.size else None
        if image is None:
            raise ImageError(f"{self.files[number]} cannot be decoded: remove it from the training folder.")
        image = np.ascontiguousarray(image)
        with self._lock:
            self._cache[number] = image
            while sum(kept.nbytes for kept in self._cache.values()) > self.cache_bytes and len(self._cache) > 1:
                self._cache.popitem(last=False)
        return image
