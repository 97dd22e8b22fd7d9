"""Colours that follow from lightness are none."""

from __future__ import annotations

import numpy as np
from skimage import data

from ganvas.degrade.fading import Fading
from ganvas.measure.colours import COLOURLESS, colours

PHOTO = data.astronaut()[::2, ::2].astype(np.float32) / np.float32(255)


def test_a_photo_has_colours_and_its_gray_version_none() -> None:
    assert colours(PHOTO) > 2 * COLOURLESS
    gray = PHOTO.mean(axis=2, keepdims=True)
    assert colours(np.repeat(gray, 3, axis=2)) < 1e-6 and colours(gray) == 0.0


def test_toning_and_fading_give_a_print_no_colours() -> None:
    for seed in range(4):
        toned = Fading(monochrome=1.0, sepia=1.0)(PHOTO, np.random.default_rng(seed))
        assert np.abs(toned[:, :, 0] - toned[:, :, 2]).mean() > 0.05 and colours(toned) < COLOURLESS


def test_one_pixel_is_enough() -> None:
    assert colours(np.full((1, 1, 3), 0.3, np.float32)) < 1e-6
