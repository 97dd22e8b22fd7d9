"""Two domains of one set: disjoint, drawn by number, and the second changed as asked."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from ganvas.core.errors import SettingsError
from ganvas.data.domains import TwoDomains, second_domain


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(10):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((8, 8), 20 * number, np.uint8))
    return tmp_path


def shades(images: torch.Tensor) -> set[int]:
    return set(((images[:, 0, 0, 0] + 1) * 127.5).round().int().tolist())


def test_no_image_is_in_both_domains_and_every_one_is_in_one(folder: Path) -> None:
    stream = TwoDomains(size=8, channels=1, second="negative").stream(folder, seed=3)
    batch = stream.batch(0, 5)
    first, second = shades(batch.a), {255 - shade for shade in shades(batch.b)}
    assert not first & second
    assert first | second == {20 * number for number in range(10)}


def test_a_sample_depends_on_its_number_only(folder: Path) -> None:
    stream = TwoDomains(size=8, channels=1).stream(folder, seed=3)
    whole, part = stream.batch(0, 5), stream.batch(3, 2)
    assert torch.equal(whole.a[3:], part.a) and torch.equal(whole.b[3:], part.b)


def test_edges_are_what_a_dilation_adds() -> None:
    image = np.zeros((1, 5, 5, 1), np.uint8)
    image[0, 2, 2] = 200
    edges = second_domain(image, "edges")[0, :, :, 0]
    expected = np.zeros((5, 5), np.uint8)
    expected[1:4, 1:4] = 200
    expected[2, 2] = 0
    assert np.array_equal(edges, expected)
    colour = np.random.default_rng(0).integers(0, 256, (2, 6, 7, 3), np.uint8)
    assert second_domain(colour, "edges").shape == colour.shape
    assert np.array_equal(second_domain(second_domain(colour, "negative"), "negative"), colour)


def test_a_batch_beyond_a_half_is_refused(folder: Path) -> None:
    stream = TwoDomains(size=8, channels=1).stream(folder, seed=0)
    with pytest.raises(SettingsError, match="half of the set, 5 images"):
        stream.batch(0, 6)
    with pytest.raises(SettingsError, match="--data"):
        TwoDomains().stream(None, seed=0)
