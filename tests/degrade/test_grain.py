from __future__ import annotations

import numpy as np
from skimage import data

from ganvas.degrade.bicubic import Bicubic
from ganvas.degrade.grain import Grainy

PHOTO = data.astronaut()[:96, :96].astype(np.float32) / np.float32(255)


def test_the_target_shows_the_grain_that_the_source_was_reduced_from() -> None:
    source, target = Grainy(reduction=Bicubic(scale=4), share=1.0).pair(PHOTO, np.random.default_rng(1))
    assert not np.array_equal(target, PHOTO)
    assert np.array_equal(source, Bicubic(scale=4)(target, np.random.default_rng(0)))


def test_the_grain_has_the_deviation_drawn() -> None:
    gray = np.full((128, 128, 3), 0.5, np.float32)
    for soft in (0.0, 0.7):
        settings = Grainy(share=1.0, sigma=(6.0, 6.0), soft=(soft, soft))
        _, target = settings.pair(gray, np.random.default_rng(2))
        assert abs(float((target - gray).std()) * 255 - 6) < 0.3


def test_without_a_share_the_photo_stays() -> None:
    _, target = Grainy(share=0.0).pair(PHOTO, np.random.default_rng(3))
    assert np.array_equal(target, PHOTO)
