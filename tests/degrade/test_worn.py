"""Worn prints, and the borders and lettering that belong to them."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from ganvas.core.errors import SettingsError
from ganvas.degrade.captions import Captions
from ganvas.degrade.damage.scratches import Scratches
from ganvas.degrade.degradation import Degradation, Pairing, quantise
from ganvas.degrade.old_photo import OldPhoto
from ganvas.degrade.worn import Worn

PHOTO = data.astronaut()[:96, 100:220].astype(np.float32) / np.float32(255)
GRAY = PHOTO[:, :, :1].copy()
PLAIN = Captions(border=0.0, lettering=0.0)
AS_IT_IS = OldPhoto(chances=(0, 0, 0, 0), damages=(), damage_chances=())


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("photo", [PHOTO, GRAY], ids=["colour", "gray"])
def test_it_is_a_pairing_seeded_and_in_range(photo: np.ndarray) -> None:
    assert isinstance(Worn(), Degradation) and isinstance(Worn(), Pairing)
    kept = photo.copy()
    for seed in range(6):
        source, target = Worn().pair(photo, rng(seed))
        assert np.array_equal(source, Worn()(photo, rng(seed)))
        assert source.shape == target.shape == photo.shape
        assert min(source.min(), target.min()) >= 0 and max(source.max(), target.max()) <= 1
    assert np.array_equal(photo, kept)


def test_damage_and_compression_are_in_the_source_alone() -> None:
    worn = Worn(captions=PLAIN, print=AS_IT_IS, damages=(Scratches(),), chances=(1.0,), clean=0.0, compressed=0.0)
    source, target = worn.pair(PHOTO, rng(2))
    assert np.array_equal(target, quantise(PHOTO))
    changed = np.abs(source - target).max(axis=2) > 0
    assert 0 < changed.mean() < 0.3
    squeezed, still = Worn(captions=PLAIN, print=AS_IT_IS, clean=1.0, compressed=1.0).pair(PHOTO, rng(2))
    assert np.array_equal(still, target) and 0 < np.abs(squeezed - target).mean() < 0.05


def test_the_print_is_the_same_in_both() -> None:
    faded = OldPhoto(chances=(1, 1, 1, 0), damages=(), damage_chances=())
    source, target = Worn(print=faded, clean=1.0, compressed=0.0).pair(PHOTO, rng(4))
    assert np.array_equal(source, target)
    assert np.abs(target - PHOTO).mean() > 0.02


def test_a_chance_for_every_damage() -> None:
    with pytest.raises(SettingsError, match="each of its 2"):
        Worn(damages=(Scratches(), Scratches()))


def test_a_border_runs_along_whole_sides() -> None:
    drawn = 0
    for seed in range(12):
        image = Captions(border=1.0, width=(4.0, 4.0), lettering=0.0, dark=0.0)(PHOTO, rng(seed))
        changed = np.abs(image - PHOTO).max(axis=2) > 0
        sides = [np.ptp(side) for side in (image[:4], image[-4:], image[:, :4], image[:, -4:])]
        drawn += sum(side == 0 for side in sides)
        assert not changed[4:-4, 4:-4].any()
    assert 10 < drawn < 38


def test_lettering_is_thin_and_of_one_tone() -> None:
    shares = []
    for seed in range(12):
        image = Captions(border=0.0, lettering=1.0, dark=0.0)(np.zeros_like(PHOTO), rng(seed))
        shares.append((image > 0.5).mean())
        assert image.max() <= 1 and np.ptp(image, axis=2).max() == 0
    assert 0.002 < np.mean(shares) < 0.3
    draws = rng(0)
    assert PLAIN(PHOTO, draws) is PHOTO and draws.random() == rng(0).random(), "no draw without a chance"


@pytest.mark.parametrize("shape", [(1, 1), (3, 40)])
def test_tiny_pictures_are_no_error(shape: tuple[int, int]) -> None:
    image = np.full((*shape, 3), 0.4, np.float32)
    for seed in range(6):
        source, target = Worn(captions=Captions(border=1.0, lettering=1.0)).pair(image, rng(seed))
        assert source.shape == target.shape == image.shape
