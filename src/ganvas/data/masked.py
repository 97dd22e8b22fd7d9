"""Batches of whole images with a mask of what is to be missing: what inpainting learns from.

Sample ``i`` is a pure function of (seed, i), as everywhere in this room.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ganvas.core.batch import Masked
from ganvas.core.errors import SettingsError
from ganvas.data.images import ImageStream, WholeImages, held_out
from ganvas.data.sources import Folder
from ganvas.data.streams import order, patch_of, tensor
from ganvas.degrade.damage.damage import Mask
from ganvas.degrade.damage.holes import Hole, Holes

__all__ = ["MaskedImageStream", "MaskedImages", "MaskedPhotos", "MaskedStream"]


@dataclass(frozen=True, kw_only=True)
class MaskedPhotos:
    """Crops of the photos in a folder, with holes.

    Attributes:
        patch: side of the crop, px.
        hole: what is missing; ``MaskFiles(folder=...)`` takes given masks, white where it is missing.
        gray: chance that a sample is gray (three equal channels).
        zoom: lowest and highest side of the crop in sides of the patch, to which it is resized.
        cache_bytes: decoded images kept in memory.
    """

    patch: int = 128
    hole: Hole = field(default_factory=Holes)
    gray: float = 0.0
    zoom: tuple[float, float] = (1.0, 1.0)
    cache_bytes: int = 2_000_000_000

    def __post_init__(self) -> None:
        if self.patch < 1 or not 0 < self.zoom[0] <= self.zoom[1]:
            raise SettingsError("Masked photos need patch >= 1 and a zoom of two numbers above 0, the lower one first.")

    def stream(self, path: Path | None, *, seed: int) -> MaskedStream:
        """Returns the stream over the photos below ``path``.

        Raises:
            SettingsError: no folder was given.
        """
        if path is None:
            raise SettingsError("This recipe trains on photos: give their folder with --data.")
        return MaskedStream(source=Folder(path, cache_bytes=self.cache_bytes), settings=self, seed=seed)


@dataclass(frozen=True, kw_only=True)
class MaskedStream:
    """Crops of photos, whole, and their masks.

    Attributes:
        source: the photos.
        settings: what is cut out of them and what is missing.
        seed: of order, crops and holes.
    """

    source: Folder
    settings: MaskedPhotos
    seed: int = 0

    def batch(self, first: int, count: int) -> Masked:
        """Returns samples ``first`` to ``first + count - 1``: whole images in [-1, 1], masks 1 where missing."""
        images, masks = zip(*[self._sample(index) for index in range(first, first + count)], strict=True)
        return Masked(tensor(np.stack(images)), _masks(masks))

    def _sample(self, index: int) -> tuple[Float[np.ndarray, "n n 3"], Mask]:
        rng = np.random.default_rng([self.seed, index])
        photo = self.source.read(order(self.seed, index, len(self.source)))
        image = patch_of(photo, self.settings.patch, self.settings.zoom, rng)
        if rng.random() < self.settings.gray:
            image = np.repeat(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2)
        return image, self.settings.hole.mask(image.shape[:2], rng)


@dataclass(frozen=True, kw_only=True)
class MaskedImages(WholeImages):
    """Whole images of a folder, an archive or a known set, with holes; their labels are left aside.

    Attributes:
        hole: what is missing.
    """

    hole: Hole = field(default_factory=Holes)

    def stream(self, path: Path | None, *, seed: int) -> MaskedImageStream:
        """Returns the stream over the images at ``path``.

        Raises:
            SettingsError: no path was given.
            ImageError: nothing there is understood, or it holds one image only.
        """
        if path is None:
            raise SettingsError("This recipe trains on images: give their folder or archive with --data.")
        images = self.open(path)
        held = held_out(len(images.source), self.hold_out)
        whole = ImageStream(images=images, held=held, flip=self.flip, seed=seed)
        return MaskedImageStream(whole=whole, hole=self.hole, seed=seed)


@dataclass(frozen=True, kw_only=True)
class MaskedImageStream:
    """Whole images and their masks.

    Attributes:
        whole: the images.
        hole: what is missing.
        seed: of the holes.
    """

    whole: ImageStream
    hole: Hole
    seed: int = 0

    def batch(self, first: int, count: int) -> Masked:
        """Returns samples ``first`` to ``first + count - 1``: whole images in [-1, 1], masks 1 where missing."""
        return self._masked(self.whole.batch(first, count).image, first)

    def unseen(self, count: int) -> Masked | None:
        """Returns up to ``count`` images that no sample is of, with holes; None where none are held out."""
        clean = self.whole.unseen(count)
        return None if clean is None else self._masked(clean.image, 0)

    def _masked(self, image: Float[Tensor, "b c h w"], first: int) -> Masked:
        shape = (image.shape[2], image.shape[3])
        draws = [np.random.default_rng([self.seed, index]) for index in range(first, first + len(image))]
        return Masked(image, _masks([self.hole.mask(shape, rng) for rng in draws]))


def _masks(masks: list[Mask] | tuple[Mask, ...]) -> Float[Tensor, "b 1 h w"]:
    return torch.from_numpy(np.stack(masks)[:, None].astype(np.float32))
