"""CIFAR's two versions; a pickle is read without being run."""

from __future__ import annotations

import pickle
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.data.made import noise

from ganvas.core.errors import ImageError, SettingsError
from ganvas.data.open import open_source
from ganvas.data.plain_pickle import read_plain


def python2(values: np.ndarray, labels: list[int]) -> bytes:
    """The bytes as Python 2 wrote them for CIFAR: texts of bytes, the array through numpy's reconstruction."""

    def text(word: bytes) -> bytes:
        return b"U" + bytes([len(word)]) + word

    def number(value: int) -> bytes:
        return b"K" + bytes([value]) if value < 256 else b"M" + struct.pack("<H", value)

    raw = values.tobytes()
    array = b"cnumpy.core.multiarray\n_reconstruct\nq\x02cnumpy\nndarray\nq\x03K\x00\x85" + text(b"b") + b"\x87Rq\x04"
    kind = (
        b"cnumpy\ndtype\nq\x05"
        + text(b"u1")
        + b"K\x00K\x01\x87R(K\x03"
        + text(b"|")
        + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    )
    shape = number(len(values)) + number(values.shape[1]) + b"\x86"
    state = b"(K\x01" + shape + kind + b"\x89T" + struct.pack("<I", len(raw)) + raw + b"tb"
    listed = b"](" + b"".join(map(number, labels)) + b"e"
    return b"\x80\x02}q\x01(" + text(b"labels") + listed + text(b"data") + array + state + b"u."


def rows(seed: int, count: int) -> np.ndarray:
    return noise(seed, count, 3072)


@pytest.fixture
def cifar10(tmp_path: Path) -> Path:
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    for number in range(1, 6):
        (folder / f"data_batch_{number}").write_bytes(python2(rows(number, 4), [0, 1, 2, number % 3]))
    (folder / "test_batch").write_bytes(python2(rows(9, 3), [2, 1, 0]))
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": ["plane", "car", "bird"]}, 2))
    return tmp_path


def test_cifar10_for_python(cifar10: Path) -> None:
    train, test = open_source(cifar10), open_source(cifar10 / "cifar-10-batches-py", split="test")
    assert (len(train), len(test), len(open_source(cifar10, split="all"))) == (20, 3, 23)
    assert train.classes == ("plane", "car", "bird") and train.facts()["kind"] == "cifar-10"
    assert np.array_equal(train.read(6), rows(2, 4)[2].reshape(3, 32, 32).transpose(1, 2, 0))
    assert [train.label(k) for k in (0, 1, 2, 3, 7)] == [0, 1, 2, 1, 2] and test.label(0) == 2
    assert len(open_source(cifar10 / "cifar-10-batches-py" / "data_batch_3")) == 4
    with pytest.raises(ImageError, match="not 'val'"):
        open_source(cifar10, split="val")
    with pytest.raises(SettingsError, match="no labels called 'coarse'"):
        open_source(cifar10, attribute="coarse")


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("order", ["C", "F"])
def test_what_python_3_writes_is_read_too(tmp_path: Path, protocol: int, order: str) -> None:
    values = np.array(rows(3, 5), order=order)
    content = {b"data": values, b"fine_labels": [3, 99, 0, 1, 2], b"coarse_labels": [1, 19, 0, 0, 4], b"batch": b"x"}
    (tmp_path / "train").write_bytes(pickle.dumps(content, protocol))
    source = open_source(tmp_path)
    assert source.facts()["kind"] == "cifar-100" and len(source.classes) == 100
    assert np.array_equal(source.read(4), values[4].reshape(3, 32, 32).transpose(1, 2, 0))
    assert [source.label(k) for k in range(5)] == [3, 99, 0, 1, 2]
    assert open_source(tmp_path, attribute="coarse").label(1) == 19


def test_the_binary_versions(tmp_path: Path) -> None:
    ten, hundred = tmp_path / "cifar-10-batches-bin", tmp_path / "b" / "cifar-100-binary"
    ten.mkdir()
    hundred.mkdir(parents=True)
    values = rows(1, 3)
    (ten / "data_batch_1.bin").write_bytes(b"".join(bytes([k]) + values[k].tobytes() for k in range(3)))
    (ten / "batches.meta.txt").write_text("plane\ncar\nbird\n\n")
    (hundred / "train.bin").write_bytes(b"".join(bytes([k, 7 + k]) + values[k].tobytes() for k in range(3)))
    source = open_source(tmp_path)
    assert source.classes == ("plane", "car", "bird") and source.label(2) == 2
    assert np.array_equal(source.read(2), values[2].reshape(3, 32, 32).transpose(1, 2, 0))
    assert open_source(tmp_path / "b").label(2) == 9 and open_source(tmp_path / "b", attribute="coarse").label(2) == 2


class Payload:
    """What a hostile pickle looks like: loading it creates a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return (open, (str(self.path), "w"))


@pytest.mark.parametrize("protocol", [0, 1, 2, 4, 5])
def test_a_hostile_pickle_runs_nothing(tmp_path: Path, protocol: int) -> None:
    sign = tmp_path / "was_here"
    raw = pickle.dumps({"data": Payload(sign), "labels": [0]}, protocol)
    pickle.loads(raw)  # noqa: S301
    assert sign.exists(), "the payload is a real one"
    sign.unlink()
    with pytest.raises(ImageError, match=r"batch is refused, since it refers to .*io\.open"):
        read_plain(raw, "batch")
    if protocol >= 2:
        (tmp_path / "data_batch_1").write_bytes(raw)
        with pytest.raises(ImageError, match="data_batch_1 is refused"):
            open_source(tmp_path)
    assert not sign.exists()


@pytest.mark.parametrize(
    "raw",
    [
        b"cnumpy.core.multiarray\n_reconstruct\nq\x02(U\x02idtR.",  # too few arguments, but none is called
        b"cos\nsystem\n(S'touch x'\ntR.",
        b"cbuiltins\neval\n(V1+1\ntR.",
        b"cnumpy\nfromfile\n.",
        b"c\nndarray\n.",
        b"(ios\nsystem\n.",
        b"\x80\x02P7\n.",
    ],
)
def test_names_and_words_beyond_data_are_refused(raw: bytes) -> None:
    if raw.startswith(b"cnumpy.core.multiarray"):
        assert read_plain(raw, "batch") is None  # an array that never gets its values
        return
    with pytest.raises(ImageError, match="batch is refused"):
        read_plain(raw, "batch")


def test_damaged_and_foreign_files(tmp_path: Path) -> None:
    raw = python2(rows(0, 2), [0, 1])
    for data, words in (
        (raw[:2000], "is damaged"),
        (pickle.dumps([1, 2], 2), "holds no images of CIFAR"),
        (pickle.dumps({"data": rows(0, 2)}, 2), "holds no labels"),
        (python2(rows(0, 2), [0]), "has 1 labels for 2 images"),
        (pickle.dumps({"data": rows(0, 2), "labels": [0, -3]}, 2), "out of range"),
        (pickle.dumps({"data": rows(0, 2).astype(np.float32), "labels": [0, 1]}, 2), "instead of bytes"),
    ):
        (tmp_path / "data_batch_1").write_bytes(data)
        with pytest.raises(ImageError, match=f"data_batch_1.*{words}"):
            open_source(tmp_path)
