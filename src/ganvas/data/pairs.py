"""Pairs of one's own, source and target as they are: two folders with the same names, or halves side by side.

What can be wrong with such a collection is looked for before the training starts: names without a partner, sizes that
do not fit, files that cannot be read, and, in a few pairs, a shift between source and target.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import UInt8

from ganvas.core.batch import Paired
from ganvas.core.errors import ImageError, SettingsError
from ganvas.data.alignment import shift
from ganvas.data.settings import PairedFolder
from ganvas.data.sources import Folder
from ganvas.data.streams import flipped, order, tensor
from ganvas.io.picture import open_picture

__all__ = ["AlignedStream", "PairedFolders", "Pairs", "SideBySide", "from_folders", "from_halves"]

_NAMED = 3  # names told in an error
_LOOKED_AT = 6  # pairs whose alignment is measured
_SHIFT_PX = 1.0  # source px, from which on a pair counts as misaligned


@runtime_checkable
class Pairs(Protocol):
    """Sources and targets by number; the target is a whole number of times as large."""

    def __len__(self) -> int: ...

    def name(self, number: int) -> str:
        """Returns what the pair is called, for a message."""
        ...

    def size(self, number: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Returns width and height of source and target, from the headers of the files."""
        ...

    def read(self, number: int) -> tuple[UInt8[np.ndarray, "h w 3"], UInt8[np.ndarray, "H W 3"]]:
        """Returns source and target."""
        ...


@dataclass(frozen=True)
class _TwoFolders:
    """Sources and targets of the same names below two folders; endings may differ."""

    source: Folder
    target: Folder
    names: Sequence[tuple[str, int, int]]  # name, number of the source, number of the target

    def __len__(self) -> int:
        return len(self.names)

    def name(self, number: int) -> str:
        return self.names[number][0]

    def size(self, number: int) -> tuple[tuple[int, int], tuple[int, int]]:
        _, first, second = self.names[number]
        return _size(self.source.files[first]), _size(self.target.files[second])

    def read(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        _, first, second = self.names[number]
        return self.source.read(first), self.target.read(second)


@dataclass(frozen=True)
class _Halves:
    """Files whose left half is the source and whose right half the target."""

    folder: Folder

    def __len__(self) -> int:
        return len(self.folder)

    def name(self, number: int) -> str:
        return str(self.folder.files[number].relative_to(self.folder.path))

    def size(self, number: int) -> tuple[tuple[int, int], tuple[int, int]]:
        width, height = _size(self.folder.files[number])
        if width % 2:
            raise ImageError(f"{self.folder.files[number]} is {width} px wide: halves side by side need an even width.")
        return (width // 2, height), (width // 2, height)

    def read(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        image = self.folder.read(number)
        middle = image.shape[1] // 2
        return image[:, :middle], image[:, middle:]


@dataclass(frozen=True, kw_only=True)
class AlignedStream:
    """Crops at the same place of sources and targets; sample ``i`` is a pure function of (seed, i).

    Attributes:
        patch: side of the source patch, px; the target's is ``patch * scale``. Smaller pictures are mirrored.
        scale: target pixels per source pixel.
        seed: of order, crops and flips.
    """

    pairs: Pairs
    patch: int = 48
    scale: int = 1
    seed: int = 0

    def batch(self, first: int, count: int) -> Paired:
        """Returns samples ``first`` to ``first + count - 1``, images in [-1, 1]."""
        samples = [self._sample(index) for index in range(first, first + count)]
        sources, targets = zip(*samples, strict=True)
        return Paired(tensor(np.stack(sources)), tensor(np.stack(targets)))

    def _sample(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng([self.seed, index])
        source, target = self.pairs.read(order(self.seed, index, len(self.pairs)))
        source, target = _at_least(source, self.patch), _at_least(target, self.patch * self.scale)
        height, width = source.shape[:2]
        top, left = int(rng.integers(height - self.patch + 1)), int(rng.integers(width - self.patch + 1))
        turn = int(rng.integers(8))
        return (
            _piece(source, top, left, self.patch, turn),
            _piece(target, top * self.scale, left * self.scale, self.patch * self.scale, turn),
        )


def _at_least(image: np.ndarray, side: int) -> np.ndarray:
    down, right = max(0, side - image.shape[0]), max(0, side - image.shape[1])
    return np.pad(image, ((0, down), (0, right), (0, 0)), mode="symmetric") if down or right else image


def _piece(image: np.ndarray, top: int, left: int, side: int, turn: int) -> np.ndarray:
    crop = flipped(image[top : top + side, left : left + side], turn)
    return crop.astype(np.float32) / np.float32(255)


@dataclass(frozen=True, kw_only=True)
class PairedFolders:
    """Sources in one folder, targets of the same names in another; endings may differ.

    Attributes:
        source, target: the folders, searched recursively.
        patch: side of the source crop, px.
        scale: target pixels per source pixel.
        cache_bytes: decoded images kept in memory.
    """

    source: Path
    target: Path
    patch: int = 48
    scale: int = 1
    cache_bytes: int = 2_000_000_000

    def stream(self, path: Path | None, *, seed: int) -> AlignedStream:
        """Returns the stream over the pairs, once they are found sound; ``path`` stays empty.

        Raises:
            SettingsError: a folder was given beside the pairs, names lack their partner, or sizes do not fit.
            ImageError: a folder holds no images, or a file cannot be read.
        """
        _alone(path)
        first, second = (Folder(place, cache_bytes=self.cache_bytes // 2) for place in (self.source, self.target))
        sources, targets = _by_name(first), _by_name(second)
        lonely = [(name, second.path) for name in sources if name not in targets]
        lonely += [(name, first.path) for name in targets if name not in sources]
        if lonely:
            told = "; ".join(f"{name} is missing in {place}" for name, place in lonely[:_NAMED])
            more = f"; and {len(lonely) - _NAMED} more" if len(lonely) > _NAMED else ""
            raise SettingsError(
                f"{len(sources)} sources and {len(targets)} targets do not pair up ({told}{more}): give both folders "
                "the same names."
            )
        pairs = _TwoFolders(first, second, [(name, sources[name], targets[name]) for name in sources])
        return _sound(AlignedStream(pairs=pairs, patch=self.patch, scale=self.scale, seed=seed))


@dataclass(frozen=True, kw_only=True)
class SideBySide:
    """Files that hold the source in their left half and the target in their right half.

    Attributes:
        folder: of the files, searched recursively.
        patch: side of the crop, px.
        cache_bytes: decoded images kept in memory.
    """

    folder: Path
    patch: int = 48
    cache_bytes: int = 2_000_000_000

    def stream(self, path: Path | None, *, seed: int) -> AlignedStream:
        """Returns the stream over the pairs, once they are found sound; ``path`` stays empty.

        Raises:
            SettingsError: a folder was given beside the pairs.
            ImageError: the folder holds no images, a width is odd, or a file cannot be read.
        """
        _alone(path)
        pairs = _Halves(Folder(self.folder, cache_bytes=self.cache_bytes))
        return _sound(AlignedStream(pairs=pairs, patch=self.patch, seed=seed))


def from_folders(data: object, source: Path, target: Path) -> PairedFolders:
    """Returns settings for two folders in place of a recipe's own data, with its patch and scale.

    Raises:
        SettingsError: the recipe does not train on photos.
    """
    like = _photos(data)
    scale = 1 if isinstance(like, SideBySide) else like.scale
    return PairedFolders(source=source, target=target, patch=like.patch, scale=scale, cache_bytes=like.cache_bytes)


def from_halves(data: object, folder: Path) -> SideBySide:
    """Returns settings for files of two halves in place of a recipe's own data, with its patch.

    Raises:
        SettingsError: the recipe does not train on photos, or enlarges.
    """
    like = _photos(data)
    if not isinstance(like, SideBySide) and like.scale != 1:
        raise SettingsError(f"Halves have one size, and this recipe enlarges {like.scale} times: give two folders.")
    return SideBySide(folder=folder, patch=like.patch, cache_bytes=like.cache_bytes)


def _photos(data: object) -> PairedFolder | PairedFolders | SideBySide:
    if not isinstance(data, PairedFolder | PairedFolders | SideBySide):
        raise SettingsError("This recipe makes its own data: choose one that trains on photos.")
    return data


def _alone(path: Path | None) -> None:
    if path is not None:
        raise SettingsError("Pairs are the data of this training: leave out --data.")


def _by_name(folder: Folder) -> dict[str, int]:
    """Numbers of the files by their path below the folder, without its ending."""
    found: dict[str, int] = {}
    for number, file in enumerate(folder.files):
        name = file.relative_to(folder.path).with_suffix("").as_posix()
        if name in found:
            raise SettingsError(f"{folder.path} holds {name} with two endings: keep one of {name}.*.")
        found[name] = number
    return found


def _size(file: Path) -> tuple[int, int]:
    with open_picture(file) as picture:
        return picture.info.width, picture.info.height


def _sound(stream: AlignedStream) -> AlignedStream:
    """The stream, after a look at all headers and at the pixels of a few pairs."""
    if stream.patch < 1 or stream.scale < 1:
        raise SettingsError("Pairs need a patch and a scale of at least 1.")
    pairs, scale = stream.pairs, stream.scale
    for number in range(len(pairs)):
        source, target = pairs.size(number)
        if target != (source[0] * scale, source[1] * scale):
            wanted = "the same size" if scale == 1 else f"a target exactly {scale} times as large"
            raise SettingsError(
                f"The pair {pairs.name(number)} is {source[0]} x {source[1]} and {target[0]} x {target[1]} px: this "
                f"training wants {wanted}."
            )
    for number in np.unique(np.linspace(0, len(pairs) - 1, _LOOKED_AT).round().astype(int)):
        across, down = shift(*pairs.read(int(number)))
        if max(abs(across), abs(down)) > _SHIFT_PX:
            warnings.warn(
                f"The target of {pairs.name(int(number))} lies {across:+.1f} px across and {down:+.1f} px down from "
                "its source: align the pairs, or the model learns to blur.",
                stacklevel=3,
            )
    return stream
