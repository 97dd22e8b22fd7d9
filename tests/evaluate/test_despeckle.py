"""The protocol of specks: what lies over the images, and that it is seeded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from ganvas.core.errors import ImageError, ModelError, SettingsError
from ganvas.evaluate import despeckle

TRUTH = data.astronaut()[20:116, 150:270]


def same(image: np.ndarray) -> np.ndarray:
    return image


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    Image.fromarray(TRUTH).save(tmp_path / "1.png")
    Image.fromarray(data.coffee()[100:200, 200:320]).save(tmp_path / "2.png")
    return tmp_path


def test_light_is_added_by_the_seed_and_none_is_taken() -> None:
    for seed in range(4):
        first, again = (despeckle.worn(TRUTH, np.random.default_rng(seed), quality=100) for _ in range(2))
        assert np.array_equal(first, again) and first.dtype == np.uint8
        change = first.astype(int) - TRUTH
        assert (change > 40).any() and np.percentile(change, 1) > -20  # chroma of half the size bleeds a little
    assert not np.array_equal(first, despeckle.worn(TRUTH, np.random.default_rng(9), quality=100))


def test_entrants_stand_in_order_beside_the_input(clean: Path) -> None:
    table = despeckle.run(same, clean, name="same")
    assert table.entrants() == ["input", "classical/median", "classical/nlm", "same"]
    assert table.mean("same", "psnr") == table.mean("input", "psnr") < 35
    assert table.mean("classical/median", "psnr") != table.mean("input", "psnr")
    assert "2 images" in table.protocol and "quality 90" in table.protocol
    limited = despeckle.run(same, clean, name="same", quality=60, baselines={}, limit=1)
    assert "1 images" in limited.protocol and limited.entrants() == ["input", "same"]


def test_refusals(clean: Path) -> None:
    with pytest.raises(SettingsError, match="no quality 101"):
        despeckle.run(same, clean, name="same", quality=101)
    with pytest.raises(ModelError, match="half returned shape"):
        despeckle.run(lambda image: image[::2], clean, name="half", baselines={})
    (clean / "empty").mkdir()
    with pytest.raises(ImageError, match="holds no images"):
        despeckle.run(same, clean / "empty", name="same")
