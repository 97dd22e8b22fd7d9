"""MNIST's idx files, gzipped or not (http://yann.lecun.com/exdb/mnist): two zeros, the type, the sizes, the values."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ganvas.core.errors import ImageError
from ganvas.data.image_source import ArraySource, Split
from ganvas.data.layout import no_split

__all__ = ["idx_images", "open_idx", "read_idx"]

_UNSIGNED_BYTES = 8
_GZIP = b"\x1f\x8b"


def _head(path: Path) -> bytes:
    """The first four bytes, unpacked where the file is gzipped; nothing where it cannot be read."""
    try:
        with open(path, "rb") as file:
            if file.read(2) != _GZIP:
                file.seek(0)
                return file.read(4)
        with gzip.open(path) as unpacked:
            return unpacked.read(4)
    except (OSError, EOFError, zlib.error):
        return b""


def idx_images(files: Sequence[Path]) -> list[Path]:
    """Returns those files that are idx files of images, by content."""
    return [path for path in files if _head(path) in (b"\0\0\x08\x03", b"\0\0\x08\x04")]


def read_idx(path: Path) -> np.ndarray:
    """Returns the array of an idx file.

    Raises:
        ImageError: it is damaged, too short, or holds another type than bytes.
    """
    try:
        raw = path.read_bytes()
        raw = gzip.decompress(raw) if raw.startswith(_GZIP) else raw
    except (OSError, EOFError, zlib.error) as error:
        raise ImageError(f"{path} is damaged and cannot be unpacked: fetch it again.") from error
    if len(raw) < 4 or raw[:2] != b"\0\0" or raw[2] != _UNSIGNED_BYTES or not 1 <= raw[3] <= 4:
        raise ImageError(f"{path} is not an idx file of bytes: give MNIST's own files.")
    if len(raw) < 4 + 4 * raw[3]:
        raise ImageError(f"{path} ends within its header: fetch it again.")
    shape = struct.unpack(f">{raw[3]}I", raw[4 : 4 + 4 * raw[3]])
    values = np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3])
    if len(values) != math.prod(shape):
        raise ImageError(f"{path} announces {math.prod(shape)} values and holds {len(values)}: fetch it again.")
    return values.reshape(shape)


def open_idx(images: Sequence[Path], *, where: Path, split: Split = "train") -> ArraySource:
    """Returns the images of a split with their labels, which lie beside them in a file of the matching name.

    Args:
        images: idx files of images.
        where: what an error calls the set.
        split: the part wanted; files named t10k or test are the test, the others training.

    Raises:
        ImageError: the split is not there or there are several, a file is damaged, or labels and images differ in
            number or do not fit.
    """
    by_split: dict[str, list[Path]] = {}
    for path in sorted(images):
        word = path.name.lower()
        by_split.setdefault("test" if "t10k" in word or "test" in word else "train", []).append(path)
    several = next((paths for paths in by_split.values() if len(paths) > 1), None)
    if several:
        raise ImageError(f"{where} holds {several[0].name} and {several[1].name}: give the path of one of them.")
    splits = [name for name in ("train", "test") if name in by_split]
    if split != "all" and split not in by_split:
        raise no_split(str(where), split, splits)
    chosen = [by_split[name][0] for name in splits if split in ("all", name)]
    read = [_read_pair(path) for path in chosen]
    if len({pixels.shape[1:] for pixels, _ in read}) > 1:
        raise ImageError(f"{chosen[0]} and {chosen[1].name} differ in size: choose the split train or test.")
    values = np.concatenate([pixels for pixels, _ in read]) if len(read) > 1 else read[0][0]
    labels = np.concatenate([found for _, found in read])
    highest = int(labels.max(initial=-1))
    return ArraySource(
        kind="idx (MNIST)",
        file=", ".join(map(str, chosen)),
        images=values,
        labels=labels,
        classes=tuple(str(number) for number in range(highest + 1)),
        splits=splits,
    )


def _read_pair(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, h, w, c) and their labels; -1 where no labels lie beside them."""
    pixels = read_idx(path)
    pixels = pixels[..., None] if pixels.ndim == 3 else pixels
    if pixels.ndim != 4 or not len(pixels):
        raise ImageError(f"{path} holds no images: fetch it again.")
    names = {path.name.replace("images-idx3", "labels-idx1").replace("images.idx3", "labels.idx1")} - {path.name}
    beside = [path.with_name(name) for word in names for name in (word, word.removesuffix(".gz"), f"{word}.gz")]
    found = next((file for file in beside if file.is_file()), None)
    if found is None:
        return pixels, np.full(len(pixels), -1, np.int64)
    labels = read_idx(found)
    if labels.shape != (len(pixels),):
        raise ImageError(f"{found} holds labels of {len(labels)} images, {path.name} {len(pixels)}: fetch both again.")
    return pixels, labels.astype(np.int64)
