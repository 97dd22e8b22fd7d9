"""Folders of the graph cache: whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganvas.infer import graphs


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GANVAS_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache" / "graphs"


def test_the_place_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert graphs.root() == tmp_path / "cache" / "graphs"
    monkeypatch.delenv("GANVAS_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert graphs.root() == tmp_path / "ganvas" / "graphs"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert graphs.root() == Path.home() / ".cache" / "ganvas" / "graphs"


def test_a_file_is_replaced_in_one_piece_and_leaves_nothing_else(cache: Path) -> None:
    folder = graphs.make_folder("key", lambda path: None)
    assert folder is not None
    for data in (b"old", b"new"):
        graphs.add_file(folder, "name", data)
    assert [path.name for path in folder.iterdir()] == ["name"] and (folder / "name").read_bytes() == b"new"
    graphs.add_file(cache / "gone", "name", b"data")
    graphs.discard(folder)
    assert graphs.folder_for("key") is None


def test_of_two_processes_the_second_uses_what_the_first_made(cache: Path) -> None:
    def fill(path: Path) -> None:
        # The other process is done while this one is still at work.
        (cache / "key").mkdir()
        (cache / "key" / "graph").write_text("theirs")
        (path / "graph").write_text("ours")

    folder = graphs.make_folder("key", fill)
    assert folder is not None and (folder / "graph").read_text() == "theirs"
    assert [path.name for path in cache.iterdir()] == ["key"]


def test_a_filling_that_fails_leaves_nothing(cache: Path) -> None:
    def fill(path: Path) -> None:
        (path / "graph").write_text("half")
        raise OSError("disk full")

    assert graphs.make_folder("key", fill) is None
    assert list(cache.iterdir()) == []


def test_old_graphs_are_removed(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphs, "_KEPT", 3)
    for number in range(5):
        graphs.make_folder(f"key{number}", lambda path: None)
    assert len(list(cache.iterdir())) == 3 and (cache / "key4").is_dir()
