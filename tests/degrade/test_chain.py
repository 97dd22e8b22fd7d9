"""A chain degrades step by step, and its target follows the first step."""

from __future__ import annotations

import numpy as np
import pytest

from ganvas.core.errors import SettingsError
from ganvas.degrade.bicubic import Bicubic
from ganvas.degrade.degradation import Chain
from ganvas.degrade.grain import Grainy
from ganvas.degrade.jpeg import Jpeg
from ganvas.degrade.noise import GaussianNoise
from ganvas.degrade.underwater import Underwater

PHOTO = np.random.default_rng(5).random((24, 32, 3), dtype=np.float32)
GRAINY = Grainy(reduction=Bicubic(scale=2), share=1.0)


def test_the_target_shows_the_grain_of_the_first_step_and_the_source_the_noise_of_the_second() -> None:
    source, target = Chain(steps=(GRAINY, GaussianNoise(sigma=(5, 5)))).pair(PHOTO, np.random.default_rng(1))
    rng = np.random.default_rng(1)
    reduced, grainy = GRAINY.pair(PHOTO, rng)
    assert np.array_equal(target, grainy) and not np.array_equal(target, PHOTO)
    assert np.array_equal(source, GaussianNoise(sigma=(5, 5))(reduced, rng))


def test_without_such_a_step_the_target_is_the_photo() -> None:
    chain = Chain(steps=(GaussianNoise(sigma=(5, 5)), Jpeg()))
    source, target = chain.pair(PHOTO, np.random.default_rng(2))
    assert np.array_equal(target, PHOTO) and np.array_equal(source, chain(PHOTO, np.random.default_rng(2)))
    rng = np.random.default_rng(2)
    assert np.array_equal(source, Jpeg()(GaussianNoise(sigma=(5, 5))(PHOTO, rng), rng))


@pytest.mark.parametrize("late", [GRAINY, Underwater()])
def test_a_step_that_changes_the_photo_must_come_first(late: Grainy | Underwater) -> None:
    with pytest.raises(SettingsError, match=f"{type(late).__name__} changes the photo"):
        Chain(steps=(Jpeg(), late))
