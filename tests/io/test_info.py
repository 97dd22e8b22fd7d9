"""Limits and the choice of the output format."""

from __future__ import annotations

import pytest

from ganvas.core.errors import ImageError, SettingsError
from ganvas.io.info import EXTENSIONS, OUTPUT_FORMATS, ImageInfo, Limits, bits_to_write, choose_format, format_of_name


def _info(kind: str, *, alpha: bool = False, bits: int = 8) -> ImageInfo:
    return ImageInfo(width=8, height=8, format=kind, bits=bits, gray=False, alpha=alpha)


@pytest.mark.parametrize(
    ("kind", "alpha", "bits", "asked", "chosen"),
    [
        ("jpeg", False, 8, "auto", "jpeg"),
        ("webp", True, 8, "auto", "webp"),
        ("gif", False, 8, "auto", "png"),
        ("gif", True, 8, "auto", "png"),
        ("bmp", True, 8, "auto", "png"),
        ("bmp", False, 8, "auto", "bmp"),
        ("ppm", False, 16, "auto", "ppm"),
        ("png", True, 8, "jpg", "png"),
        ("png", False, 8, ".JPG", "jpeg"),
        ("tiff", False, 32, "auto", "tiff"),
        ("tiff", False, 32, "png", "png"),
        ("avif", True, 8, "tif", "tiff"),
    ],
)
def test_format(kind: str, alpha: bool, bits: int, asked: str, chosen: str) -> None:
    got, note = choose_format(_info(kind, alpha=alpha, bits=bits), asked, width=9, height=9)
    assert got == chosen
    changed = chosen != kind if asked == "auto" else alpha and asked == "jpg"
    assert (note is not None) == changed


@pytest.mark.parametrize(("kind", "side"), [("jpeg", 65_500), ("webp", 16_383)])
def test_sides_that_a_format_cannot_hold(kind: str, side: int) -> None:
    assert choose_format(_info(kind), "auto", width=side, height=1)[0] == kind
    with pytest.raises(ImageError, match=r"PNG or TIFF"):
        choose_format(_info(kind), "auto", width=1, height=side + 1)


@pytest.mark.parametrize("asked", ["gif", "exe", ""])
def test_formats_that_are_not_written(asked: str) -> None:
    with pytest.raises(SettingsError, match="png, jpeg"):
        choose_format(_info("png"), asked, width=1, height=1)


@pytest.mark.parametrize(
    ("bits", "kind", "written"),
    [(1, "png", 8), (16, "png", 16), (16, "jpeg", 8), (32, "tiff", 32), (32, "png", 16), (32, "webp", 8)],
)
def test_bits(bits: int, kind: str, written: int) -> None:
    assert bits_to_write(_info("tiff", bits=bits), kind) == written


def test_limits() -> None:
    limits = Limits(max_pixels_in=100, max_pixels_out=400)
    limits.check_in(10, 10, "a")
    limits.check_out(20, 20)
    for width, height in ((11, 10), (0, 5)):
        with pytest.raises(ImageError):
            limits.check_in(width, height, "a")
    for width, height in ((21, 20), (0, 5)):
        with pytest.raises(ImageError):
            limits.check_out(width, height)


def test_names() -> None:
    assert format_of_name("a.b/photo.JPEG") == "jpeg"
    assert format_of_name("photo") is None and format_of_name(".png") is None and format_of_name("a.xyz") is None
    assert all(format_of_name(f"x{EXTENSIONS[kind]}") == kind for kind in OUTPUT_FORMATS)
