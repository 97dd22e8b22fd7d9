"""Images in zip and tar files: read by place, labels from beside them, every damage named."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from tests.data.made import encoded, noise

from ganvas.core.errors import ImageError
from ganvas.data.images import LabelledImages
from ganvas.data.open import open_source


def tar(path: Path, files: Mapping[str, bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as archive:
        for name, data in files.items():
            item = tarfile.TarInfo(name)
            item.size = len(data)
            archive.addfile(item, io.BytesIO(data))
    return path


def zipped(path: Path, files: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def picture(number: int) -> np.ndarray:
    return np.full((6, 7, 3), number, np.uint8)


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    """Three tar shards for training and one to validate, four images each; image n is all n, its label n % 5."""
    for shard in range(4):
        files: dict[str, bytes] = {}
        for number in range(4 * shard, 4 * shard + 4):
            files[f"{number:06d}.cls"] = f"{number % 5}\n".encode()
            files[f"{number:06d}.png"] = encoded(picture(number))
            files[f"{number:06d}.txt"] = b"a caption"
        tar(tmp_path / "shards" / f"set-{'train' if shard < 3 else 'val'}-{shard % 3:04d}.tar", files)
    return tmp_path / "shards"


def test_tar_shards_with_labels_and_splits(shards: Path) -> None:
    source = open_source(shards)
    assert len(source) == 12 and source.classes == tuple("01234")
    assert source.facts() | {"kind": ""} == {"kind": "", "images": 12, "shards": 3, "splits": ["train", "val"]}
    for number in range(12):
        assert np.array_equal(source.read(number), picture(number)) and source.label(number) == number % 5
    assert source.name(5).endswith("set-train-0001.tar:000005.png")
    assert [open_source(shards, split=split).read(0)[0, 0, 0] for split in ("val", "all")] == [12, 0]
    assert len(open_source(shards, split="all")) == 16
    with pytest.raises(ImageError, match="has train and val, not 'test'"):
        open_source(shards, split="test")


def test_the_stream_over_shards(shards: Path) -> None:
    batch = LabelledImages(size=(6, 7), classes=5).stream(shards, seed=0).batch(0, 12)
    value = ((batch.image[:, 0, 0, 0] + 1) * 127.5).round().long()
    assert (value % 5 == batch.label).all() and sorted(value.tolist()) == list(range(12))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_of_class_folders(tmp_path: Path, method: int) -> None:
    files = {f"pets/{name}/{k}.jpg": encoded(noise(k, 9, 9, 3), ".jpg") for name in ("cat", "dog") for k in range(3)}
    files |= {"__MACOSX/pets/cat/._0.jpg": b"no image", "pets/readme.txt": b"words"}
    source = open_source(zipped(tmp_path / "a.zip", files, method))
    assert len(source) == 6 and source.classes == ("cat", "dog")
    assert [source.label(k) for k in range(6)] == [0, 0, 0, 1, 1, 1]
    assert source.read(4).shape == (9, 9, 3)
    assert len(open_source(tmp_path)) == 6, "the folder of the zip is understood as well"


def test_splits_within_a_zip(tmp_path: Path) -> None:
    files = {
        f"{split}/{name}/{k}.png": encoded(picture(k)) for split in ("train", "test") for name in "ab" for k in (1, 2)
    }
    path = zipped(tmp_path / "a.zip", files)
    assert [len(open_source(path, split=split)) for split in ("train", "test", "all")] == [4, 4, 8]
    assert open_source(path, split="test").name(0).endswith("a.zip:test/a/1.png")


def test_labels_in_json(tmp_path: Path) -> None:
    files: dict[str, bytes] = {}
    for number in range(3):
        files |= {
            f"d/{number}.left.png": encoded(picture(number)),
            f"d/{number}.json": json.dumps({"label": number}).encode(),
        }
    files |= {"d/9.png": encoded(picture(9)), "d/9.json": b'{"caption": "a cat"}'}
    source = open_source(tar(tmp_path / "a.tar", files))
    assert [source.label(k) for k in range(4)] == [0, 1, 2, -1]
    listed = {"labels": [["x/1.png", 4], ["x/0.png", 2]]}
    files = {f"x/{k}.png": encoded(picture(k)) for k in range(2)} | {"dataset.json": json.dumps(listed).encode()}
    source = open_source(zipped(tmp_path / "b.zip", files))
    assert [source.label(k) for k in range(2)] == [2, 4] and len(source.classes) == 5


@pytest.mark.parametrize("label", [b"-2", b"1000000", b"cat", b"", b"1.5"])
def test_labels_that_are_none(tmp_path: Path, label: bytes) -> None:
    path = tar(tmp_path / "a.tar", {"0.png": encoded(picture(0)), "0.cls": label})
    with pytest.raises(ImageError, match=r"a\.tar:0\.cls holds the label .* out of range"):
        open_source(path)


def test_a_damaged_zip_is_named(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {f"{k}.png": encoded(noise(k, 20, 20, 3)) for k in range(4)})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ImageError, match=r"a\.zip is damaged"):
        open_source(path)
    path.write_bytes(b"nothing of a zip" * 50)
    with pytest.raises(ImageError, match=r"a\.zip is damaged, since it does not begin"):
        open_source(path)
    spoilt = bytearray(whole)
    spoilt[300] ^= 255
    path.write_bytes(bytes(spoilt))
    with pytest.raises(ImageError, match=r"a\.zip:0\.png is damaged \(its checksum differs\)"):
        open_source(path).read(0)
    assert open_source(path).read(1).shape == (20, 20, 3)


def test_a_zip_that_unpacks_to_more_than_it_says_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"0.png": encoded(noise(0, 20, 20)) + bytes(100_000)}, zipfile.ZIP_DEFLATED)
    raw = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        size = archive.infolist()[0].file_size
    path.write_bytes(raw.replace(size.to_bytes(4, "little"), (500).to_bytes(4, "little")))
    with pytest.raises(ImageError, match=r"0\.png is damaged"):
        open_source(path).read(0)


def test_a_damaged_tar_is_named(tmp_path: Path) -> None:
    path = tar(tmp_path / "a.tar", {f"{k}.png": encoded(noise(k, 40, 40, 3)) for k in range(4)})
    whole = path.read_bytes()
    path.write_bytes(whole[:8000])
    with pytest.raises(ImageError, match=r"a\.tar is damaged \(it ends within 1\.png\)"):
        open_source(path)
    spoilt = bytearray(whole)
    spoilt[whole.index(b"2.png") + 120] ^= 255  # the header's own checksum no longer fits
    path.write_bytes(bytes(spoilt))
    with pytest.raises(ImageError, match=r"a\.tar is damaged \(at byte"):
        open_source(path)


def test_archives_packed_as_a_whole_and_empty_ones(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz"):
        pass
    with pytest.raises(ImageError, match=r"a\.tar\.gz is packed as a whole .*unpack it"):
        open_source(tmp_path / "a.tar.gz")
    zipped(tmp_path / "b.zip", {"words.txt": b"words"})
    with pytest.raises(ImageError, match=r"b\.zip holds no images"):
        open_source(tmp_path / "b.zip")
