"""What a set of images holds, as training will see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from ganvas.core.errors import ImageError, SettingsError

if TYPE_CHECKING:
    from ganvas.data.image_source import ImageSource, Split

__all__ = ["check_data"]

_SHOWN = 12
_USUAL = (32, 64, 128, 256, 512, 1024)


@dataclass
class _Seen:
    """What was met while the images were looked at."""

    sizes: Counter[tuple[int, int]] = field(default_factory=Counter)
    channels: Counter[int] = field(default_factory=Counter)
    bits: Counter[int] = field(default_factory=Counter)
    transparent: int = 0
    contents: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def check_data(
    path: str | Path,
    *,
    split: str = "all",
    attribute: str = "",
    at_most: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Returns what was understood of a set of images, as JSON values; every image is decoded once.

    Args:
        path: folder, archive or file of images.
        split: ``train``, ``val``, ``test`` or ``all``.
        attribute: which label of several is the one wanted.
        at_most: look at so many images only, evenly spread.
        progress: called with the number of images looked at and of all.

    Raises:
        ImageError: nothing there is understood.
        SettingsError: there is no such split name or attribute.
    """
    from ganvas.data.open import open_source

    if split not in ("train", "val", "test", "all"):
        raise SettingsError(f"There is no split {split!r}: choose train, val, test or all.")
    if at_most is not None and at_most < 1:
        raise SettingsError("Look at one image at least: raise --at-most.")
    source = open_source(path, split=cast("Split", split), attribute=attribute)
    count = min(len(source), at_most or len(source))
    looked_at = np.unique(np.linspace(0, len(source) - 1, count).round().astype(np.int64)).tolist()
    seen = _Seen()
    for done, number in enumerate(looked_at):
        if progress is not None:
            progress(done, len(looked_at))
        _look(source, number, seen)
    labels = Counter(source.label(number) for number in range(len(source)))
    return {
        "path": str(path),
        **source.facts(),
        "looked_at": len(looked_at),
        "sizes": _histogram(seen.sizes),
        "channels": {("gray" if key == 1 else "RGB"): value for key, value in sorted(seen.channels.items())},
        "bits": {str(key): value for key, value in sorted(seen.bits.items())},
        "transparent": seen.transparent,
        "classes": {name: labels[number] for number, name in enumerate(source.classes)},
        "without_label": labels[-1],
        "duplicates": _duplicates(source, seen),
        "unreadable": seen.unreadable,
        "suggested": _suggested(source, seen, path),
    }


def _look(source: ImageSource, number: int, seen: _Seen) -> None:
    from ganvas.data.image_source import EncodedSource, decode, has_alpha

    try:
        if isinstance(source, EncodedSource):
            raw = source.raw(number)
            pixels = decode(raw, source.name(number))
            seen.transparent += has_alpha(raw)
        else:
            pixels = source.read(number)
    except ImageError as error:
        seen.unreadable.append(str(error))
        return
    height, width, channels = pixels.shape
    seen.sizes[height, width] += 1
    seen.channels[channels] += 1
    seen.bits[8 * pixels.dtype.itemsize] += 1
    content = blake2b(f"{pixels.shape}{pixels.dtype}".encode(), digest_size=8)
    content.update(np.ascontiguousarray(pixels).data)
    seen.contents.append(int.from_bytes(content.digest(), "little"))
    seen.numbers.append(number)


def _histogram(sizes: Counter[tuple[int, int]]) -> dict[str, int]:
    """Width x height with their number, the most frequent first; the rest together."""
    shown = {f"{width} x {height}": count for (height, width), count in sizes.most_common(_SHOWN)}
    rest = sum(sizes.values()) - sum(shown.values())
    return shown | ({f"{len(sizes) - len(shown)} other sizes": rest} if rest else {})


def _duplicates(source: ImageSource, seen: _Seen) -> dict[str, Any]:
    """How many images have the very pixels of an earlier one, and examples by name."""
    contents = np.array(seen.contents, np.uint64)
    order = np.argsort(contents, kind="stable")
    same = np.flatnonzero(contents[order][1:] == contents[order][:-1])
    pairs = [(seen.numbers[order[k]], seen.numbers[order[k + 1]]) for k in same.tolist()]
    differ = sum(source.label(a) != source.label(b) for a, b in pairs)
    examples = [[source.name(a), source.name(b)] for a, b in sorted(pairs)[:5]]
    return {"images": len(pairs), "with_another_label": differ, "examples": examples}


def _suggested(source: ImageSource, seen: _Seen, path: str | Path) -> str:
    """Flags of a recipe on whole images that fit the set."""
    if not seen.sizes:
        return ""
    words = [f"--data {path}", f"--data.size {_size(list(seen.sizes.elements()))}"]
    words += [f"--data.channels {1 if set(seen.channels) == {1} else 3}"]
    words += [f"--data.classes {len(source.classes)}"] if source.classes else []
    return " ".join(words)


def _size(sizes: Sequence[tuple[int, int]]) -> str:
    """The one size there is; or the largest usual one that nine in ten images need not be enlarged to."""
    if len(set(sizes)) == 1:
        height, width = sizes[0]
        return str(height) if height == width else f"{height} {width}"
    shorter = np.percentile([min(size) for size in sizes], 10)
    return str(max((side for side in _USUAL if side <= shorter), default=_USUAL[0]))
