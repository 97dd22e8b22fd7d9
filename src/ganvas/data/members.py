"""Members of zip and tar files: listed once, then read by their place, with nothing of the archive in memory."""

from __future__ import annotations

import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ganvas.core.errors import ImageError

__all__ = ["Member", "archive_kind", "members", "read_member"]

_TAR_MAGIC, _TAR_MAGIC_AT, _BLOCK = b"ustar", 257, 512
_ZIP_HEAD = struct.Struct("<4s5HIIIHH")
_PACKED = {b"\x1f\x8b": "gzip", b"BZ": "bzip2", b"\xfd7": "xz", b"\x28\xb5": "zstd"}


@dataclass(frozen=True)
class Member:
    """Where a file lies in an archive.

    Attributes:
        name: its path there.
        offset: of its data, in a zip of the header in front of it.
        stored: bytes it takes there.
        size: bytes it has.
        check: its CRC-32 in a zip; -1 where there is none.
        deflated: whether it is packed.
    """

    name: str
    offset: int
    stored: int
    size: int
    check: int = -1
    deflated: bool = False


def archive_kind(path: Path) -> str | None:
    """Returns ``zip`` or ``tar`` by content, or None.

    Raises:
        ImageError: it is an archive packed as a whole.
    """
    with open(path, "rb") as file:
        head = file.read(_BLOCK)
    if head[:4] in (b"PK\3\4", b"PK\5\6"):
        return "zip"
    if head[_TAR_MAGIC_AT : _TAR_MAGIC_AT + 5] == _TAR_MAGIC:
        return "tar"
    if head[:2] in _PACKED and any(end in path.name.lower() for end in (".tar.", ".tgz", ".tbz", ".txz")):
        raise ImageError(
            f"{path} is packed as a whole ({_PACKED[head[:2]]}), so no single image can be read: unpack it, "
            f"or at least to a .tar."
        )
    if path.suffix.lower() in (".zip", ".tar"):
        raise ImageError(f"{path} is damaged, since it does not begin like a {path.suffix[1:]} file: fetch it again.")
    return None


def members(path: Path, file: BinaryIO, kind: str) -> Iterator[Member]:
    """Yields the files in an archive in its order.

    Raises:
        ImageError: the archive is damaged or encrypted.
    """
    try:
        yield from _zip_members(path, file) if kind == "zip" else _tar_members(path, file)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, ValueError, struct.error, zlib.error) as error:
        raise ImageError(f"{path} is damaged ({error}): fetch it again or pack it anew.") from error


def _zip_members(path: Path, file: BinaryIO) -> Iterator[Member]:
    with zipfile.ZipFile(file) as archive:
        for item in archive.infolist():
            if item.is_dir():
                continue
            if item.flag_bits & 1 or item.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise ImageError(f"{path} has {item.filename} encrypted or packed in a rare way: pack it anew.")
            deflated = item.compress_type == zipfile.ZIP_DEFLATED
            yield Member(item.filename, item.header_offset, item.compress_size, item.file_size, item.CRC, deflated)


def _tar_members(path: Path, file: BinaryIO) -> Iterator[Member]:
    size = os.fstat(file.fileno()).st_size
    with tarfile.open(fileobj=file, mode="r:") as archive:
        for item in archive:
            archive.members = []  # type: ignore[attr-defined]  # or it would keep them all
            if item.offset_data + item.size > size:
                raise ImageError(f"{path} is damaged (it ends within {item.name}): fetch it again.")
            if item.isreg() and not item.issparse():
                yield Member(item.name, item.offset_data, item.size, item.size)
        # The reader stops in silence at a header it does not understand.
        file.seek(archive.offset)
        if file.read(_BLOCK).strip(b"\0"):
            raise ImageError(f"{path} is damaged (at byte {archive.offset}): fetch it again.")


def read_member(file: BinaryIO, member: Member, name: str) -> bytes:
    """Returns the bytes of a file in an archive.

    Args:
        file: the archive.
        member: the place.
        name: what an error calls it.

    Raises:
        ImageError: they are damaged.
    """
    file.seek(member.offset)
    if member.check < 0:
        data = file.read(member.stored)
        if len(data) == member.size:
            return data
        raise ImageError(f"{name} is cut off: fetch the archive again.")
    head = file.read(_ZIP_HEAD.size)
    if len(head) < _ZIP_HEAD.size or head[:4] != b"PK\3\4":
        raise ImageError(f"{name} is not where the zip says: fetch the archive again.")
    *_, name_bytes, extra_bytes = _ZIP_HEAD.unpack(head)
    file.seek(name_bytes + extra_bytes, os.SEEK_CUR)
    data = file.read(member.stored)
    try:
        # No more than announced is unpacked, so that a few bytes cannot become gigabytes.
        data = zlib.decompressobj(-15).decompress(data, member.size) if member.deflated and member.size else data
    except zlib.error as error:
        raise ImageError(f"{name} cannot be unpacked: fetch the archive again.") from error
    if len(data) != member.size or zlib.crc32(data) != member.check:
        raise ImageError(f"{name} is damaged (its checksum differs): fetch the archive again.")
    return data
