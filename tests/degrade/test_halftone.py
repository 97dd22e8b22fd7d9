from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from ganvas.degrade.halftone import Halftone

PHOTO = data.astronaut()[:96, 100:220].astype(np.float32) / np.float32(255)


@pytest.mark.parametrize("monochrome", [0.0, 1.0])
def test_dots_keep_the_tone(monochrome: float) -> None:
    for tone in (0.25, 0.5, 0.75):
        flat = np.full((120, 120, 3), tone, np.float32)
        done = Halftone(monochrome=monochrome, ink=(1.0, 1.0))(flat, np.random.default_rng(2))
        assert done.mean() == pytest.approx(tone, abs=0.04)
        assert done.std() > 0.08


def test_black_ink_is_gray_and_the_three_inks_are_not() -> None:
    black, inks = (Halftone(monochrome=m)(PHOTO, np.random.default_rng(1)) for m in (1.0, 0.0))
    assert np.ptp(black, axis=2).max() == 0
    assert np.ptp(inks, axis=2).max() > 0.3
    gray = Halftone()(PHOTO[:, :, :1], np.random.default_rng(1))
    assert gray.shape == (96, 120, 1)


def test_the_dots_are_a_cell_apart() -> None:
    flat = np.full((128, 128, 1), 0.5, np.float32)
    done = Halftone(cell=(5.0, 5.0), soft=(0.4, 0.4))(flat, np.random.default_rng(3))[:, :, 0]
    power = np.abs(np.fft.fft2(done - done.mean()))
    y, x = np.unravel_index(power.argmax(), power.shape)
    frequency = np.hypot(np.fft.fftfreq(128)[y], np.fft.fftfreq(128)[x])
    assert 1 / frequency == pytest.approx(5, rel=0.05)


def test_white_stays_white_and_full_ink_is_as_dark_as_the_ink() -> None:
    ends = np.concatenate([np.ones((40, 40, 3)), np.zeros((40, 40, 3))]).astype(np.float32)
    done = Halftone(ink=(0.8, 0.8), hard=(3.0, 3.0))(ends, np.random.default_rng(4))
    assert done[:30].mean() > 0.97 and done[50:].mean() == pytest.approx(0.2, abs=0.03)
