"""Image files below a folder: plain, one folder per class, FFHQ's thousands, ImageNet's splits."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int64

from ganvas.core.errors import ImageError
from ganvas.data.image_source import IMAGE_SUFFIXES, Pixels, Split, decode, has_alpha
from ganvas.data.layout import layout

__all__ = ["FileSource", "image_files", "open_folder", "sampled_alpha"]

_LOOKED_AT = 64


@dataclass(frozen=True, kw_only=True)
class FileSource:
    """One image per file, decoded when it is asked for.

    Attributes:
        kind: what it is, for ``facts``.
        folder: where the files lie.
        files: their paths below the folder, with ``/``.
        labels: the class of each, -1 for unknown.
        classes: names of the classes.
        splits: the parts there are.
    """

    kind: str
    folder: Path
    files: Sequence[str]
    labels: Int64[np.ndarray, " n"]
    classes: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.files)

    def raw(self, number: int) -> bytes:
        """Returns the file of an image.

        Raises:
            ImageError: it cannot be read.
        """
        try:
            return (self.folder / self.files[number]).read_bytes()
        except OSError as error:
            reason = error.strerror or "unknown error"
            raise ImageError(
                f"{self.name(number)} cannot be read ({reason}): check the disk and its rights."
            ) from error

    def read(self, number: int) -> Pixels:
        """Returns the pixels of an image.

        Raises:
            ImageError: the file cannot be read or decoded.
        """
        return decode(self.raw(number), self.name(number))

    def label(self, number: int) -> int:
        """Returns the class of an image, -1 for unknown."""
        return int(self.labels[number])

    def name(self, number: int) -> str:
        """Returns the path of an image."""
        return str(self.folder / self.files[number])

    def facts(self) -> dict[str, Any]:
        """Returns what was understood; for transparency some of the files are looked at."""
        facts = {"kind": self.kind, "images": len(self), "splits": list(self.splits)}
        return facts | sampled_alpha(self.raw, len(self))


def sampled_alpha(raw: Callable[[int], bytes], length: int) -> dict[str, Any]:
    """Returns a note where one of at most 64 files, evenly spread, has transparency; else nothing."""
    looked_at = np.unique(np.linspace(0, length - 1, min(length, _LOOKED_AT)).astype(int)).tolist()
    if any(has_alpha(raw(number)) for number in looked_at):
        return {"note": "Transparency is dropped; what lies under it is shown."}
    return {}


def image_files(folder: Path) -> Iterator[str]:
    """Yields the paths of the image files below a folder, relative to it, with ``/``; hidden ones are left out."""
    seen = set()
    for root, folders, files in os.walk(folder, followlinks=True):
        place = os.stat(root)
        if (place.st_dev, place.st_ino) in seen:  # a link back to where we have been
            folders.clear()
            continue
        seen.add((place.st_dev, place.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__MACOSX")))
        below = Path(root).relative_to(folder)
        for file in files:
            if os.path.splitext(file)[1].lower() in IMAGE_SUFFIXES and not file.startswith("."):
                yield (below / file).as_posix()


def open_folder(folder: Path, *, split: Split = "train") -> FileSource:
    """Returns the images below a folder, sorted by path.

    Raises:
        ImageError: it holds no images, or not the split.
    """
    files = sorted(image_files(folder))
    if not files:
        raise ImageError(
            f"{folder} holds no images: give a folder of pictures, a zip or tar of them, MNIST's idx files, CIFAR, "
            "CelebA or LSUN (see the page Data)."
        )
    found = layout(files, where=str(folder), split=split)
    return FileSource(
        kind=found.kind,
        folder=folder,
        files=tuple(files[number] for number in found.chosen),
        labels=found.labels,
        classes=found.classes,
        splits=found.splits,
    )
