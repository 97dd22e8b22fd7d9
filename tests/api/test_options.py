"""Sizes as people write them, and options out of range."""

from __future__ import annotations

import pytest

from ganvas.api.options import Options, parse_bytes, parse_pixels
from ganvas.core.errors import SettingsError


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("2GiB", 2**31),
        ("512M", 2**29),
        ("1.5 GB", 1_500_000_000),
        ("100kb", 100_000),
        ("4096", 4096),
        ("1g", 2**30),
        ("64B", 64),
    ],
)
def test_bytes(text: str, size: int) -> None:
    assert parse_bytes(text) == size


@pytest.mark.parametrize(
    ("text", "pixels"), [("250MP", 250_000_000), ("1G", 10**9), ("1.5gp", 1_500_000_000), ("900", 900)]
)
def test_pixels(text: str, pixels: int) -> None:
    assert parse_pixels(text) == pixels


@pytest.mark.parametrize("text", ["", "GiB", "-1", "0", "2 apples", "nan", "inf", "1e400"])
def test_no_sizes(text: str) -> None:
    for parse in (parse_bytes, parse_pixels):
        with pytest.raises(SettingsError, match="no size"):
            parse(text)


@pytest.mark.parametrize(
    "bad", [{"tile": -1}, {"quality": 0}, {"quality": 101}, {"max_memory": 0}, {"max_pixels_in": 0}]
)
def test_options_out_of_range(bad: dict[str, int]) -> None:
    with pytest.raises(SettingsError):
        Options(**bad)  # type: ignore[arg-type]
