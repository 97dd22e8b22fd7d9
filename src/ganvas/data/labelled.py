"""Images with labels: class folders, or the quarter turns of unlabelled ones.

Turning images and asking by how much is the self-supervised task of Gidaris et al. 2018 (RotNet,
https://arxiv.org/abs/1803.07728): it needs no labels and still makes a network see shapes and textures.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import torch
from jaxtyping import Float32

from ganvas.core.batch import Labelled
from ganvas.core.errors import SettingsError
from ganvas.data.sources import Folder
from ganvas.data.streams import order, tensor

__all__ = ["LabelledFolder", "LabelledStream", "Labels"]

Labels = Literal["folders", "rotation"]
_TURNS = 4


@dataclass(frozen=True, kw_only=True)
class LabelledFolder:
    """Images below a folder, each in the folder of its class; or any images, to be turned.

    Attributes:
        labels: ``folders`` makes a class of every folder that holds images, in alphabetical order of their paths;
            ``rotation`` turns each image by 0 to 3 quarter turns, which is its label.
        classes: how many there are: folders, or 4 for ``rotation``.
        patch: side of the images given, px.
        zoom: smallest and largest side of the square cut out, as a share of the image's shorter side.
        hold_out: images at the end of each class, in alphabetical order, that are never drawn: for the test.
        cache_bytes: decoded images kept in memory.
    """

    labels: Labels = "folders"
    classes: int
    patch: int = 96
    zoom: tuple[float, float] = (0.6, 1.0)
    hold_out: int = 0
    cache_bytes: int = 2_000_000_000

    def __post_init__(self) -> None:
        if self.labels == "rotation" and self.classes != _TURNS:
            raise SettingsError("Labels by rotation are 4 classes: set classes to 4.")
        if self.patch < 1 or self.hold_out < 0 or not 0 < self.zoom[0] <= self.zoom[1] <= 1:
            raise SettingsError("Labelled images need patch >= 1, hold_out >= 0 and 0 < zoom <= 1, low to high.")

    def stream(self, path: Path | None, *, seed: int) -> LabelledStream:
        """Returns the stream over the images below ``path``.

        Raises:
            SettingsError: no folder was given, it holds another number of classes, or nothing is left to draw.
        """
        if path is None:
            raise SettingsError("This recipe trains on labelled images: give their folder with --data.")
        return LabelledStream(source=Folder(path, cache_bytes=self.cache_bytes), settings=self, seed=seed)


@dataclass(frozen=True, kw_only=True)
class LabelledStream:
    """Square cut-outs, mirrored by chance, with their labels; sample ``i`` is a pure function of (seed, i).

    Attributes:
        source: the images.
        settings: what is cut out of them.
        seed: of order, cut-outs, mirroring and turns.

    Raises:
        SettingsError: the folder holds another number of classes, or nothing is left to draw.
    """

    source: Folder
    settings: LabelledFolder
    seed: int = 0
    _drawn: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        found = len(set(self.names)) if self.settings.labels == "folders" else _TURNS
        if found != self.settings.classes:
            raise SettingsError(
                f"{self.source.path} holds {found} class folders, not {self.settings.classes}: "
                f"set the classes of data and method to {found}."
            )
        held = set(self.held_out)
        drawn = tuple(number for number in range(len(self.source)) if number not in held)
        if not drawn:
            raise SettingsError("Every image is held out: lower hold_out.")
        object.__setattr__(self, "_drawn", drawn)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The class folder of every image, relative to the folder of all."""
        return tuple(file.parent.relative_to(self.source.path).as_posix() for file in self.source.files)

    @cached_property
    def labels(self) -> tuple[int, ...]:
        """The class of every image."""
        place = {name: number for number, name in enumerate(sorted(set(self.names)))}
        return tuple(place[name] for name in self.names)

    @property
    def held_out(self) -> list[int]:
        """Numbers of the images that are never drawn."""
        by_class: dict[str, list[int]] = {}
        for number, name in enumerate(self.names):
            by_class.setdefault(name, []).append(number)
        count = self.settings.hold_out
        return [number for numbers in by_class.values() for number in numbers[-count:]] if count else []

    def batch(self, first: int, count: int) -> Labelled:
        """Returns samples ``first`` to ``first + count - 1``, images in [-1, 1]."""
        images, labels = zip(*[self._sample(index) for index in range(first, first + count)], strict=True)
        return Labelled(tensor(np.stack(images)), torch.tensor(labels))

    def test(self) -> Labelled:
        """Returns the images held out: the largest square in the middle of each, unturned, at the size of the patch.

        Raises:
            SettingsError: there are none, or labels are turns.
        """
        if not self.held_out or self.settings.labels != "folders":
            raise SettingsError("A test needs class folders and hold_out of at least 1.")
        images = [_square(self.source.read(n), 1.0, (0.5, 0.5), self.settings.patch) for n in self.held_out]
        return Labelled(tensor(np.stack(images)), torch.tensor([self.labels[n] for n in self.held_out]))

    def _sample(self, index: int) -> tuple[Float32[np.ndarray, "n n 3"], int]:
        rng = np.random.default_rng([self.seed, index])
        number = self._drawn[order(self.seed, index, len(self._drawn))]
        zoom = float(rng.uniform(*self.settings.zoom))
        place = (float(rng.random()), float(rng.random()))
        image = _square(self.source.read(number), zoom, place, self.settings.patch)
        image = image[:, ::-1] if rng.random() < 0.5 else image
        if self.settings.labels == "folders":
            return image, self.labels[number]
        turns = int(rng.integers(_TURNS))
        return np.rot90(image, turns), turns


def _square(image: np.ndarray, zoom: float, place: tuple[float, float], side: int) -> Float32[np.ndarray, "n n 3"]:
    """A square of ``zoom`` times the shorter side, ``place`` from 0 (top, left) to 1, resized; values 0 to 1."""
    height, width = image.shape[:2]
    cut = max(1, round(zoom * min(height, width)))
    top, left = round(place[0] * (height - cut)), round(place[1] * (width - cut))
    part = image[top : top + cut, left : left + cut].astype(np.float32) / np.float32(255)
    if cut == side:
        return part
    return cv2.resize(part, (side, side), interpolation=cv2.INTER_AREA if cut > side else cv2.INTER_LINEAR)
