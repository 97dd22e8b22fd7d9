"""CelebA with its lists, LSUN's databases."""

from __future__ import annotations

import builtins
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.data.made import encoded, noise, write

from ganvas.core.errors import ImageError, MissingExtra, SettingsError
from ganvas.data.images import LabelledImages
from ganvas.data.open import open_source

NAMES = ("5_o_Clock_Shadow", "Male", "Smiling")


@pytest.fixture
def celeba(tmp_path: Path) -> Path:
    """Eight faces; face n (from 1) smiles where n is even; four to train, two to validate, two for the test."""
    folder = tmp_path / "celeba"
    lines, parts = [], []
    for number in range(1, 9):
        name = f"{number:06d}.jpg"
        write(folder / "img_align_celeba" / name, np.full((12, 10, 3), 20 * number, np.uint8))
        lines.append(f"{name} -1  1 {1 if number % 2 == 0 else -1}")
        parts.append(f"{name} {0 if number <= 4 else 1 if number <= 6 else 2}")
    (folder / "list_attr_celeba.txt").write_text("8\n" + " ".join(NAMES) + " \n" + "\n".join(lines) + "\n")
    (folder / "list_eval_partition.txt").write_text("\n".join(parts) + "\n")
    return folder


def test_faces_with_an_attribute(celeba: Path) -> None:
    source = open_source(celeba, attribute="Smiling")
    assert source.classes == ("not Smiling", "Smiling") and source.facts()["attributes"] == list(NAMES)
    assert [source.label(k) for k in range(len(source))] == [0, 1, 0, 1]
    test = open_source(celeba, attribute="Smiling", split="test")
    assert len(test) == 2 and abs(int(test.read(1)[0, 0, 0]) - 160) <= 2 and test.name(1).endswith("000008.jpg")
    assert len(open_source(celeba, split="all")) == 8 and open_source(celeba).label(0) == -1
    batch = LabelledImages(size=8, classes=2, attribute="Smiling").stream(celeba, seed=0).batch(0, 4)
    assert sorted(batch.label.tolist()) == [0, 0, 1, 1]


def test_faces_in_a_zip_with_lists_as_csv(celeba: Path) -> None:
    with zipfile.ZipFile(celeba / "img_align_celeba.zip", "w") as archive:
        for path in sorted((celeba / "img_align_celeba").iterdir()):
            archive.write(path, f"img_align_celeba/{path.name}")
            path.unlink()
    (celeba / "img_align_celeba").rmdir()
    headers = {"list_attr_celeba": ",".join(NAMES), "list_eval_partition": "partition"}
    for name, header in headers.items():
        lines = [line.split() for line in (celeba / f"{name}.txt").read_text().splitlines()]
        rows = [",".join(line) for line in lines if line[0].endswith(".jpg")]
        (celeba / f"{name}.csv").write_text("\n".join([f"image_id,{header}", *rows]))
        (celeba / f"{name}.txt").unlink()
    source = open_source(celeba, attribute="Smiling", split="val")
    assert [source.label(k) for k in range(2)] == [0, 1] and abs(int(source.read(0)[0, 0, 0]) - 100) <= 2


def test_what_is_wrong_with_faces_is_told(celeba: Path) -> None:
    with pytest.raises(SettingsError, match="no attribute 'Smile': choose from Smiling"):
        open_source(celeba, attribute="Smile")
    (celeba / "img_align_celeba" / "000002.jpg").unlink()
    with pytest.raises(ImageError, match=r"names 000002\.jpg, which is not among the images"):
        open_source(celeba)
    (celeba / "list_eval_partition.txt").unlink()
    with pytest.raises(ImageError, match=r"no list_eval_partition\.txt"):
        open_source(celeba)
    listed = celeba / "list_attr_celeba.txt"
    listed.write_text(listed.read_text().replace("000003.jpg -1", "000003.jpg 7"))
    with pytest.raises(ImageError, match=r"is not CelebA's list at 000003\.jpg"):
        open_source(celeba, split="all")
    with pytest.raises(SettingsError, match="no choice of labels"):
        open_source(celeba / "img_align_celeba", attribute="Smiling")


def database(folder: Path, count: int, first: int) -> None:
    lmdb = pytest.importorskip("lmdb")
    folder.mkdir(parents=True)
    with lmdb.open(str(folder), map_size=10**6) as environment, environment.begin(write=True) as transaction:
        for number in range(count):
            image = np.full((9, 8, 3), first + number, np.uint8)
            transaction.put(f"{number:040x}".encode(), encoded(image, ".png"))


def test_databases_of_one_category_and_of_several(tmp_path: Path) -> None:
    database(tmp_path / "church_outdoor_train_lmdb", 3, 10)
    database(tmp_path / "church_outdoor_val_lmdb", 2, 20)
    database(tmp_path / "tower_train_lmdb", 2, 30)
    source = open_source(tmp_path)
    assert source.classes == ("church_outdoor", "tower") and len(source) == 5
    assert [int(source.read(k)[0, 0, 0]) for k in range(5)] == [10, 11, 12, 30, 31]
    assert [source.label(k) for k in range(5)] == [0, 0, 0, 1, 1]
    assert f"tower_train_lmdb:{1:040x}" in source.name(4)
    assert source.facts()["splits"] == ["train", "val"] and len(open_source(tmp_path, split="all")) == 7
    alone = open_source(tmp_path / "church_outdoor_val_lmdb", split="val")
    assert len(alone) == 2 and alone.classes == () and alone.label(0) == -1
    with pytest.raises(ImageError, match="has val, not 'train'"):
        open_source(tmp_path / "church_outdoor_val_lmdb")


def test_a_damaged_database(tmp_path: Path) -> None:
    pytest.importorskip("lmdb")
    (tmp_path / "a_lmdb").mkdir()
    (tmp_path / "a_lmdb" / "data.mdb").write_bytes(noise(0, 9000).tobytes())
    with pytest.raises(ImageError, match="a_lmdb is damaged"):
        open_source(tmp_path)


def test_without_the_package_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data.mdb").write_bytes(b"")
    usual = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "lmdb":
            raise ImportError(name)
        return usual(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtra, match=r"pip install 'ganvas\[lmdb\]'"):
        open_source(tmp_path)
