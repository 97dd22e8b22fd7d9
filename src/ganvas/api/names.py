"""Which files go in, and under which name each comes out: no two inputs share an output, none leaves the folder.

Names are a function of the set of inputs alone, so a second run over the same inputs finds its own outputs again.
Two names that a case-insensitive or Unicode-normalising file system would confuse count as equal.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ganvas.core.errors import SettingsError

__all__ = ["PRIVATE", "Problem", "Source", "assign", "check_suffix", "walk"]

PRIVATE = ".ganvas"  # folder in the output folder that holds the manifest and the lock
_MAX_NAME_BYTES = 180  # file systems allow 255; the rest is left for temporary names
_FORBIDDEN = frozenset('/\\\0:*?"<>|')


@dataclass(frozen=True)
class Source:
    """One input file.

    Attributes:
        path: where it is.
        place: its path below the output folder, with its own name.
        named: given by name; a file found by walking a folder is skipped in silence where it is no image.
    """

    path: Path
    place: PurePosixPath
    named: bool


@dataclass(frozen=True)
class Problem:
    """A path that cannot be used, and one sentence why."""

    path: str
    reason: str


def walk(paths: Sequence[Path], *, output: Path | None) -> tuple[list[Source], list[Problem]]:
    """Returns the files below the paths in a fixed order, each once, and what could not be read.

    A single folder is mirrored in the output folder itself, one of several under its own name. Hidden files, links
    that lead out of their folder, links to folders, and the output folder are left out.
    """
    sources: list[Source] = []
    problems: list[Problem] = []
    known: set[Path] = set()
    skip = {_identity(output)} if output is not None and output.is_dir() else set()

    def add(path: Path, place: PurePosixPath, *, named: bool) -> None:
        real = path.resolve()
        if real not in known:
            known.add(real)
            sources.append(Source(path, place, named))

    for path in paths:
        try:
            if path.is_dir():
                prefix = PurePosixPath() if len(paths) == 1 else PurePosixPath(_root_name(path))
                root = path.resolve()
                for found, relative in _below(path, PurePosixPath(), root, skip, problems):
                    add(found, prefix / relative, named=False)
            elif path.is_file():
                add(path, PurePosixPath(path.name), named=True)
            else:
                reason = "is neither a file nor a folder" if path.exists() else "does not exist"
                problems.append(Problem(str(path), f"{reason}: check the path."))
        except (OSError, ValueError) as error:
            problems.append(Problem(str(path), f"cannot be read ({getattr(error, 'strerror', None) or error})."))
    return sources, problems


def _below(
    folder: Path, relative: PurePosixPath, root: Path, skip: set[tuple[int, int]], problems: list[Problem]
) -> Iterator[tuple[Path, PurePosixPath]]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        problems.append(Problem(str(folder), f"cannot be listed ({error.strerror}): check its permissions."))
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        path = folder / entry.name
        if entry.is_dir(follow_symlinks=False):
            if _identity(path) not in skip:
                yield from _below(path, relative / entry.name, root, skip, problems)
        elif entry.is_file() and (not entry.is_symlink() or path.resolve().is_relative_to(root)):
            yield path, relative / entry.name


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def _root_name(folder: Path) -> str:
    name = folder.resolve().name
    return f"_{name.lstrip('.')}" if _key(PurePosixPath(name)) == PRIVATE else name or "root"


def check_suffix(suffix: str) -> str:
    """Returns the suffix for output names.

    Raises:
        SettingsError: it holds a character that has a meaning in paths.
    """
    if bad := sorted(_FORBIDDEN & set(suffix)):
        raise SettingsError(f"The suffix {suffix!r} holds {' '.join(bad)}, which cannot stand in a file name.")
    return suffix


def assign(sources: Sequence[Source], *, suffix: str, extension: Callable[[Source], str]) -> list[PurePosixPath]:
    """Returns the output path of each source, relative to the output folder.

    The plain name is ``stem + suffix + extension``. Where two sources want one, the one that keeps its own name gets
    it; the others carry their old extension too (``a.jpg.png``), and after that a digest of their place.

    Args:
        extension: the output's extension with its dot.
    """
    ending = [extension(source) for source in sources]
    plain = [_fit(s.place.parent, s.place.stem + suffix, e, s) for s, e in zip(sources, ending, strict=True)]
    taken = {PRIVATE} | {_key(parent) for source in sources for parent in source.place.parents}
    order = sorted(
        range(len(sources)),
        key=lambda i: (plain[i].name != sources[i].place.name, str(sources[i].place), str(sources[i].path)),
    )
    result: dict[int, PurePosixPath] = {}
    for i in order:
        source = sources[i]
        chosen = next(name for name in _candidates(source, plain[i], suffix, ending[i]) if _key(name) not in taken)
        taken.add(_key(chosen))
        result[i] = chosen
    return [result[i] for i in range(len(sources))]


def _candidates(source: Source, plain: PurePosixPath, suffix: str, ending: str) -> Iterator[PurePosixPath]:
    yield plain
    if source.place.suffix.lower() != ending.lower():
        yield _fit(source.place.parent, source.place.name + suffix, ending, source)
    count = 0
    while True:
        digest = _digest(source, count)
        yield _fit(source.place.parent, f"{source.place.stem}-{digest}{suffix}", ending, source)
        count += 1


def _fit(parent: PurePosixPath, stem: str, ending: str, source: Source) -> PurePosixPath:
    """The name, cut where it is longer than file systems allow; the digest keeps cut names apart."""
    if len(os.fsencode(stem + ending)) > _MAX_NAME_BYTES:
        tail = f"-{_digest(source, 0)}"
        while len(os.fsencode(stem + tail + ending)) > _MAX_NAME_BYTES:
            stem = stem[:-1]
        stem += tail
    return parent / (stem + ending)


def _digest(source: Source, count: int) -> str:
    text = f"{count}\0{source.place}\0{source.path.resolve()}"
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:8]


def _key(path: PurePosixPath) -> str:
    """The path as the least discerning file system sees it."""
    folded = unicodedata.normalize("NFC", str(path)).casefold()
    # Windows drops dots and spaces at the end of a name.
    return "/".join(part.rstrip(". ") for part in unicodedata.normalize("NFC", folded).split("/"))
