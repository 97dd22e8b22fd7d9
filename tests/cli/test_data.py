"""``ganvas data check``: what is said of a set of images, and that it is true of the training."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Main = Callable[..., tuple[int, str, str]]


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """Cats and dogs: five images, one of them twice and once in the wrong class, one gray of 16 bits, one damaged."""
    random = np.random.default_rng(0)
    folder = tmp_path / "pets"
    for name in ("cat", "dog"):
        (folder / name).mkdir(parents=True)
    first = random.integers(0, 256, (40, 50, 3), np.uint8)
    Image.fromarray(first).save(folder / "cat" / "a.png")
    Image.fromarray(first).save(folder / "cat" / "b.bmp")
    Image.fromarray(first).save(folder / "dog" / "c.png")
    Image.fromarray(random.integers(0, 65536, (64, 48), np.uint16)).save(folder / "dog" / "d.png")
    Image.fromarray(random.integers(0, 256, (40, 50, 4), np.uint8)).save(folder / "dog" / "e.png")
    (folder / "dog" / "f.jpg").write_bytes(b"no image")
    return folder


def test_everything_is_told(ganvas_main: Main, pets: Path) -> None:
    status, out, _ = ganvas_main("data", "check", pets, "--json")
    told = json.loads(out)
    assert status == 1, "an image cannot be read"
    assert (told["kind"], told["images"], told["looked_at"]) == ("class folders", 6, 6)
    assert told["sizes"] == {"50 x 40": 4, "48 x 64": 1}
    assert told["channels"] == {"gray": 1, "RGB": 4} and told["bits"] == {"8": 4, "16": 1}
    assert told["classes"] == {"cat": 2, "dog": 4} and told["without_label"] == 0
    assert told["transparent"] == 1 and "Transparency" in told["note"]
    assert told["duplicates"]["images"] == 2 and told["duplicates"]["with_another_label"] == 1
    assert {Path(name).name for pair in told["duplicates"]["examples"] for name in pair} == {"a.png", "b.bmp", "c.png"}
    assert len(told["unreadable"]) == 1 and "f.jpg cannot be decoded" in told["unreadable"][0]
    assert told["suggested"] == f"--data {pets} --data.size 32 --data.channels 3 --data.classes 2"


def test_the_same_in_words(ganvas_main: Main, pets: Path) -> None:
    status, out, err = ganvas_main("data", "check", pets)
    assert status == 1 and err == ""
    for line in (
        f"{pets}: class folders, 6 images",
        "sizes: 50 x 40 (4), 48 x 64 (1)",
        "channels: gray (1), RGB (4)",
        "classes: 2: cat (2), dog (4)",
        "duplicates: 2",
        "unreadable: 1",
    ):
        assert f"{line}\n" in out
    (pets / "dog" / "f.jpg").unlink()
    assert ganvas_main("data", "check", pets)[0] == 0


def test_a_part_of_a_zip(ganvas_main: Main, tmp_path: Path) -> None:
    image = tmp_path / "a.png"
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for split, count in (("train", 5), ("test", 3)):
            for number in range(count):
                Image.fromarray(np.full((16, 16), 10 * number, np.uint8)).save(image)
                archive.write(image, f"{split}/{number % 2}/{number}.png")
    image.unlink()
    counts = {}
    for split in ("all", "train", "test"):
        told = json.loads(ganvas_main("data", "check", tmp_path / "a.zip", "--split", split, "--json")[1])
        counts[split] = told["images"]
        assert told["splits"] == ["train", "test"] and told["classes"].keys() == {"0", "1"}
    assert counts == {"all": 8, "train": 5, "test": 3}
    told = json.loads(ganvas_main("data", "check", tmp_path / "a.zip", "--at-most", 2, "--json")[1])
    assert (told["looked_at"], told["images"], told["sizes"]) == (2, 8, {"16 x 16": 2})
    assert told["suggested"].endswith("--data.size 16 --data.channels 1 --data.classes 2")


def test_the_suggested_flags_are_flags_of_training(ganvas_main: Main, pets: Path) -> None:
    import tyro

    from ganvas.data.images import LabelledImages

    (pets / "dog" / "f.jpg").unlink()
    words = json.loads(ganvas_main("data", "check", pets, "--json")[1])["suggested"].split()[2:]
    flags = [word.replace("--data.", "--") for word in words]
    settings = tyro.cli(LabelledImages, args=flags)
    assert (settings.size, settings.channels, settings.classes) == (32, 3, 2)
    assert tyro.cli(LabelledImages, args=["--size", "24", "32", "--classes", "2"]).size == (24, 32)
    assert settings.stream(pets, seed=0).batch(0, 5).image.shape == (5, 3, 32, 32)


def test_wrong_usage(ganvas_main: Main, tmp_path: Path) -> None:
    assert ganvas_main("data")[0] == 2 and ganvas_main("data", "--help")[0] == 0
    for words, status, sentence in (
        (("data", "look"), 2, "use ganvas data check"),
        (("data", "check"), 2, "see ganvas data check --help"),
        (("data", "check", tmp_path), 1, "holds no images"),
        (("data", "check", tmp_path / "no"), 1, "does not exist"),
        (("data", "check", tmp_path, "--at-most", "0"), 2, "raise --at-most"),
        (("data", "check", tmp_path, "--attribute", "Smiling"), 2, "no choice of labels"),
    ):
        told = ganvas_main(*words)
        assert told[0] == status and sentence in told[2] and told[2].count("\n") == 1 and told[1] == ""
    assert "\n  data " in ganvas_main("--help")[1]
