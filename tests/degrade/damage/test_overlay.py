"""A sheet of scratched paper adds light, and only light."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from ganvas.core.errors import SettingsError
from ganvas.degrade.damage.damage import HIDDEN
from ganvas.degrade.damage.overlay import Overlay
from ganvas.degrade.damage.scratches import Scratches

PHOTO = data.astronaut()[:96, 100:220].astype(np.float32) / np.float32(255)
DARK = np.full((96, 120, 3), 0.2, np.float32)
STEP = 1 / 255


def test_it_adds_the_same_light_whatever_lies_below() -> None:
    sheet = Overlay(chances=(0, 1, 1, 1, 1), paper=0.0, gain=(0.5, 0.5))
    for seed in range(5):
        black, mask = sheet.damage(np.zeros_like(DARK), np.random.default_rng(seed))
        dark, same = sheet.damage(DARK, np.random.default_rng(seed))
        assert np.array_equal(mask, same)
        unclipped = dark.max(axis=2) < 1
        assert np.allclose((dark - DARK)[unclipped], black[unclipped], atol=STEP)
        assert np.array_equal(mask, black[:, :, 0] >= HIDDEN) or np.abs(black[mask]).min() > HIDDEN - STEP
    assert mask.any()


def test_what_is_faint_does_not_count_as_hidden() -> None:
    faint = Overlay(chances=(0, 1, 1, 1, 1), paper=0.0, gain=(0.2, 0.2))
    damaged, mask = faint.damage(DARK, np.random.default_rng(1))
    assert not mask.any() and (damaged > DARK + 0.1).any()


def test_a_gray_sheet_lifts_blacks_everywhere_and_hides_nothing() -> None:
    veiled, mask = Overlay(chances=(0, 0, 0, 0, 0), paper=1.0, veil=(0.08, 0.08)).damage(DARK, np.random.default_rng(2))
    assert not mask.any()
    assert (veiled - DARK).mean() == pytest.approx(0.08, abs=0.01)
    assert (veiled - DARK).std() > 0.002  # the fibres of the paper
    assert np.ptp(veiled, axis=2).max() == 0  # it has no colour


def test_nothing_on_the_sheet_leaves_the_photo() -> None:
    kept, mask = Overlay(chances=(0, 0, 0, 0, 0), paper=0.0).damage(PHOTO, np.random.default_rng(3))
    assert np.allclose(kept, PHOTO, atol=STEP / 2 + 1e-6) and not mask.any()


def test_a_chance_for_every_damage() -> None:
    with pytest.raises(SettingsError, match="each of its 1"):
        Overlay(damages=(Scratches(),))
