from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
import torch

from ganvas.core.errors import CheckpointError
from ganvas.io import checkpoint


def written(path: Path) -> Path:
    file = path / "m.safetensors"
    checkpoint.save(file, {"g.weight": torch.arange(6.0).reshape(2, 3)}, {"kind": "model", "card": {"title": "é"}})
    return file


def test_header_and_tensors_come_back(tmp_path: Path) -> None:
    file = written(tmp_path)
    assert checkpoint.read_header(file) == {"format": 1, "kind": "model", "card": {"title": "é"}}
    assert torch.equal(checkpoint.load_tensors(file)["g.weight"], torch.arange(6.0).reshape(2, 3))
    assert [entry.name for entry in tmp_path.iterdir()] == ["m.safetensors"]


def test_tied_and_strided_tensors_are_written_whole(tmp_path: Path) -> None:
    base = torch.arange(12.0).reshape(3, 4)
    checkpoint.save(tmp_path / "t", {"a": base, "b": base, "c": base.T, "d": base[:, 1]}, {})
    found = checkpoint.load_tensors(tmp_path / "t")
    assert torch.equal(found["c"], base.T)
    assert torch.equal(found["d"], base[:, 1])


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path)
    before = file.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CheckpointError, match="No space left"):
        checkpoint.save(file, {"a": torch.zeros(1)}, {})
    assert file.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["m.safetensors"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"abc",
        b"\x80\x02}q\x00.",
        struct.pack("<Q", 2**62) + b"{}",
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 4) + b"nul}",
        struct.pack("<Q", 30) + json.dumps({"__metadata__": {"a": "b"}}).ljust(30).encode(),
    ],
)
def test_other_files_are_one_clear_error(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.safetensors"
    file.write_bytes(content)
    with pytest.raises(CheckpointError, match="use a weights file written by ganvas"):
        checkpoint.read_header(file)


def test_truncated_tensors_and_missing_files_are_clear_errors(tmp_path: Path) -> None:
    file = written(tmp_path)
    file.write_bytes(file.read_bytes()[:-4])
    with pytest.raises(CheckpointError, match="again"):
        checkpoint.load_tensors(file)
    with pytest.raises(CheckpointError, match="check the path"):
        checkpoint.read_header(tmp_path / "no")


def test_a_newer_format_asks_for_an_update(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "FORMAT", 2)
    file = written(tmp_path)
    monkeypatch.undo()
    with pytest.raises(CheckpointError, match="update ganvas"):
        checkpoint.read_header(file)
