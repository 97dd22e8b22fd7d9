from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from ganvas.degrade.jpeg import Jpeg, JpegChain

PHOTO = data.astronaut()[100:164, 150:220].astype(np.float32) / np.float32(255)
STRONG = Jpeg(quality=(10, 10), subsampling=0.0)


def step_columns(image: np.ndarray) -> np.ndarray:
    """Mean jump across each column boundary of luma."""
    return np.abs(np.diff(image.mean(axis=2), axis=1)).mean(axis=0)


def test_one_round_in_place_is_plain_jpeg() -> None:
    once = JpegChain(rounds=(1, 0, 0), jpeg=STRONG, shift=0, resize=0, clean=0)
    assert np.array_equal(once(PHOTO, np.random.default_rng(0)), STRONG(PHOTO, np.random.default_rng(0)))


def test_a_shifted_grid_has_its_blocks_elsewhere_and_the_picture_in_place() -> None:
    smooth = np.broadcast_to(np.linspace(0.2, 0.8, 70, dtype=np.float32)[None, :, None], (64, 70, 3)).copy()
    shifted = JpegChain(rounds=(1, 0, 0), jpeg=STRONG, shift=1.0, clean=0)
    phases = set()
    for seed in range(24):
        done = shifted(smooth, np.random.default_rng(seed))
        assert done.shape == smooth.shape
        assert np.abs(done - smooth).mean() < 0.02
        jumps = step_columns(done)
        phases.add(int(np.argmax([jumps[phase::8].mean() for phase in range(8)])))
    assert len(phases) >= 5


def test_more_rounds_lose_more() -> None:
    def loss(rounds: tuple[int, int, int]) -> float:
        chain = JpegChain(rounds=rounds, jpeg=Jpeg(quality=(20, 40)), shift=1.0, resize=0.5, clean=0)
        return float(np.mean([np.abs(chain(PHOTO, np.random.default_rng(s)) - PHOTO).mean() for s in range(20)]))

    assert loss((1, 0, 0)) < 0.95 * loss((0, 1, 0)) < 0.95 * loss((0, 0, 1)) * 1.03


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 40, 1), (17, 16, 3)])
def test_resized_rounds_keep_the_shape(shape: tuple[int, int, int]) -> None:
    chain = JpegChain(rounds=(0, 0, 1), resize=1.0, shift=1.0, clean=0)
    for seed in range(10):
        done = chain(np.full(shape, 0.5, np.float32), np.random.default_rng(seed))
        assert done.shape == shape
        assert np.abs(done - 0.5).max() < 0.05
