"""Images in zip and tar files, one or a folder of them (WebDataset: https://github.com/webdataset/webdataset).

The archives are listed once; of each image some forty bytes and its name stay in memory, and it is read by its place
when it is asked for. Labels come from ``KEY.cls`` or ``KEY.json`` beside ``KEY.jpg``, from a ``dataset.json`` (as
StyleGAN's tools write it), or from folders inside the archive.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import numpy as np
from jaxtyping import Int64

from ganvas.core.errors import ImageError
from ganvas.data.folders import sampled_alpha
from ganvas.data.image_source import IMAGE_SUFFIXES, Pixels, Split, decode
from ganvas.data.layout import layout, no_split, split_of
from ganvas.data.members import Member, archive_kind, members, read_member

__all__ = ["ArchiveSource", "archives_in", "open_archives"]

_KEYS = ("label", "cls", "class")
_HIGHEST = 100_000  # above, a "label" is an identifier


@dataclass(frozen=True, kw_only=True)
class ArchiveSource:
    """Images in archives, read by their place.

    Attributes:
        kind: what it is, for ``facts``.
        shards: the archives.
        places: a row for each image: shard, offset, bytes there, bytes unpacked, CRC, whether deflated.
        names: path of each image in its archive, UTF-8.
        labels: the class of each, -1 for unknown.
        classes: names of the classes.
        splits: the parts there are.
    """

    kind: str
    shards: Sequence[Path]
    places: Int64[np.ndarray, "n 6"]
    names: np.ndarray
    labels: Int64[np.ndarray, " n"]
    classes: tuple[str, ...]
    splits: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.places)

    def raw(self, number: int) -> bytes:
        """Returns the file of an image.

        Raises:
            ImageError: it is damaged.
        """
        shard, offset, stored, size, check, deflated = self.places[number].tolist()
        # Opened anew each time: a thousand shards would otherwise hold a thousand files open.
        with open(self.shards[shard], "rb") as file:
            member = Member("", offset, stored, size, check, bool(deflated))
            return read_member(file, member, self.name(number))

    def read(self, number: int) -> Pixels:
        """Returns the pixels of an image.

        Raises:
            ImageError: it is damaged.
        """
        return decode(self.raw(number), self.name(number))

    def label(self, number: int) -> int:
        """Returns the class of an image, -1 for unknown."""
        return int(self.labels[number])

    def name(self, number: int) -> str:
        """Returns the archive and the path of an image in it."""
        return f"{self.shards[int(self.places[number, 0])]}:{self.names[number].decode()}"

    def facts(self) -> dict[str, Any]:
        """Returns what was understood; for transparency some of the files are looked at."""
        facts = {"kind": self.kind, "images": len(self), "shards": len(self.shards), "splits": list(self.splits)}
        return facts | sampled_alpha(self.raw, len(self))


@dataclass
class _Index:
    """What the archives hold, in flat arrays while they are listed."""

    places: array[int] = field(default_factory=lambda: array("q"))
    names: list[bytes] = field(default_factory=list)
    labels: dict[bytes, int] = field(default_factory=dict)
    listed: dict[bytes, int] = field(default_factory=dict)

    def add(self, shard: int, path: Path, kind: str) -> None:
        """Lists one archive."""
        with open(path, "rb") as file:
            for member in members(path, file, kind):
                name = PurePosixPath(member.name)
                if name.name.startswith(".") or "__MACOSX" in name.parts:
                    continue
                suffix = name.suffix.lower()
                if suffix in IMAGE_SUFFIXES:
                    self.names.append(member.name.encode())
                    self.places.extend(
                        (shard, member.offset, member.stored, member.size, member.check, member.deflated)
                    )
                elif suffix in (".cls", ".json"):
                    self._label(file, member, shard, f"{path}:{member.name}")

    def _label(self, file: BinaryIO, member: Member, shard: int, name: str) -> None:
        raw = read_member(file, member, name)
        if member.name.endswith("dataset.json"):
            folder = member.name.removesuffix("dataset.json")
            self.listed |= {f"{folder}{path}".encode(): label for path, label in _list_of(raw, name)}
            return
        label = _number(raw, name) if member.name.lower().endswith(".cls") else _field(raw, name)
        if label is not None:
            self.labels[_key(shard, member.name.encode())] = label

    def labels_of(self, names: Sequence[bytes], shards: Int64[np.ndarray, " n"]) -> Int64[np.ndarray, " n"]:
        """Returns the label of each image, -1 for those that have none."""
        pairs = zip(shards.tolist(), names, strict=True)
        told = (self.listed.get(name, self.labels.get(_key(shard, name), -1)) for shard, name in pairs)
        return np.fromiter(told, np.int64, len(names))


def _key(shard: int, name: bytes) -> bytes:
    """What all files of one sample share: the path up to the first point of the file's name."""
    folder, _, file = name.rpartition(b"/")
    return b"%d/%b/%b" % (shard, folder, file.split(b".")[0])


def archives_in(folder: Path) -> list[Path]:
    """Returns the zip and tar files below a folder, sorted."""
    found = sorted(p for end in ("zip", "tar") for p in folder.rglob(f"*.{end}") if p.is_file())
    return [path for path in found if not path.name.startswith(".")]


def open_archives(paths: Sequence[Path], *, where: Path, split: Split = "train") -> ArchiveSource:
    """Returns the images in archives; files or folders called train, val or test are splits.

    Raises:
        ImageError: an archive is damaged or holds no images, a label is none, or the split is not there.
    """
    chosen, splits = _of_split(paths, where, split)
    kinds = {path: archive_kind(path) for path in chosen}
    index = _Index()
    for shard, (path, kind) in enumerate(kinds.items()):
        if kind is None:
            raise ImageError(f"{path} is neither a zip nor a tar file: fetch it again.")
        index.add(shard, path, kind)
    if not index.names:
        raise ImageError(f"{where} holds no images: give archives of PNG, JPEG, WebP or TIFF files.")
    names = [name.decode() for name in index.names]
    found = layout(names, where=str(where), split="all" if splits else split)
    places = np.array(index.places, np.int64).reshape(-1, 6)[found.chosen]
    labels, classes, what = found.labels, found.classes, found.kind
    if index.labels or index.listed:
        labels = index.labels_of([index.names[number] for number in found.chosen], places[:, 0])
        classes, what = tuple(str(number) for number in range(int(labels.max()) + 1)), "labelled images"
    word = "/".join(sorted({str(kind) for kind in kinds.values()}))
    return ArchiveSource(
        kind=f"{word} shards" if len(paths) > 1 else f"{word} of {what}",
        shards=tuple(chosen),
        places=places,
        names=np.array(index.names)[found.chosen],
        labels=labels,
        classes=classes,
        splits=splits or found.splits,
    )


def _of_split(paths: Sequence[Path], where: Path, split: Split) -> tuple[list[Path], tuple[str, ...]]:
    """The archives of the split, and the splits there are by their names."""

    def said(path: Path) -> str | None:
        parts = path.relative_to(where).parts if path != where else (path.name,)
        words = [word for part in parts for word in re.split(r"[-_.]", part)]
        return next((found for word in words if (found := split_of(word))), None)

    by_path = {path: said(path) for path in paths}
    if len(paths) < 2 or not all(by_path.values()):
        return list(paths), ()
    splits = tuple(name for name in ("train", "val", "test") if name in by_path.values())
    if split != "all" and split not in splits:
        raise no_split(str(where), split, splits)
    return [path for path in paths if split in ("all", by_path[path])], splits


def _checked(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -1 <= value < _HIGHEST:
        raise ImageError(
            f"{name} holds the label {value!r}, out of range: labels are whole numbers from 0, -1 unknown."
        )
    return value


def _number(raw: bytes, name: str) -> int:
    text = raw.decode("latin-1").strip()
    return _checked(int(text) if re.fullmatch(r"-?\d{1,9}", text) else text[:40], name)


def _field(raw: bytes, name: str) -> int | None:
    """The label in a sample's own JSON; None where it says other things only."""
    values = _json(raw, name)
    found = [values[key] for key in _KEYS if key in values] if isinstance(values, dict) else []
    return _checked(found[0], name) if found and isinstance(found[0], int | float) else None


def _list_of(raw: bytes, name: str) -> list[tuple[str, int]]:
    values = _json(raw, name)
    pairs = values.get("labels") or [] if isinstance(values, dict) else []
    try:
        return [(str(path), _checked(label, name)) for path, label in pairs]
    except (TypeError, ValueError) as error:
        raise ImageError(f"{name} holds no list of names and labels: write it anew.") from error


def _json(raw: bytes, name: str) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ImageError(f"{name} is no JSON: write it anew or leave it out.") from error
