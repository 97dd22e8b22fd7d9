"""EXIF in place: the orientation cleared, sizes new, the thumbnail gone, maker notes readable."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ganvas.io.exif import orientation_of, updated


def _block(order: str) -> bytes:
    """Two directories: one entry that points far (a maker note), sizes, and a thumbnail at the end."""

    def entry(tag: int, kind: int, count: int, value: int) -> bytes:
        packed = struct.pack(order + "HH", value, 0) if kind == 3 else struct.pack(order + "I", value)
        return struct.pack(order + "HHI", tag, kind, count) + packed

    first = [entry(0x0100, 3, 1, 83), entry(0x0112, 3, 1, 8), entry(0x8769, 4, 1, 100)]
    exif = [entry(0x927C, 7, 6, 180), entry(0xA002, 3, 1, 83), entry(0xA003, 4, 1, 61)]
    second = [entry(0x0201, 4, 1, 200), entry(0x0202, 4, 1, 9)]
    data = bytearray(209)
    data[:8] = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    for place, entries, link in ((8, first, 60), (100, exif, 0), (60, second, 0)):
        text = struct.pack(order + "H", len(entries)) + b"".join(entries) + struct.pack(order + "I", link)
        data[place : place + len(text)] = text
    data[180:186], data[200:209] = b"maker!", b"thumbnail"
    return bytes(data)


@pytest.mark.parametrize("order", ["<", ">"])
def test_updated(order: str) -> None:
    block = _block(order)
    assert orientation_of(block) == 8
    new = updated(block, width=70_000, height=244)
    assert orientation_of(new) == 1
    assert b"thumbnail" not in new and new[180:186] == b"maker!"
    read = Image.Exif()
    read.load(b"Exif\0\0" + new)
    assert read[0x0100] == 70_000 and read[0x0112] == 1
    inner = read.get_ifd(0x8769)
    assert (inner[0xA002], inner[0xA003], inner[0x927C]) == (70_000, 244, b"maker!")
    assert not read.get_ifd(1)


@given(flips=st.lists(st.tuples(st.integers(0, 208), st.integers(0, 255)), max_size=6), cut=st.integers(0, 209))
def test_damaged_blocks_never_raise(flips: list[tuple[int, int]], cut: int) -> None:
    block = bytearray(_block("<"))
    for place, value in flips:
        block[place] = value
    data = bytes(block[:cut])
    assert 1 <= orientation_of(data) <= 8
    new = updated(data, width=5, height=6)
    assert new is None or orientation_of(new) == 1 or len(new) <= len(data)


def test_no_exif_is_none() -> None:
    assert updated(b"rubbish", width=1, height=1) is None
    assert orientation_of(b"") == 1
