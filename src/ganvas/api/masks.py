"""Where the mask of a picture comes from: one file for all, a folder, an array, the transparency, or its scratches."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from jaxtyping import Bool, Float

from ganvas.api.job import Companions
from ganvas.api.manifest import hash_file
from ganvas.api.options import Options
from ganvas.api.scratches import ScratchFinder
from ganvas.core.errors import ImageError, SettingsError

if TYPE_CHECKING:
    from ganvas.io.info import Limits
    from ganvas.io.picture import Picture

__all__ = ["ALPHA", "SCRATCHES", "MaskSource", "Missing", "masks_of"]

ALPHA, SCRATCHES = "alpha", "auto-scratch"
_MANY = 0.01  # of the pixels: gray levels that are told of
_CHUNK_PIXELS = 1 << 22


@dataclass(frozen=True)
class Missing:
    """What is missing in one picture, and what there is to say about it."""

    mask: Bool[np.ndarray, "h w"]
    notes: tuple[str, ...] = ()


class MaskSource(Protocol):
    """Gives the mask of each picture.

    Attributes:
        settings: JSON values that say where masks come from, for digests and for the output's XMP.
        hidden: what stands below the mask is no colour, so nothing of it can be mixed in.
        companions: its files, where every picture has its own.
    """

    @property
    def settings(self) -> dict[str, Any]: ...

    @property
    def hidden(self) -> bool: ...

    @property
    def companions(self) -> Companions | None: ...

    def read(self, picture: Picture | None, image: Float[np.ndarray, "h w c"], limits: Limits) -> Missing:
        """Returns the mask of a picture.

        Args:
            picture: None for an array.
            image: its colours.

        Raises:
            ImageError: there is no mask, it cannot be read, or is of another size.
        """
        ...


def masks_of(
    given: Any, *, invert: bool = False, array: np.ndarray | None = None, options: Options | None = None
) -> MaskSource:
    """Returns where masks come from.

    Args:
        given: a path, ``alpha``, ``auto-scratch``, bytes, a PIL image, or an array.
        invert: black is missing.
        array: the picture, where it is an array: its last channel is what ``alpha`` means.
        options: how the network that finds scratches is applied.

    Raises:
        SettingsError: it is nothing that a mask can be taken from.
        ImageError: the file does not exist, or the array is no mask.
    """
    from ganvas.api.arrays import is_pil

    if isinstance(given, str) and given in (ALPHA, SCRATCHES):
        if invert:
            raise SettingsError(f"A mask from {given} cannot be inverted: leave out invert, or give a mask file.")
        if given == SCRATCHES:
            return _Scratches(ScratchFinder(options or Options()))
        return _Transparency() if array is None else _Given(_not_opaque(array), name=ALPHA, hidden=True)
    if isinstance(given, str | Path):
        path = Path(given).expanduser()
        if path.is_dir():
            return _Folder(path, invert)
        if not path.exists():
            raise ImageError(f"There is no mask {path}: give a file, a folder, {ALPHA} or {SCRATCHES}.")
        return _File(path, invert)
    if isinstance(given, bytes | bytearray | memoryview):
        return _File(bytes(given), invert)
    if is_pil(given):
        from PIL import ImageOps

        upright = ImageOps.exif_transpose(given)
        given = np.asarray(upright if upright.mode.startswith("I;16") else upright.convert("RGBA"))
    if isinstance(given, np.ndarray):
        from ganvas.io.mask import levels_of

        return _Given(levels_of(given) >= 0.5, invert=invert)
    raise SettingsError(f"A {type(given).__name__} is no mask: give a path, an array, {ALPHA} or {SCRATCHES}.")


@dataclass(frozen=True)
class _Given:
    """A mask in memory."""

    mask: Bool[np.ndarray, "h w"]
    invert: bool = False
    name: str = "array"
    hidden: bool = False
    companions: None = None

    @property
    def settings(self) -> dict[str, Any]:
        return {"mask": self.name, "invert": self.invert}

    def read(self, picture: Picture | None, image: np.ndarray, limits: Limits) -> Missing:
        _check_size("The mask", self.mask.shape[::-1], _name(picture), image)
        return Missing(~self.mask if self.invert else self.mask)


@dataclass(frozen=True)
class _Transparency:
    """What is not fully opaque is missing."""

    hidden: bool = True
    companions: None = None

    @property
    def settings(self) -> dict[str, Any]:
        return {"mask": ALPHA}

    def read(self, picture: Picture | None, image: np.ndarray, limits: Limits) -> Missing:
        if picture is None or picture.alpha is None:
            raise ImageError(f"{_name(picture)} has no transparency to take a mask from: give a mask file.")
        height, width = image.shape[:2]
        mask, step = np.empty((height, width), bool), max(1, _CHUNK_PIXELS // width)
        for y in range(0, height, step):
            stop = min(y + step, height)
            mask[y:stop] = picture.alpha.read(y, stop)[:, :, 0] < 1
        return Missing(mask)


@dataclass(frozen=True)
class _Scratches:
    """The scratches that are found are missing."""

    find: ScratchFinder
    hidden: bool = False
    companions: None = None

    @property
    def settings(self) -> dict[str, Any]:
        return {"mask": SCRATCHES, "found_by": [self.find.name, self.find.digest()]}

    def read(self, picture: Picture | None, image: np.ndarray, limits: Limits) -> Missing:
        mask = self.find(image)
        return Missing(mask, (f"{mask.mean():.1%} of the picture is taken for scratches.",) if mask.any() else ())


@dataclass(frozen=True)
class _File:
    """One mask for every picture."""

    source: Path | bytes
    invert: bool
    hidden: bool = False

    @property
    def settings(self) -> dict[str, Any]:
        name = self.source.name if isinstance(self.source, Path) else "bytes"
        return {"mask": name, "invert": self.invert}

    @property
    def companions(self) -> Companions | None:
        return self if isinstance(self.source, Path) else None

    def include(self, path: Path) -> bool:
        assert isinstance(self.source, Path)
        return path.resolve() == self.source.resolve()

    def digest(self, path: Path) -> str:
        return _hash_of(self.source if isinstance(self.source, Path) else None)

    def read(self, picture: Picture | None, image: np.ndarray, limits: Limits) -> Missing:
        return _read(self.source, self.invert, picture, image, limits)


@dataclass(frozen=True)
class _Folder:
    """A mask of the same name, whatever its format, for each picture."""

    root: Path
    invert: bool
    hidden: bool = False

    @property
    def settings(self) -> dict[str, Any]:
        return {"mask": f"{self.root.name}/", "invert": self.invert}

    @property
    def companions(self) -> Companions:
        return self

    def include(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self.root.resolve())

    def digest(self, path: Path) -> str:
        try:
            return _hash_of(self._find(path))
        except ImageError:  # reading the mask says so
            return ""

    def read(self, picture: Picture | None, image: np.ndarray, limits: Limits) -> Missing:
        if picture is None or not Path(picture.name).is_file():
            raise ImageError(
                "A folder of masks is searched by the picture's name, and this one has none: give one file."
            )
        return _read(self._find(Path(picture.name)), self.invert, picture, image, limits)

    @cached_property
    def _by_stem(self) -> dict[str, list[Path]]:
        from ganvas.io.info import format_of_name

        found: dict[str, list[Path]] = {}
        for path in sorted(self.root.rglob("*")):
            hidden = any(part.startswith(".") for part in path.relative_to(self.root).parts)
            if format_of_name(path.name) is not None and not hidden and path.is_file():
                found.setdefault(path.stem, []).append(path)
        return found

    def _find(self, path: Path) -> Path:
        """The mask of that stem; of several, the one whose folders are called most like those of the picture."""
        known = [mask for mask in self._by_stem.get(path.stem, []) if mask.resolve() != path.resolve()]
        alike = {mask: _alike(mask.relative_to(self.root).parent, path.resolve().parent) for mask in known}
        best = [mask for mask, score in alike.items() if score == max(alike.values()) >= 0]
        if not best:
            raise ImageError(f"There is no mask for {path} in {self.root}: call it {path.stem}.png, or alike.")
        if len(best) > 1:
            raise ImageError(f"Two masks may be meant for {path}: {best[0]} and {best[1]}. Take one of them away.")
        return best[0]


def _alike(place: Path, parent: Path) -> int:
    """How many folders above the mask are called as those above the picture; -1 where one is called otherwise."""
    matches = 0
    for own, other in zip(place.parts[::-1], parent.parts[::-1], strict=False):
        if own != other:
            return -1
        matches += 1
    return matches


def _read(source: Path | bytes, invert: bool, picture: Picture | None, image: np.ndarray, limits: Limits) -> Missing:
    from ganvas.io.mask import missing_in
    from ganvas.io.picture import open_picture

    name = str(source) if isinstance(source, Path) else "The mask"
    with open_picture(source, limits=limits) as opened:
        _check_size(name, (opened.info.width, opened.info.height), _name(picture), image)
        mask, middling = missing_in(opened)
    told = f"The mask holds gray levels ({middling:.0%} of it): those from 128 of 255 on count as missing."
    return Missing(~mask if invert else mask, (told,) if middling > _MANY else ())


def _not_opaque(array: np.ndarray) -> Bool[np.ndarray, "h w"]:
    if array.ndim != 3 or array.shape[2] not in (2, 4):
        raise ImageError("The array has no transparency to take a mask from: give a mask.")
    full = np.iinfo(array.dtype).max if array.dtype.kind == "u" else 1
    return np.asarray(array[:, :, -1] < full)


def _check_size(name: str, size: tuple[int, ...], picture: str, image: np.ndarray) -> None:
    height, width = image.shape[:2]
    if size == (width, height):
        return
    turned = " It may be turned: a mask is drawn on the picture as it is displayed." if size == (height, width) else ""
    raise ImageError(
        f"{name} is {size[0]} x {size[1]} px, but {picture} is {width} x {height} px: give a mask of the same size."
        + turned
    )


def _name(picture: Picture | None) -> str:
    return picture.name if picture is not None else "The picture"


def _hash_of(path: Path | None) -> str:
    try:
        return hash_file(path) if path is not None else ""
    except OSError:  # reading the mask says so
        return ""
