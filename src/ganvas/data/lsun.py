"""LSUN (https://github.com/fyu/lsun): LMDB folders as published, one per category and part.

What LSUN's own script exports are plain files, and are opened as folders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int64

from ganvas.core.errors import ImageError, MissingExtra
from ganvas.data.image_source import Pixels, Split, decode
from ganvas.data.layout import no_split, split_of

__all__ = ["LsunSource", "lsun_folders", "open_lsun"]


@dataclass(frozen=True, kw_only=True)
class LsunSource:
    """Images in LMDB folders.

    Attributes:
        folders: the LMDB folders.
        keys: of every folder, the key of each image.
        classes: the categories, where there are several.
        splits: the parts there are.
    """

    folders: Sequence[Path]
    keys: Sequence[np.ndarray]
    classes: tuple[str, ...]
    splits: tuple[str, ...]
    categories: Int64[np.ndarray, " k"]
    _open: list[Any] = field(repr=False)

    def __len__(self) -> int:
        return sum(map(len, self.keys))

    def _place(self, number: int) -> tuple[int, bytes]:
        folder = 0
        while number >= len(self.keys[folder]):
            number -= len(self.keys[folder])
            folder += 1
        return folder, bytes(self.keys[folder][number])

    def raw(self, number: int) -> bytes:
        """Returns the file of an image."""
        folder, key = self._place(number)
        with self._open[folder].begin() as transaction:
            return bytes(transaction.get(key))

    def read(self, number: int) -> Pixels:
        """Returns the pixels of an image.

        Raises:
            ImageError: it is damaged.
        """
        return decode(self.raw(number), self.name(number))

    def label(self, number: int) -> int:
        """Returns the category of an image; -1 where there is but one."""
        return int(self.categories[self._place(number)[0]]) if self.classes else -1

    def name(self, number: int) -> str:
        """Returns the folder and the key of an image."""
        folder, key = self._place(number)
        return f"{self.folders[folder]}:{key.decode('latin-1')}"

    def facts(self) -> dict[str, Any]:
        """Returns what was understood."""
        return {"kind": "lsun lmdb", "images": len(self), "shards": len(self.folders), "splits": list(self.splits)}


def lsun_folders(folder: Path) -> list[Path]:
    """Returns the LMDB folders at or right below a folder."""
    if (folder / "data.mdb").is_file():
        return [folder]
    return sorted(path.parent for path in folder.glob("*/data.mdb"))


def open_lsun(folders: Sequence[Path], *, where: Path, split: Split = "train") -> LsunSource:
    """Returns the images of a part; ``church_outdoor_train_lmdb`` is the category church_outdoor, part train.

    Raises:
        MissingExtra: the package lmdb is not installed.
        ImageError: a folder is damaged or empty, or the split is not there.
    """
    lmdb = _package()
    parts = [_said(path) for path in folders]
    splits = tuple(name for name in ("train", "val", "test") if name in {part for _, part in parts})
    if splits and split != "all" and split not in splits:
        raise no_split(str(where), split, splits)
    chosen = [k for k, (_, part) in enumerate(parts) if split == "all" or part is None or part == split]
    names = sorted({parts[k][0] for k in chosen})
    opened, keys = [], []
    for k in chosen:
        try:
            opened.append(_opened(str(folders[k].resolve())))
            with opened[-1].begin() as transaction:
                keys.append(np.array(list(transaction.cursor().iternext(values=False))))
        except lmdb.Error as error:
            raise ImageError(f"{folders[k]} is damaged ({error}): fetch it again.") from error
        if not len(keys[-1]):
            raise ImageError(f"{folders[k]} holds no images: fetch it again.")
    return LsunSource(
        folders=[folders[k] for k in chosen],
        keys=keys,
        classes=tuple(names) if len(names) > 1 else (),
        splits=splits,
        categories=np.array([names.index(parts[k][0]) for k in chosen], np.int64),
        _open=opened,
    )


def _package() -> Any:
    try:
        import lmdb
    except ImportError as error:
        raise MissingExtra("lmdb", "lmdb") from error
    return lmdb


@cache
def _opened(folder: str) -> Any:
    """A process may open a database once only, so all who read it share one."""
    return _package().open(folder, readonly=True, lock=False, readahead=False)


def _said(folder: Path) -> tuple[str, str | None]:
    """Category and part by the folder's name."""
    words = folder.name.removesuffix("_lmdb").split("_")
    part = split_of(words[-1])
    return "_".join(words[:-1] if part else words), part
