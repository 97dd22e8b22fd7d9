"""What every damage keeps: seeds, shapes, ranges, and a mask that tells the truth."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from ganvas.core.settings import classes_in, from_json, to_json
from ganvas.degrade.damage.damage import HIDDEN, Damage, covered
from ganvas.degrade.damage.dust import Dust
from ganvas.degrade.damage.folds import Folds
from ganvas.degrade.damage.holes import Borders, Boxes, Holes, Strokes
from ganvas.degrade.damage.overlay import Overlay
from ganvas.degrade.damage.scratches import Scratches
from ganvas.degrade.damage.scuffs import Scuffs
from ganvas.degrade.damage.specks import Specks
from ganvas.degrade.damage.stains import Stains
from ganvas.degrade.damage.torn import Torn
from ganvas.degrade.degradation import quantise
from ganvas.degrade.old_photo import OldPhoto

PHOTO = data.astronaut()[:96, 100:220].astype(np.float32) / np.float32(255)
GRAY = PHOTO.mean(axis=2, keepdims=True).astype(np.float32)
# Nothing but paint: outside the mask at most a quarter of a pixel is covered.
PAINT: dict[str, Damage] = {
    "scratches": Scratches(relief=0.0),
    "dust": Dust(),
    "specks": Specks(count=(2000, 3000)),
    "scuffs": Scuffs(count=(1, 1)),
    "cracks": Folds(shade=(0.0, 0.0)),
    "torn": Torn(),
}
HOLES: dict[str, Damage] = {"strokes": Strokes(), "boxes": Boxes(), "borders": Borders(), "holes": Holes()}
ALL: dict[str, Damage] = (
    PAINT
    | HOLES
    | {"stains": Stains(), "folds": Folds(), "relief": Scratches(relief=1.0)}
    | {"overlay": Overlay(chances=(1, 1, 1, 1, 1))}
)


@pytest.mark.parametrize("image", [PHOTO, GRAY], ids=["colour", "gray"])
@pytest.mark.parametrize("name", ALL)
def test_the_same_seed_gives_the_same_damage_and_the_clean_image_is_left_alone(name: str, image: np.ndarray) -> None:
    kept = image.copy()
    first, mask = ALL[name].damage(image, np.random.default_rng(3))
    again, mask_again = ALL[name].damage(image, np.random.default_rng(3))
    assert np.array_equal(first, again) and np.array_equal(mask, mask_again)
    assert np.array_equal(image, kept)
    assert np.array_equal(first, ALL[name](image, np.random.default_rng(3)))
    assert first.shape == image.shape and first.dtype == np.float32
    assert mask.shape == image.shape[:2] and mask.dtype == bool
    assert np.array_equal(first, quantise(first))
    others = [ALL[name](image, np.random.default_rng(seed)) for seed in range(4, 9)]
    assert any(not np.array_equal(first, other) for other in others)


@pytest.mark.parametrize("name", PAINT)
def test_paint_hides_what_the_mask_says_and_no_more(name: str) -> None:
    hidden = 0
    for seed in range(8):
        damaged, mask = PAINT[name].damage(PHOTO, np.random.default_rng(seed))
        change = np.abs(damaged - PHOTO).max(axis=2)
        assert change[~mask].max() < 2 * HIDDEN + 3 / 255  # two paints at most, each below a quarter
        assert (change[~mask] > 2 / 255).mean() < 0.15
        hidden += int(mask.sum())
    assert hidden > 0


@pytest.mark.parametrize("name", HOLES)
def test_known_pixels_of_a_holed_picture_are_untouched(name: str) -> None:
    damaged, mask = HOLES[name].damage(PHOTO, np.random.default_rng(1))
    assert mask.any() and not mask.all()
    assert np.array_equal(damaged[~mask], quantise(PHOTO)[~mask])
    assert np.ptp(damaged[mask]) == 0


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (7, 5)])
def test_tiny_pictures_are_no_error(name: str, shape: tuple[int, int]) -> None:
    image = np.full((*shape, 3), 0.4, np.float32)
    for seed in range(4):
        damaged, mask = ALL[name].damage(image, np.random.default_rng(seed))
        assert damaged.shape == image.shape and mask.shape == shape and np.isfinite(damaged).all()


def test_settings_round_trip_through_json() -> None:
    for damage in (*ALL.values(), OldPhoto()):
        written = to_json(damage)
        again = from_json(type(damage), written, classes=classes_in(damage))
        assert to_json(again) == written
        first, second = (d.damage(PHOTO, np.random.default_rng(5))[0] for d in (damage, again))
        assert np.array_equal(first, second)


def test_paint_covers_in_proportion_and_gray_takes_its_mean() -> None:
    cover = np.array([[0.0, 0.2, 0.25, 1.0]])
    image, mask = covered(np.zeros((1, 4, 3), np.float32), cover, np.array([1.0, 0.5, 0.0]))
    assert mask.tolist() == [[False, False, True, True]]
    assert image[0, :, 0].tolist() == pytest.approx([0, 51 / 255, 64 / 255, 1], abs=1e-6)
    gray, _ = covered(np.zeros((1, 4, 1), np.float32), cover, np.array([1.0, 0.5, 0.3]))
    assert gray[0, 3, 0] == pytest.approx(153 / 255, abs=1e-6)
