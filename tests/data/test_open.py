"""What lies on the disk is recognised, and every defect is one sentence that names the file."""

from __future__ import annotations

import gzip
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from tests.data.made import encoded, idx, noise, write

from ganvas.core.errors import ImageError
from ganvas.data.open import ImageSource, open_source


def test_a_folder_of_images_of_any_size_depth_and_bits(tmp_path: Path) -> None:
    images = {
        "a.png": noise(0, 9, 5, 3),
        "b.png": noise(1, 4, 7, dtype=np.uint16),
        "c.tiff": noise(2, 6, 6, 3, dtype=np.uint16),
        "d.png": noise(3, 5, 5),
    }
    for name, image in images.items():
        write(tmp_path / name, image)
    (tmp_path / "notes.txt").write_text("words")
    (tmp_path / ".hidden.png").write_text("words")
    source = open_source(tmp_path)
    assert isinstance(source, ImageSource)
    assert len(source) == 4 and source.facts()["kind"] == "folder" and source.classes == ()
    for number, (name, image) in enumerate(images.items()):
        read = source.read(number)
        assert read.dtype == image.dtype and np.array_equal(read.squeeze(), image)
        assert read.ndim == 3 and source.name(number).endswith(name) and source.label(number) == -1


def test_transparency_is_dropped_and_told(tmp_path: Path) -> None:
    image = noise(0, 5, 6, 4)
    Image.fromarray(image).save(tmp_path / "a.png")
    Image.fromarray(image[:, :, :2].copy(), "LA").save(tmp_path / "b.png")
    source = open_source(tmp_path)
    assert np.array_equal(source.read(0), image[:, :, :3])
    assert np.array_equal(source.read(1), image[:, :, :1])
    assert "Transparency" in source.facts()["note"]
    write(tmp_path / "plain" / "a.png", noise(0, 4, 4, 3))
    assert "note" not in open_source(tmp_path / "plain").facts()


def test_orientation_is_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(noise(0, 16, 32, 3)).save(tmp_path / "a.jpg", exif=exif)
    assert open_source(tmp_path).read(0).shape == (32, 16, 3)


def test_links_are_followed_once(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere" / "a.png", noise(0, 4, 4))
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "back").symlink_to(tmp_path / "set")
    assert len(open_source(tmp_path / "set")) == 1


def test_class_folders(classes: Path) -> None:
    source = open_source(classes)
    assert source.classes == ("ant", "bee", "cat") and source.facts()["kind"] == "class folders"
    assert [source.label(k) for k in range(len(source))] == [0, 0, 1, 1, 1, 2, 2, 2, 2]
    assert [int(source.read(k)[0, 0, 0]) for k in range(3)] == [0, 1, 10]


def test_splits_of_class_folders(tmp_path: Path) -> None:
    for split, count in (("train", 3), ("validation", 2)):
        for name in ("n01", "n02"):
            for k in range(count):
                write(tmp_path / split / name / "deep" / f"{k}.jpg", noise(k, 6, 6, 3))
    sizes = {split: len(open_source(tmp_path, split=split)) for split in ("train", "val", "all")}
    assert sizes == {"train": 6, "val": 4, "all": 10}
    for split in sizes:
        assert open_source(tmp_path, split=split).classes == ("n01", "n02")
    with pytest.raises(ImageError, match="has train and val, not 'test'"):
        open_source(tmp_path, split="test")


def test_thousands_and_single_letters_are_no_classes(tmp_path: Path) -> None:
    for number in (0, 999, 1000, 2000):
        write(tmp_path / "ffhq" / "images" / f"{number // 1000 * 1000:05d}" / f"{number:05d}.png", noise(0, 4, 4, 3))
    for name in ("0/a/f/0af1.webp", "1/a/f/1af1.webp", "1/b/f/1bf1.webp"):
        write(tmp_path / "lsun" / name, noise(0, 8, 8, 3))
        write(tmp_path / "scenes" / "church" / name, noise(0, 8, 8, 3))
        write(tmp_path / "scenes" / "tower" / name, noise(0, 8, 8, 3))
    told = {name: open_source(tmp_path / name) for name in ("ffhq", "lsun", "scenes")}
    assert {name: source.facts()["kind"] for name, source in told.items()} == {
        "ffhq": "ffhq", "lsun": "lsun", "scenes": "class folders"
    }  # fmt: skip
    assert told["ffhq"].classes == told["lsun"].classes == ()
    assert told["scenes"].classes == ("church", "tower")


def test_idx_files_packed_or_not(mnist: Path) -> None:
    train, test, both = (open_source(mnist, split=split) for split in ("train", "test", "all"))
    assert (len(train), len(test), len(both)) == (40, 10, 50)
    assert np.array_equal(train.read(7), noise(40, 40, 28, 28)[7][..., None])
    assert np.array_equal(both.read(43), test.read(3))
    assert [train.label(k) for k in (0, 9, 10, 25)] == [0, 9, 0, 5]
    assert train.classes == tuple("0123456789") and train.facts()["splits"] == ["train", "test"]
    assert "train-images-idx3-ubyte.gz (image 7)" in train.name(7)
    single = open_source(mnist / "t10k-images-idx3-ubyte")
    assert len(single) == 10 and single.label(4) == 4
    with pytest.raises(ImageError, match="not 'val'"):
        open_source(mnist, split="val")


def test_idx_files_below_where_torchvision_puts_them(mnist: Path, tmp_path: Path) -> None:
    (tmp_path / "root" / "MNIST").mkdir(parents=True)
    mnist.rename(tmp_path / "root" / "MNIST" / "raw")
    assert len(open_source(tmp_path / "root")) == 40


def test_damaged_idx_files(mnist: Path) -> None:
    labels = mnist / "train-labels-idx1-ubyte.gz"
    labels.write_bytes(gzip.compress(idx(np.zeros(39, np.uint8))))
    with pytest.raises(ImageError, match=r"train-labels.* holds labels of 39 images"):
        open_source(mnist)
    labels.unlink()
    assert open_source(mnist).label(0) == -1
    images = mnist / "train-images-idx3-ubyte.gz"
    images.write_bytes(gzip.compress(idx(noise(0, 40, 28, 28))[:-5]))
    with pytest.raises(ImageError, match=r"train-images.* announces 31360 values and holds 31355"):
        open_source(mnist)
    images.write_bytes(gzip.compress(idx(noise(0, 40, 28, 28)))[:-900])
    with pytest.raises(ImageError, match=r"train-images.* is damaged"):
        open_source(mnist)


def test_damaged_images_are_named(tmp_path: Path) -> None:
    raw = encoded(noise(0, 300, 300, 3), ".jpg")
    for name, data in (("a.jpg", raw[: len(raw) // 2]), ("b.png", b""), ("c.png", b"\x89PNG\r\n\x1a\n and no more")):
        (tmp_path / name).write_bytes(data)
    flipped = bytearray(encoded(noise(0, 50, 50, 3)))
    flipped[len(flipped) // 2] ^= 255
    (tmp_path / "d.png").write_bytes(bytes(flipped))
    source = open_source(tmp_path)
    for number, name in enumerate(("a.jpg", "b.png", "c.png", "d.png")):
        with pytest.raises(ImageError, match=rf"{name} cannot be decoded"):
            source.read(number)


def test_floats_and_nan_are_refused(tmp_path: Path) -> None:
    values = np.ones((5, 5), np.float32)
    cv2.imwrite(str(tmp_path / "a.tiff"), values)
    values[2, 2] = np.nan
    cv2.imwrite(str(tmp_path / "b.tiff"), values)
    source = open_source(tmp_path)
    with pytest.raises(ImageError, match=r"a\.tiff holds float values"):
        source.read(0)
    with pytest.raises(ImageError, match=r"b\.tiff holds values that are not numbers"):
        source.read(1)


def test_nothing_understood(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="holds no images"):
        open_source(tmp_path)
    with pytest.raises(ImageError, match="does not exist"):
        open_source(tmp_path / "no")
    (tmp_path / "words.txt").write_text("words")
    with pytest.raises(ImageError, match=r"words\.txt is no set of images"):
        open_source(tmp_path / "words.txt")
    write(tmp_path / "a.png", noise(0, 4, 4))
    with pytest.raises(ImageError, match="no splits, not 'test'"):
        open_source(tmp_path, split="test")
