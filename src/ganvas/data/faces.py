"""Pairs of faces, upright and about as a detector cuts them out, and a share of other photos.

A small set of faces alone teaches a network to see that set's faces everywhere; photos of other things keep it honest.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from ganvas.core.batch import Paired
from ganvas.core.errors import SettingsError
from ganvas.data.sources import Folder
from ganvas.data.streams import order, patch_of, tensor
from ganvas.degrade.degradation import Degradation

D = TypeVar("D", bound=Degradation)
__all__ = ["FaceFolders", "FaceStream"]


@dataclass(frozen=True, kw_only=True)
class FaceStream:
    """Sample ``i`` is a pure function of its number, as in :class:`ganvas.data.streams.PairedStream`.

    Attributes: see :class:`FaceFolders`.
    """

    faces: Folder
    photos: Folder | None
    degradation: Degradation
    size: int
    side: tuple[float, float]
    photo_share: float
    zoom: tuple[float, float]
    gray: float
    seed: int = 0

    def batch(self, first: int, count: int) -> Paired:
        """Returns samples ``first`` to ``first + count - 1``, images in [-1, 1]."""
        sources, targets = zip(*[self._sample(index) for index in range(first, first + count)], strict=True)
        return Paired(tensor(np.stack(sources)), tensor(np.stack(targets)))

    def _sample(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng([self.seed, index])
        if self.photos is not None and rng.random() < self.photo_share:
            photo = self.photos.read(order(self.seed, index, len(self.photos)))
            clean = patch_of(photo, self.size, self.zoom, rng)
        else:
            clean = self._face(self.faces.read(order(self.seed, index, len(self.faces))), rng)
        if rng.random() < self.gray:
            clean = cv2.cvtColor(clean, cv2.COLOR_RGB2GRAY)[:, :, None]
        source = self.degradation(clean, rng)
        shape = (self.size, self.size, 3)
        return np.broadcast_to(source, shape), np.broadcast_to(clean, shape)

    def _face(self, image: UInt8[np.ndarray, "h w 3"], rng: np.random.Generator) -> Float[np.ndarray, "n n 3"]:
        height, width = image.shape[:2]
        side = max(1, round(min(height, width) * rng.uniform(*self.side)))
        top, left = int(rng.integers(height - side + 1)), int(rng.integers(width - side + 1))
        crop = image[top : top + side, left : left + side]
        crop = crop[:, ::-1] if rng.random() < 0.5 else crop
        mode = cv2.INTER_AREA if side > self.size else cv2.INTER_CUBIC
        resized = cv2.resize(np.ascontiguousarray(crop), (self.size, self.size), interpolation=mode)
        return resized.astype(np.float32) / np.float32(255)


@dataclass(frozen=True, kw_only=True)
class FaceFolders(Generic[D]):
    """A folder that holds a folder ``faces`` of pictures of one face each, and may hold a folder ``photos`` of others.

    Attributes:
        degradation: clean picture to source, of the same size.
        size: side of source and target, px.
        side: lowest and highest side of the crop of a face, in sides of its picture; it is resized to ``size``.
        photos: chance of a sample from ``photos``, where that folder is.
        zoom: lowest and highest side of a photo's crop in px of ``size``, as in ``PairedFolder``.
        gray: chance that a sample is gray.
        cache_bytes: decoded images kept in memory, for each folder.
    """

    degradation: D
    size: int = 128
    side: tuple[float, float] = (0.7, 1.0)
    photos: float = 0.35
    zoom: tuple[float, float] = (1.0, 2.0)
    gray: float = 0.1
    cache_bytes: int = 1_000_000_000

    def stream(self, path: Path | None, *, seed: int) -> FaceStream:
        """Returns the stream over the faces and photos below ``path``.

        Raises:
            SettingsError: no folder was given, or a share is out of range.
            ImageError: there is no folder ``faces`` in it, or no image.
        """
        if path is None:
            raise SettingsError("This recipe trains on faces: give --data a folder that holds a folder called faces.")
        if not 0 < self.side[0] <= self.side[1] <= 1:
            raise SettingsError("The side of a face's crop is a share of the picture: two numbers above 0, up to 1.")
        others = path / "photos"
        return FaceStream(
            faces=Folder(path / "faces", cache_bytes=self.cache_bytes),
            photos=Folder(others, cache_bytes=self.cache_bytes) if others.is_dir() and self.photos > 0 else None,
            degradation=self.degradation,
            size=self.size,
            side=self.side,
            photo_share=self.photos,
            zoom=self.zoom,
            gray=self.gray,
            seed=seed,
        )
