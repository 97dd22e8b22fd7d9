"""What the names of image files say: one set, class folders, splits. Folders and archives follow the same rules.

The rules, in order, on the paths relative to their common folder:

1. folders that are all called train, val, test or the like are splits, and the rules go on inside the chosen one;
2. images with no folder among them, or folders called 00000, 01000 ... (FFHQ: thousands of a kind), or single
   characters (LSUN as its own script exports it) are one set without labels;
3. otherwise each first folder is a class, in alphabetical order, with all that lies below it (ImageNet).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64

from ganvas.core.errors import ImageError
from ganvas.data.image_source import Split

__all__ = ["Layout", "layout", "no_split", "split_of"]

_SPLITS = {
    "train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val", "test": "test",
    "testing": "test",
}  # fmt: skip
_THOUSANDS = re.compile(r"\d{2}000")


@dataclass(frozen=True)
class Layout:
    """What was understood of the names.

    Attributes:
        kind: ``folder``, ``class folders``, ``ffhq`` or ``lsun``.
        chosen: numbers of the names that belong to the split asked for.
        labels: the class of each chosen name; -1 where there are no classes.
        classes: their names.
        splits: the parts there are.
    """

    kind: str
    chosen: Int64[np.ndarray, " n"]
    labels: Int64[np.ndarray, " n"]
    classes: tuple[str, ...]
    splits: tuple[str, ...]


def split_of(word: str) -> str | None:
    """Returns train, val or test where a folder's or file's name means that."""
    return _SPLITS.get(word.lower())


def no_split(where: str, split: str, splits: Sequence[str]) -> ImageError:
    """Returns the error for a split that is not there."""
    found = " and ".join(splits) if splits else "no splits"
    return ImageError(f"{where} has {found}, not {split!r}: choose another split.")


def layout(names: Sequence[str], *, where: str, split: Split = "train") -> Layout:
    """Returns what the names mean.

    Args:
        names: paths of image files, sorted, with ``/``.
        where: what an error calls the set.
        split: the part wanted; ``all`` joins them, and "train" is everything where there are no splits.

    Raises:
        ImageError: the split is not there.
    """
    paths = [tuple(name.split("/")) for name in names]
    chosen = list(range(len(paths)))
    paths = _below_common(paths)
    heads = {path[0] for path in paths}
    splits: tuple[str, ...] = ()
    if all(len(path) > 1 for path in paths) and all(split_of(head) for head in heads):
        splits = tuple(sorted({str(split_of(head)) for head in heads}, key=("train", "val", "test").index))
        if split != "all" and split not in splits:
            raise no_split(where, split, splits)
        kept = [n for n, path in enumerate(paths) if split in ("all", split_of(path[0]))]
        chosen, paths = [chosen[n] for n in kept], [paths[n][1:] for n in kept]
    elif split in ("val", "test"):
        raise no_split(where, split, ())
    kind = _kind(paths)
    classes = tuple(sorted({path[0] for path in paths})) if kind == "class folders" else ()
    place = {name: number for number, name in enumerate(classes)}
    labels = [place.get(path[0], -1) if classes else -1 for path in paths]
    return Layout(kind, np.array(chosen, np.int64), np.array(labels, np.int64), classes, splits)


def _below_common(paths: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The paths without the folders that all share, but for a split's own."""
    while len({path[0] for path in paths}) == 1 and min(map(len, paths)) > 1 and not split_of(paths[0][0]):
        paths = [path[1:] for path in paths]
    return paths


def _kind(paths: Sequence[tuple[str, ...]]) -> str:
    if any(len(path) == 1 for path in paths):
        return "folder"
    heads = {path[0] for path in paths}
    if all(_THOUSANDS.fullmatch(head) for head in heads):
        return "ffhq"
    if all(len(path) > 3 and len(path[0]) == len(path[1]) == len(path[2]) == 1 for path in paths):
        return "lsun"
    return "class folders" if len(heads) > 1 else "folder"
