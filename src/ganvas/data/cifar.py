"""CIFAR-10 and CIFAR-100 (https://www.cs.toronto.edu/~kriz/cifar.html), the version for Python and the binary one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ganvas.core.errors import ImageError, SettingsError
from ganvas.data.image_source import ArraySource, Split
from ganvas.data.layout import no_split
from ganvas.data.plain_pickle import read_plain

__all__ = ["cifar_folder", "is_cifar_batch", "open_cifar"]

_SIDE, _VALUES = 32, 32 * 32 * 3
_NEAR = ("", "cifar-10-batches-py", "cifar-10-batches-bin", "cifar-100-python", "cifar-100-binary")
_TRAIN_10 = tuple(f"data_batch_{number}" for number in range(1, 6))
_PICKLE = b"\x80"


@dataclass(frozen=True)
class _Part:
    """Images (n, 3072) with one or two kinds of label."""

    values: np.ndarray
    labels: dict[str, np.ndarray]


def is_cifar_batch(path: Path) -> bool:
    """Returns whether a file is one of CIFAR's, by name and first bytes."""
    if path.stem not in (*_TRAIN_10, "test_batch", "train", "test") or path.suffix not in ("", ".bin"):
        return False
    with open(path, "rb") as file:
        head = file.read(1)
    return head == _PICKLE if path.suffix == "" else path.stat().st_size % (_VALUES + _label_bytes(path)) == 0


def cifar_folder(folder: Path) -> Path | None:
    """Returns where CIFAR's files lie at or right below a folder, or None."""
    for near in _NEAR:
        place = folder / near
        names = [
            place / f"{stem}{end}" for stem in ("data_batch_1", "test_batch", "train", "test") for end in ("", ".bin")
        ]
        if any(path.is_file() and is_cifar_batch(path) for path in names):
            return place
    return None


def open_cifar(path: Path, *, split: Split = "train", attribute: str = "") -> ArraySource:
    """Returns the images of a split, or of one file.

    Args:
        path: folder of the files, or one of them.
        split: the part wanted.
        attribute: of CIFAR-100 ``fine`` (100 classes, the default) or ``coarse`` (20).

    Raises:
        ImageError: the split is not there, or a file is damaged or asks to run something.
        SettingsError: there is no such kind of label.
    """
    folder = path.parent if path.is_file() else path
    by_split = {name: found for name in ("train", "test") if (found := _files(folder, name))}
    if path.is_file():
        chosen = [path]
    else:
        if split != "all" and split not in by_split:
            raise no_split(str(path), split, list(by_split))
        chosen = [file for name, files in by_split.items() if split in ("all", name) for file in files]
    parts = [_read(file) for file in chosen]
    kinds = sorted(parts[0].labels)
    kind = attribute or ("fine" if "fine" in kinds else "labels")
    if kind not in kinds:
        raise SettingsError(
            f"{path} has no labels called {attribute!r}: leave it out or choose from {', '.join(kinds)}."
        )
    values = np.concatenate([part.values for part in parts]).reshape(-1, 3, _SIDE, _SIDE)
    labels = np.concatenate([part.labels[kind] for part in parts]).astype(np.int64)
    return ArraySource(
        kind="cifar-100" if "fine" in kinds else "cifar-10",
        file=", ".join(map(str, chosen)),
        images=np.ascontiguousarray(values.transpose(0, 2, 3, 1)),
        labels=labels,
        classes=_class_names(folder, kind, int(labels.max()) + 1),
        splits=list(by_split),
    )


def _files(folder: Path, split: str) -> list[Path]:
    stems = (*_TRAIN_10, "train") if split == "train" else ("test_batch", "test")
    paths = [folder / f"{stem}{end}" for stem in stems for end in ("", ".bin")]
    return [path for path in paths if path.is_file()]


def _label_bytes(path: Path) -> int:
    """CIFAR-100 has the coarse label before the fine one."""
    return 2 if path.stem in ("train", "test") else 1


def _read(path: Path) -> _Part:
    raw = path.read_bytes()
    part = _read_binary(raw, path) if path.suffix == ".bin" else _read_python(read_plain(raw, str(path)), path)
    for kind, labels in part.labels.items():
        if len(labels) != len(part.values):
            raise ImageError(f"{path} has {len(labels)} {kind} for {len(part.values)} images: fetch it again.")
    return part


def _read_binary(raw: bytes, path: Path) -> _Part:
    before = _label_bytes(path)
    if not raw or len(raw) % (before + _VALUES):
        raise ImageError(f"{path} ends within an image: fetch it again.")
    rows = np.frombuffer(raw, np.uint8).reshape(-1, before + _VALUES)
    names = ("labels",) if before == 1 else ("coarse", "fine")
    return _Part(rows[:, before:], {name: rows[:, column] for column, name in enumerate(names)})


def _read_python(value: Any, path: Path) -> _Part:
    values = value.get("data") if isinstance(value, dict) else None
    if not isinstance(values, np.ndarray) or values.ndim != 2 or values.shape[1] != _VALUES or not len(values):
        raise ImageError(f"{path} holds no images of CIFAR: fetch it again.")
    keys = {"labels": "labels", "fine_labels": "fine", "coarse_labels": "coarse"}
    labels = {name: _numbers(value[key], path) for key, name in keys.items() if key in value}
    if not labels:
        raise ImageError(f"{path} holds no labels: fetch it again.")
    return _Part(values, labels)


def _numbers(values: Any, path: Path) -> np.ndarray:
    if not isinstance(values, list) or not all(isinstance(v, int) and 0 <= v < 100 for v in values):
        raise ImageError(f"{path} holds labels that are out of range: fetch it again.")
    return np.array(values)


def _class_names(folder: Path, kind: str, count: int) -> tuple[str, ...]:
    """The names that lie beside the data; numbers where they do not."""
    texts = {"labels": "batches.meta.txt", "fine": "fine_label_names.txt", "coarse": "coarse_label_names.txt"}
    names: Sequence[Any] = ()
    meta = folder / ("batches.meta" if kind == "labels" else "meta")
    if meta.is_file():
        found = read_plain(meta.read_bytes(), str(meta))
        names = (
            found.get("label_names" if kind == "labels" else f"{kind}_label_names", ())
            if isinstance(found, dict)
            else ()
        )
    elif (folder / texts[kind]).is_file():
        names = (folder / texts[kind]).read_text(encoding="utf-8").split()
    told = [name.decode("latin-1") if isinstance(name, bytes) else str(name) for name in names]
    return tuple(told) if len(told) >= count else tuple(str(number) for number in range(count))
