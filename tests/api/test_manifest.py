"""The manifest: what is redone and what is not, torn lines, several writers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from ganvas.api.locks import LockFile
from ganvas.api.manifest import Manifest, Record, digest_of, hash_file, signature_of


def _record(folder: Path, output: str = "a.png", *, age: float = 0.0) -> Record:
    source, result = folder / "in.png", folder / output
    return Record(
        output=output,
        input=str(source),
        input_hash=hash_file(source),
        input_signature=signature_of(source),
        settings="s",
        output_hash=hash_file(result),
        output_signature=signature_of(result),
        time=time.time() + age,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in.png").write_bytes(b"input")
    (tmp_path / "a.png").write_bytes(b"result")
    return tmp_path


def _open(folder: Path) -> Manifest:
    return Manifest(folder / "manifest.jsonl", LockFile(folder / "lock"))


def test_a_record_is_read_back_by_another(folder: Path) -> None:
    first, second = _open(folder), _open(folder)
    record = _record(folder)
    first.append(record)
    assert second.get("a.png") is None
    second.refresh()
    assert second.get("a.png") == record
    assert _open(folder).get("a.png") == record


def test_the_latest_record_counts(folder: Path) -> None:
    manifest = _open(folder)
    manifest.append(_record(folder))
    manifest.append(replace(_record(folder), settings="new"))
    found = _open(folder).get("a.png")
    assert found is not None and found.settings == "new"


@pytest.mark.parametrize("torn", [b'{"output": "b.png", "inp', b"\xff\xfe\n", b"[]\n", b'{"output": 3}\n', b"\n\n"])
def test_a_torn_or_foreign_line_is_ignored_and_the_next_is_whole(folder: Path, torn: bytes) -> None:
    (folder / "manifest.jsonl").write_bytes(torn)
    manifest = _open(folder)
    manifest.append(_record(folder))
    found = _open(folder).get("a.png")
    assert found is not None and found == manifest.get("a.png")


def test_an_unchanged_input_is_known_by_its_bytes_even_when_touched(folder: Path) -> None:
    manifest, record = _open(folder), _record(folder)
    os.utime(folder / "in.png", ns=(1, 1))
    assert manifest.input_unchanged(record, folder / "in.png")


def test_a_changed_input_of_the_same_size_and_time_is_seen(folder: Path) -> None:
    manifest, record = _open(folder), _record(folder, age=60.0)
    times = (folder / "in.png").stat()
    (folder / "in.png").write_bytes(b"INPUT")
    os.utime(folder / "in.png", ns=(times.st_atime_ns, times.st_mtime_ns))
    assert not manifest.input_unchanged(record, folder / "in.png")


def test_a_settled_input_is_not_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest, record = _open(folder), _record(folder, age=60.0)
    monkeypatch.setattr("ganvas.api.manifest.hash_file", lambda path: pytest.fail(f"read {path}"))
    assert manifest.input_unchanged(record, folder / "in.png")


def test_an_output_is_intact_until_removed_or_altered(folder: Path) -> None:
    manifest, record = _open(folder), _record(folder)
    result = folder / "a.png"
    os.replace(result, folder / "moved.png")
    os.replace(folder / "moved.png", result)
    assert manifest.output_intact(record, result)
    result.write_bytes(b"RESULT")
    assert not manifest.output_intact(record, result)
    result.unlink()
    assert not manifest.output_intact(record, result)


def test_a_copied_output_is_intact(folder: Path) -> None:
    manifest, record = _open(folder), _record(folder)
    (folder / "a.png").unlink()
    (folder / "a.png").write_bytes(b"result")
    assert manifest.output_intact(record, folder / "a.png")


_APPEND = """
import sys, time
from pathlib import Path
from ganvas.api.locks import LockFile
from ganvas.api.manifest import Manifest, Record
folder, name = Path(sys.argv[1]), sys.argv[2]
manifest = Manifest(folder / "manifest.jsonl", LockFile(folder / "lock"))
for i in range(40):
    manifest.append(Record(output=f"{name}{i}" + "x" * 3000, input="", input_hash="", input_signature=(0, 0, 0, 0),
                           settings="", output_hash="", output_signature=(0, 0, 0, 0), time=0.0))
"""


def test_two_processes_append_whole_lines(tmp_path: Path) -> None:
    children = [subprocess.Popen([sys.executable, "-c", _APPEND, str(tmp_path), name]) for name in "ab"]
    assert [child.wait(60) for child in children] == [0, 0]
    lines = (tmp_path / "manifest.jsonl").read_bytes().splitlines()
    assert len(lines) == 80
    manifest = _open(tmp_path)
    assert all(manifest.get(f"{name}{i}" + "x" * 3000) for name in "ab" for i in range(40))


def test_a_full_disk_leaves_no_torn_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = _open(folder)
    manifest.append(_record(folder))
    before = (folder / "manifest.jsonl").read_bytes()
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:10]))
    with pytest.raises(OSError, match="No space"):
        manifest.append(_record(folder))
    assert (folder / "manifest.jsonl").read_bytes() == before


def test_the_digest_does_not_depend_on_order() -> None:
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1}) != digest_of({"a": 1, "b": 3})
