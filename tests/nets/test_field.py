"""The network that looks at a thumbnail."""

from __future__ import annotations

import pytest
import torch

from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.nets.field import FieldNet, Look
from ganvas.nets.generator import CompactSettings, FieldSettings, described
from ganvas.ops.field import TRANSFORM
from ganvas.ops.thumbnail import CELL

TINY = FieldSettings(side=4 * CELL, features=4, bins=3, blocks=1)


@pytest.mark.parametrize("shape", [(1, 1), (1, 60), (33, 18), (32, 32), (100, 75)])
def test_any_size_is_kept_and_an_untrained_network_changes_little(shape: tuple[int, int]) -> None:
    torch.manual_seed(0)
    image = torch.rand(2, 3, *shape) * 2 - 1
    made = TINY.build(channels=3, scale=1)(image)
    assert made.shape == image.shape
    assert 0 < (made - image).abs().mean() < 0.2


def test_the_grid_has_one_cell_per_cell_of_the_thumbnail() -> None:
    grid = Look(features=4, bins=3, blocks=1)(torch.zeros(2, 3, 2 * CELL, 5 * CELL))
    assert grid.shape == (2, 3 * TRANSFORM, 2, 5)


def test_the_whole_picture_decides() -> None:
    torch.manual_seed(0)
    net = FieldNet(side=4 * CELL, features=4, bins=3, blocks=1)
    image = torch.rand(1, 3, 64, 64) * 2 - 1
    other = image.clone()
    other[..., :8, :8] = 1
    assert (net(image) - net(other))[..., 56:, 56:].abs().max() > 0


def test_the_card_says_how_large_the_thumbnail_is() -> None:
    card = Card(title="t", task="dehaze")
    made = described(card, TINY, task="dehaze", channels=3, scale=1)
    assert (made.tiling, made.look, made.multiple_of) == ("field", 4 * CELL, 1)
    assert described(card, CompactSettings(), task="denoise", channels=3, scale=1).look == 0
    # Files of versions that knew no thumbnails.
    assert Card.from_json({"title": "t", "task": "dehaze"}).look == 0


@pytest.mark.parametrize("wrong", [{"scale": 2}, {"channels": 1}, {"side": CELL + 1}, {"side": 0}])
def test_what_it_cannot_do_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(SettingsError):
        FieldNet(**wrong)
