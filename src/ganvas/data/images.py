"""Batches of whole images, with or without labels: what synthesis learns from.

Sample ``i`` is a pure function of (seed, i): its image is ``order(seed, i, n)`` and its mirroring a draw at index i, so
any batch size, number of processes and point of resuming see the same samples.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor

from ganvas.core.batch import Clean, Labelled
from ganvas.core.errors import ImageError, SettingsError
from ganvas.data.fitted import Fit, Fitted, PixelBatch, unit
from ganvas.data.image_source import ImageSource, Split
from ganvas.data.open import open_source
from ganvas.data.streams import order, tensor
from ganvas.ops import random

__all__ = ["ImageStream", "Images", "LabelledImageStream", "LabelledImages"]


@dataclass(frozen=True, kw_only=True)
class WholeImages:
    """Whole images of a folder, an archive or a known set, brought to one size.

    Attributes:
        size: side of the images, or height and width, px.
        channels: 3 for colour, 1 for gray.
        fit: for images of another shape: ``crop`` takes their middle, ``pad`` all of them with black around,
            ``stretch`` distorts them, ``exact`` refuses them.
        flip: mirrors half of the samples left to right.
        split: the part of the set, where it has parts.
        hold_out: images, drawn from all over the set, that training never draws: by them its health tells whether the
            discriminator knows the others by heart.
        cache_bytes: memory for images already made.
    """

    size: int | tuple[int, int] = 32
    channels: int = 3
    fit: Fit = "crop"
    flip: bool = False
    split: Split = "train"
    hold_out: int = 0
    cache_bytes: int = 2_000_000_000

    def __post_init__(self) -> None:
        if min(self.sides) < 1 or self.channels not in (1, 3) or min(self.cache_bytes, self.hold_out) < 0:
            raise SettingsError("Images need a size of at least 1, 1 or 3 channels, cache_bytes and hold_out >= 0.")

    @property
    def sides(self) -> tuple[int, int]:
        """Height and width, px."""
        return (self.size, self.size) if isinstance(self.size, int) else self.size

    @property
    def which(self) -> str:
        """Which of several labels of an image is wanted."""
        return ""

    def open(self, path: Path) -> Fitted:
        """Returns the images at ``path`` in their order, at the size of these settings.

        Raises:
            ImageError: nothing there is understood, or it holds one image only.
        """
        source = open_source(path, split=self.split, attribute=self.which)
        if len(source) < 2:
            raise ImageError(f"{path} holds one image only, {source.name(0)}: a set to learn from needs more.")
        return Fitted(
            source=source, size=self.sides, channels=self.channels, fit=self.fit, cache_bytes=self.cache_bytes
        )


@dataclass(frozen=True, kw_only=True)
class Images(WholeImages):
    """Whole images without labels; those they have are left aside."""

    def stream(self, path: Path | None, *, seed: int) -> ImageStream:
        """Returns the stream over the images at ``path``.

        Raises:
            SettingsError: no path was given.
            ImageError: nothing there is understood, or it holds one image only.
        """
        images = self.open(_given(path))
        return ImageStream(images=images, held=held_out(len(images.source), self.hold_out), flip=self.flip, seed=seed)


@dataclass(frozen=True, kw_only=True)
class LabelledImages(WholeImages):
    """Whole images with the class of each.

    Attributes:
        classes: how many classes there are; every label is below.
        labels_kept: labels that are shown, evenly over the classes; the other images have -1. None shows all.
        labelled_share: share of the samples that are drawn from the images whose label is shown, in an order of their
            own, so that a hundred labels among many images come often enough; 0 draws all images alike.
        attribute: CelebA: the attribute that is the label, by its name in the list; CIFAR-100: ``coarse`` or ``fine``.
    """

    classes: int
    labels_kept: int | None = None
    labelled_share: float = 0.0
    attribute: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.classes < 1 or not 0 <= self.labelled_share <= 1:
            raise SettingsError("Labelled images need classes >= 1 and a labelled_share from 0 to 1.")
        if self.labels_kept is not None and self.labels_kept < self.classes:
            raise SettingsError(
                f"{self.labels_kept} labels cannot be spread over {self.classes} classes: keep at least one of each."
            )

    @property
    def which(self) -> str:
        """Which of several labels of an image is wanted."""
        return self.attribute

    def stream(self, path: Path | None, *, seed: int) -> LabelledImageStream:
        """Returns the stream over the images at ``path``.

        Raises:
            SettingsError: no path was given, or too few images are in a class for the labels to keep.
            ImageError: nothing there is understood, it has no labels, or one is out of range.
        """
        path = _given(path)
        images = self.open(path)
        labels, held = _labels(images.source, self.classes, path), held_out(len(images.source), self.hold_out)
        if self.labels_kept is not None:
            labels[held] = -1  # a label kept is one that is shown
            labels = _kept(labels, self.labels_kept, self.classes, seed)
        return LabelledImageStream(
            images=images, labels=labels, held=held, share=self.labelled_share, flip=self.flip, seed=seed
        )


@dataclass(frozen=True, kw_only=True)
class ImageStream:
    """Images in a new order every epoch.

    Attributes:
        images: all of them, at one size.
        held: numbers of those that are never drawn.
        flip: mirrors half of the samples.
        seed: of order and mirroring.
    """

    images: Fitted
    held: Int64[np.ndarray, " k"] = field(default_factory=lambda: np.empty(0, np.int64))
    flip: bool = False
    seed: int = 0
    _drawn: Int64[np.ndarray, " n"] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_drawn", np.delete(np.arange(len(self.images.source)), self.held))

    def batch(self, first: int, count: int) -> Clean:
        """Returns samples ``first`` to ``first + count - 1``, images in [-1, 1].

        Raises:
            SettingsError: the batch is larger than the set.
            ImageError: an image is damaged.
        """
        length = len(self._drawn)
        _enough(length, count, self.images.source)
        numbers = [int(self._drawn[order(self.seed, index, length)]) for index in range(first, first + count)]
        return Clean(_shown(self.images.pixels(numbers), first, self.flip, self.seed))

    def unseen(self, count: int) -> Clean | None:
        """Returns up to ``count`` images that no sample is of; None where none are held out."""
        numbers = self.held[:: -(-len(self.held) // count) or 1].tolist()
        return Clean(_shown(self.images.pixels(numbers), 0, False, self.seed)) if numbers else None


@dataclass(frozen=True, kw_only=True)
class LabelledImageStream:
    """Images with their labels in a new order every epoch.

    Attributes:
        images: all of them, at one size.
        labels: the class of each; -1 is not shown.
        held: numbers of those that are never drawn.
        share: of samples drawn from the images whose label is shown.
        flip: mirrors half of the samples.
        seed: of orders and mirroring.
    """

    images: Fitted
    labels: Int64[np.ndarray, " n"]
    held: Int64[np.ndarray, " h"] = field(default_factory=lambda: np.empty(0, np.int64))
    share: float = 0.0
    flip: bool = False
    seed: int = 0
    _drawn: Int64[np.ndarray, " m"] = field(init=False, repr=False)
    _shown: Int64[np.ndarray, " k"] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        drawn = np.delete(np.arange(len(self.labels)), self.held)
        object.__setattr__(self, "_drawn", drawn)
        object.__setattr__(self, "_shown", drawn[self.labels[drawn] >= 0])

    def batch(self, first: int, count: int) -> Labelled:
        """Returns samples ``first`` to ``first + count - 1``, images in [-1, 1], labels -1 where not shown.

        Raises:
            SettingsError: the batch is larger than the set.
            ImageError: an image is damaged.
        """
        _enough(len(self._drawn), count, self.images.source)
        numbers = [self._number(index) for index in range(first, first + count)]
        image = _shown(self.images.pixels(numbers), first, self.flip, self.seed)
        return Labelled(image, torch.from_numpy(self.labels[numbers]))

    def unseen(self, count: int) -> Labelled | None:
        """Returns up to ``count`` images that no sample is of, with their labels; None where none are held out."""
        numbers = self.held[:: -(-len(self.held) // count) or 1].tolist()
        image = _shown(self.images.pixels(numbers), 0, False, self.seed) if numbers else None
        return None if image is None else Labelled(image, torch.from_numpy(self.labels[numbers]))

    def _number(self, index: int) -> int:
        """The image of a sample: the k-th labelled one falls where share * index passes k."""
        before, after = int(self.share * index), int(self.share * (index + 1))
        if after > before:
            return int(self._shown[order(self.seed, before, len(self._shown))])
        return int(self._drawn[order(self.seed, index - before, len(self._drawn))])


def held_out(length: int, count: int) -> Int64[np.ndarray, " k"]:
    """Returns the numbers of ``count`` images among ``length``, drawn once and for all: the same whatever the seed.

    Raises:
        SettingsError: fewer than two would be left.
    """
    if length - count < 2:
        raise SettingsError(f"Of {length} images {count} cannot be held out: lower hold_out.")
    return np.sort(np.random.default_rng(length).permutation(length)[:count])


def _given(path: Path | None) -> Path:
    if path is None:
        raise SettingsError("This recipe trains on images: give their folder or archive with --data.")
    return path


def _enough(length: int, count: int, source: ImageSource) -> None:
    if count > length:
        raise SettingsError(
            f"A batch of {count} is larger than the set of {length} images ({source.name(0)} ...): "
            "lower --train.batch or give more images."
        )


def _shown(pixels: PixelBatch, first: int, flip: bool, seed: int) -> Float[Tensor, "b c h w"]:
    """The pixels as networks take them, half of them mirrored where that is wanted."""
    if flip:
        index = torch.arange(first, first + len(pixels))
        turned = random.uniform(random.key_of(seed, "images", "flip"), index, ()).numpy() < 0.5
        pixels[turned] = pixels[turned, :, ::-1]
    return tensor(unit(pixels))


def _labels(source: ImageSource, classes: int, path: Path) -> Int64[np.ndarray, " n"]:
    """All labels of a source.

    Raises:
        ImageError: it has none, or one is out of range.
    """
    labels = np.array([source.label(number) for number in range(len(source))], np.int64)
    if not (labels >= 0).any():
        raise ImageError(f"{path} has no labels: sort the images into a folder per class, or choose an attribute.")
    wrong = np.flatnonzero((labels >= classes) | (labels < -1))
    if len(wrong):
        number = int(wrong[0])
        raise ImageError(
            f"{source.name(number)} has the label {labels[number]}, out of range for {classes} classes: "
            f"set classes to {max(len(source.classes), int(labels.max()) + 1)} or correct the label."
        )
    return labels


def _kept(labels: Int64[np.ndarray, " n"], count: int, classes: int, seed: int) -> Int64[np.ndarray, " n"]:
    """The labels with all but ``count`` of them -1, evenly over the classes; a spare one goes to the first classes."""
    result = np.full_like(labels, -1)
    for number in range(classes):
        members = np.flatnonzero(labels == number)
        wanted = count // classes + (number < count % classes)
        if len(members) < wanted:
            raise SettingsError(
                f"Class {number} has {len(members)} images, fewer than the {wanted} labels to keep of it: "
                "lower labels_kept."
            )
        result[np.random.default_rng([seed, number, len(members)]).permutation(members)[:wanted]] = number
    return result
