"""Files that appear whole or not at all."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from ganvas.core.errors import ImageError
from ganvas.io.target import Target


def test_the_file_appears_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    target = Target(path)
    target.file.write(b"new")
    assert not path.exists() and len(list(tmp_path.iterdir())) == 1
    target.commit()
    assert path.read_bytes() == b"new" and list(tmp_path.iterdir()) == [path]


def test_an_existing_file_keeps_its_rights_and_a_link_its_target(tmp_path: Path) -> None:
    path, link = tmp_path / "a.png", tmp_path / "link.png"
    path.write_bytes(b"old")
    path.chmod(0o600)
    link.symlink_to(path)
    for place in (path, link):
        target = Target(place)
        target.file.write(b"new")
        target.commit()
    assert path.stat().st_mode & 0o777 == 0o600
    assert not link.is_symlink(), "writing never follows a link out of the folder"


def test_a_stream_gets_all_or_nothing() -> None:
    stream = io.BytesIO()
    target = Target(stream)
    target.file.write(b"half")
    target.abort()
    assert stream.getvalue() == b""
    target = Target(stream)
    target.file.write(b"whole")
    target.commit()
    assert stream.getvalue() == b"whole" and not stream.closed


def test_a_closed_stream_is_one_sentence() -> None:
    stream = io.BytesIO()
    target = Target(stream)
    stream.close()
    with pytest.raises(ImageError, match="output stream"):
        target.commit()


def test_very_long_names(tmp_path: Path) -> None:
    path = tmp_path / ("ü" * 110 + ".png")
    target = Target(path)
    target.commit()
    assert path.exists()
    with pytest.raises(ImageError):
        Target(tmp_path / ("x" * 300 + ".png")).commit()
    assert list(tmp_path.iterdir()) == [path]
