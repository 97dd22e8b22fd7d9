"""Test folders: order, pairs, and one clear error for each way they can be wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganvas.core.errors import ImageError
from ganvas.evaluate.files import images, pairs, read_rgb


def save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


DOT = np.full((4, 5, 3), 9, np.uint8)


def test_images_come_sorted_and_nothing_else_does(tmp_path: Path) -> None:
    for name in ("b.png", "a.PNG", "c.bmp"):
        save(tmp_path / name, DOT)
    (tmp_path / "notes.txt").write_text("x")
    save(tmp_path / "deeper" / "d.png", DOT)
    assert [path.name for path in images(tmp_path)] == ["a.PNG", "b.png", "c.bmp"]


def test_missing_and_empty_folders_say_so(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="not a folder"):
        images(tmp_path / "none")
    with pytest.raises(ImageError, match="holds no images"):
        images(tmp_path)


@pytest.mark.parametrize(("noisy", "clean"), [("x_real.png", "x_mean.png"), ("x_noisy.png", "x_clean.bmp")])
def test_pairs_by_ending(tmp_path: Path, noisy: str, clean: str) -> None:
    save(tmp_path / noisy, DOT)
    save(tmp_path / clean, DOT)
    assert pairs(tmp_path) == [("x", tmp_path / noisy, tmp_path / clean)]


def test_pairs_by_folder(tmp_path: Path) -> None:
    for name in ("b", "a"):
        save(tmp_path / "noisy" / f"{name}.bmp", DOT)
        save(tmp_path / "clean" / f"{name}.png", DOT)
    assert [(name, n.name, c.name) for name, n, c in pairs(tmp_path)] == [
        ("a", "a.bmp", "a.png"),
        ("b", "b.bmp", "b.png"),
    ]


def test_plain_images_are_no_pairs(tmp_path: Path) -> None:
    save(tmp_path / "x.png", DOT)
    assert pairs(tmp_path) == []


def test_an_image_without_a_partner_is_named(tmp_path: Path) -> None:
    for name in ("x_real", "x_mean", "lonely_real"):
        save(tmp_path / f"{name}.png", DOT)
    with pytest.raises(ImageError, match="1 images without a partner, such as lonely"):
        pairs(tmp_path)


def test_two_partners_are_refused(tmp_path: Path) -> None:
    for name in ("x_real.png", "x_mean.png", "x_clean.png"):
        save(tmp_path / name, DOT)
    with pytest.raises(ImageError, match="two images of the same name"):
        pairs(tmp_path)


def test_gray_palette_and_alpha_become_rgb(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (6, 7)).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "g.png")
    Image.fromarray(np.dstack([pixels] * 4)).save(tmp_path / "a.png")
    Image.fromarray(DOT).quantize().save(tmp_path / "p.png")
    found, is_gray = read_rgb(tmp_path / "g.png")
    np.testing.assert_array_equal(found, np.dstack([pixels] * 3))
    assert is_gray
    assert not read_rgb(tmp_path / "a.png")[1]
    np.testing.assert_array_equal(read_rgb(tmp_path / "p.png")[0], DOT)


def test_damaged_and_16_bit_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(b"no picture")
    with pytest.raises(ImageError, match=r"x\.png cannot be decoded"):
        read_rgb(tmp_path / "x.png")
    Image.fromarray(np.full((4, 4), 40000, np.uint16)).save(tmp_path / "y.png")
    with pytest.raises(ImageError, match="more than 8 bits"):
        read_rgb(tmp_path / "y.png")
