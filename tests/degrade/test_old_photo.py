from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from ganvas.core.errors import SettingsError
from ganvas.degrade.damage.scratches import Scratches
from ganvas.degrade.degradation import Degradation, Pairing, quantise
from ganvas.degrade.fading import Fading
from ganvas.degrade.grain import FilmGrain
from ganvas.degrade.old_photo import OldPhoto, examples

PHOTO = data.astronaut()[:96, 100:220].astype(np.float32) / np.float32(255)
GRAY = PHOTO[:, :, :1].copy()


def test_it_is_a_degradation_whose_target_a_recipe_takes() -> None:
    assert isinstance(OldPhoto(), Degradation) and isinstance(OldPhoto(), Pairing)
    for seed in range(6):
        made = OldPhoto().example(PHOTO, np.random.default_rng(seed))
        damaged, mask = OldPhoto().damage(PHOTO, np.random.default_rng(seed))
        source, target = OldPhoto().pair(PHOTO, np.random.default_rng(seed))
        assert np.array_equal(made.damaged, damaged) and np.array_equal(made.damaged, source)
        assert np.array_equal(made.mask, mask) and np.array_equal(made.clean, target)
        assert damaged.dtype == np.float32 and damaged.min() >= 0 and damaged.max() <= 1


def test_without_chances_the_photo_stays() -> None:
    none = OldPhoto(chances=(0, 0, 0, 0), damage_chances=(0,) * 6)
    made = none.example(PHOTO, np.random.default_rng(0))
    assert np.array_equal(made.damaged, quantise(PHOTO)) and not made.mask.any()
    assert np.array_equal(made.clean, PHOTO)


def test_black_and_white_is_to_be_restored_as_such() -> None:
    gray = OldPhoto(fading=Fading(monochrome=1.0), chances=(1, 1, 1, 1), damage_chances=(0,) * 6)
    assert np.ptp(gray.example(PHOTO, np.random.default_rng(0)).clean, axis=2).max() < 1e-6
    colour = OldPhoto(fading=Fading(monochrome=0.0), chances=(1, 1, 1, 1))
    assert np.array_equal(colour.example(PHOTO, np.random.default_rng(0)).clean, PHOTO)
    assert OldPhoto().example(GRAY, np.random.default_rng(0)).damaged.shape == GRAY.shape


def test_the_mask_is_that_of_the_damages() -> None:
    only = OldPhoto(chances=(0, 0, 0, 0), damages=(Scratches(relief=0.0),), damage_chances=(1.0,))
    made = only.example(PHOTO, np.random.default_rng(2))
    changed = np.abs(made.damaged - PHOTO).max(axis=2)
    assert made.mask.any() and changed[made.mask].mean() > 10 * changed[~made.mask].mean()


def test_an_example_depends_on_its_number_and_seed_alone() -> None:
    both = list(examples([PHOTO, GRAY], seed=4))
    second = list(examples([GRAY, GRAY], seed=4))[1]
    assert np.array_equal(both[1].damaged, second.damaged) and np.array_equal(both[1].mask, second.mask)
    other = next(examples([PHOTO], seed=5))
    assert not np.array_equal(both[0].damaged, other.damaged)


def test_a_chance_for_every_damage() -> None:
    with pytest.raises(SettingsError, match="each of its 1"):
        OldPhoto(damages=(Scratches(),))


def test_film_grain_is_weakest_in_black_and_white() -> None:
    steps = np.repeat(np.array([0.05, 0.5, 0.95], np.float32), 4000).reshape(3, 4000, 1)
    done = FilmGrain(sigma=(8.0, 8.0), soft=(0.0, 0.0), midtones=0.8)(steps, np.random.default_rng(0))
    deviation = (done - steps).std(axis=(1, 2)) * 255
    assert deviation[1] == pytest.approx(8, rel=0.05)
    assert deviation[0] < 4 and deviation[2] < 4
