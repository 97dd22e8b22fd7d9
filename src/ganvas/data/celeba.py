"""CelebA (https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html): aligned faces, forty attributes, three parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from jaxtyping import Int64

from ganvas.core.errors import ImageError, SettingsError
from ganvas.data.archives import ArchiveSource, open_archives
from ganvas.data.folders import FileSource, open_folder
from ganvas.data.image_source import Pixels, Split

__all__ = ["CelebASource", "celeba_list", "open_celeba"]

_NEAR = ("", "Anno", "Eval")
_IMAGES = ("img_align_celeba", "Img/img_align_celeba", "img_align_celeba_png", "Img/img_align_celeba_png")
_PARTS = ("train", "val", "test")


@dataclass(frozen=True, kw_only=True)
class CelebASource:
    """The faces of one part, in the order of the list, with one attribute as their label.

    Attributes:
        images: all of the images.
        numbers: those of the part.
        labels: 1 where the attribute is there, 0 where not, -1 where none was chosen.
        classes: both names.
        attributes: the names there are.
    """

    images: FileSource | ArchiveSource
    numbers: Int64[np.ndarray, " n"]
    labels: Int64[np.ndarray, " n"]
    classes: tuple[str, ...]
    attributes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.numbers)

    def read(self, number: int) -> Pixels:
        """Returns the pixels of a face."""
        return self.images.read(int(self.numbers[number]))

    def raw(self, number: int) -> bytes:
        """Returns the file of a face."""
        return self.images.raw(int(self.numbers[number]))

    def label(self, number: int) -> int:
        """Returns whether the face has the attribute; -1 where none was chosen."""
        return int(self.labels[number])

    def name(self, number: int) -> str:
        """Returns the path of a face."""
        return self.images.name(int(self.numbers[number]))

    def facts(self) -> dict[str, Any]:
        """Returns what was understood."""
        return {"kind": "celeba", "images": len(self), "splits": list(_PARTS), "attributes": list(self.attributes)}


def celeba_list(folder: Path) -> Path | None:
    """Returns the file of attributes at or right below a folder, or None."""
    return _near(folder, "list_attr_celeba")


def open_celeba(folder: Path, listed: Path, *, split: Split = "train", attribute: str = "") -> CelebASource:
    """Returns the faces of a part.

    Args:
        folder: holds ``img_align_celeba`` as a folder or zip.
        listed: the file of attributes.
        split: part by ``list_eval_partition``; ``all`` needs no such file.
        attribute: name of the one that is the label, as ``Smiling``; empty for none.

    Raises:
        ImageError: a file is missing or damaged.
        SettingsError: there is no such attribute.
    """
    header, rows = _table(listed)
    if attribute and attribute not in header:
        near = get_close_matches(attribute, header, n=3, cutoff=0.4) or list(header)
        raise SettingsError(f"CelebA has no attribute {attribute!r}: choose from {', '.join(near)}.")
    images = _images(folder)
    by_stem = {PurePosixPath(_path(images, number)).stem: number for number in range(len(images))}
    kept = [row for row in rows if split == "all" or row[0] in _part(folder, split)]
    missing = next((row[0] for row in kept if PurePosixPath(row[0]).stem not in by_stem), None)
    if missing is not None:
        raise ImageError(f"{listed} names {missing}, which is not among the images: fetch them again.")
    if not kept:
        raise ImageError(f"{folder} holds no images of the part {split!r}: choose another split.")
    column = header.index(attribute) + 1 if attribute else 0
    labels = [int(row[column] == "1") if attribute else -1 for row in kept]
    return CelebASource(
        images=images,
        numbers=np.array([by_stem[PurePosixPath(row[0]).stem] for row in kept], np.int64),
        labels=np.array(labels, np.int64),
        classes=(f"not {attribute}", attribute) if attribute else (),
        attributes=tuple(header),
    )


def _near(folder: Path, stem: str) -> Path | None:
    paths = (folder / near / f"{stem}{end}" for near in _NEAR for end in (".txt", ".csv"))
    return next((path for path in paths if path.is_file()), None)


def _images(folder: Path) -> FileSource | ArchiveSource:
    for name in _IMAGES:
        if (folder / name).is_dir():
            return open_folder(folder / name, split="all")
        if (packed := folder / f"{name}.zip").is_file():
            return open_archives([packed], where=packed, split="all")
    raise ImageError(f"{folder} has CelebA's list but not its images: put img_align_celeba beside it, folder or zip.")


def _path(images: FileSource | ArchiveSource, number: int) -> str:
    return images.files[number] if isinstance(images, FileSource) else images.names[number].decode()


def _table(path: Path) -> tuple[Sequence[str], list[list[str]]]:
    """The names of the attributes, and of each image its file and values; as text or as CSV."""
    lines = path.read_text(encoding="utf-8", errors="replace").replace(",", " ").splitlines()
    rows = [line.split() for line in lines if line.strip()]
    rows = rows[1:] if rows and len(rows[0]) == 1 else rows
    header = rows[0][1:] if rows and rows[0][0] == "image_id" else rows[0] if rows else []
    wrong = next((row for row in rows[1:] if len(row) != len(header) + 1 or set(row[1:]) - {"1", "-1"}), None)
    if len(rows) < 2 or wrong is not None:
        raise ImageError(f"{path} is not CelebA's list{f' at {wrong[0]}' if wrong else ''}: fetch it again.")
    return header, rows[1:]


def _part(folder: Path, split: str) -> frozenset[str]:
    """The files of a part."""
    path = _near(folder, "list_eval_partition")
    if path is None:
        raise ImageError(f"{folder} has no list_eval_partition.txt: fetch it, or set split to all.")
    lines = path.read_text(encoding="utf-8", errors="replace").replace(",", " ").splitlines()
    return frozenset(row[0] for row in map(str.split, lines) if row[1:] == [str(_PARTS.index(split))])
