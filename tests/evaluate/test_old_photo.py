"""The protocols of old photos and of scratches: what is compared with what, and that it is seeded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from ganvas.core.errors import ImageError, ModelError, SettingsError
from ganvas.degrade.damage.scratches import Scratches
from ganvas.evaluate import old_photo, scratches
from ganvas.metrics.psnr import psnr

PHOTO = data.astronaut()[:97, 100:220]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for number, left in enumerate((60, 100, 150)):
        Image.fromarray(data.astronaut()[:97, left : left + 120]).save(tmp_path / f"{number}.png")
    return tmp_path


def test_halves_are_old_left_and_new_right(tmp_path: Path) -> None:
    old = 255 - PHOTO
    Image.fromarray(np.hstack([old, PHOTO])).save(tmp_path / "a.png")
    sample = old_photo.halves(tmp_path / "a.png")
    assert np.array_equal(sample.source, old) and np.array_equal(sample.truth, PHOTO)
    table = old_photo.run(lambda image: 1 - image, tmp_path, name="mine", side_by_side=True)
    assert table.mean("input", "psnr") == pytest.approx(psnr(old, PHOTO)) and table.mean("mine", "ssim") == 1
    assert table.entrants() == ["input", *old_photo.CLASSICAL, "mine"]
    Image.fromarray(PHOTO[:, :119]).save(tmp_path / "b.png")
    with pytest.raises(ImageError, match=r"b.png is 119 px wide: two halves side by side need an even width"):
        old_photo.run(lambda image: image, tmp_path, name="mine", side_by_side=True)


def test_made_old_is_seeded_and_the_truth_is_gray_where_the_photo_was_black_and_white() -> None:
    kinds = set()
    for seed in range(8):
        first, again = (old_photo.aged(PHOTO, "a", np.random.default_rng(seed)) for _ in range(2))
        assert np.array_equal(first.source, again.source) and first.source.shape == PHOTO.shape
        assert not np.array_equal(first.source, first.truth)
        gray = bool((np.ptp(first.truth, axis=2) == 0).all())
        kinds.add(gray)
        assert gray or np.array_equal(first.truth, PHOTO)
        small = old_photo.aged(PHOTO, "a", np.random.default_rng(seed), scale=2)
        assert small.source.shape == (48, 60, 3) and small.truth.shape == (96, 120, 3)
        assert bool((np.ptp(small.truth, axis=2) == 0).all()) is gray
        assert gray or np.array_equal(small.truth, PHOTO[:96])
    assert kinds == {True, False}
    whole = old_photo.aged(PHOTO, "a", np.random.default_rng(0), settings=old_photo.UNFADED)
    assert np.median(np.abs(whole.source.astype(int) - whole.truth)) <= 1  # only what was scratched has changed


def test_classical_chains_and_a_model_are_measured_on_photos_made_old(photos: Path) -> None:
    table = old_photo.run(lambda image: image, photos, name="mine", limit=2)
    assert {row.image for row in table.rows} == {"0", "1"}
    assert table.mean("mine", "psnr") == table.mean("input", "psnr")
    assert all(table.mean(name, "psnr") > 5 for name in old_photo.CLASSICAL)
    assert len({round(table.mean(name, "psnr"), 3) for name in old_photo.CLASSICAL}) == len(old_photo.CLASSICAL)


def test_reduced_old_photos_want_results_at_full_size(photos: Path) -> None:
    def twice(image: np.ndarray) -> np.ndarray:
        return image.repeat(2, 0).repeat(2, 1)

    table = old_photo.run(twice, photos, name="mine", scale=2, baselines={"same": lambda image: image}, limit=1)
    assert table.mean("same", "psnr") == table.mean("input", "psnr") != table.mean("mine", "psnr") > 5
    with pytest.raises(ModelError, match="expected"):
        old_photo.run(lambda image: image[1:], photos, name="mine", scale=2, baselines={}, limit=1)
    with pytest.raises(SettingsError, match="cannot be reduced by 2"):
        old_photo.run(twice, photos, name="mine", scale=2, side_by_side=True)


def test_scratches_are_judged_by_overlap_and_by_what_is_found_on_clean_photos(photos: Path) -> None:
    clean = np.asarray(Image.open(photos / "0.png")).astype(np.float32) / np.float32(255)
    damaged, mask = Scratches().damage(clean, np.random.default_rng([5, 0]))

    def half(image: np.ndarray) -> np.ndarray:
        """The upper half of the true mask, and nothing on the clean image."""
        found = mask.copy() if np.array_equal(image, damaged) else np.zeros_like(mask)
        found[50:] = False
        return found

    table = scratches.run(half, photos, name="mine", limit=1)
    assert table.entrants() == ["measures", "mine"]
    assert (
        table.mean("mine", "iou") == pytest.approx(mask[:50].sum() / mask.sum())
        and table.mean("mine", "false_area") == 0
    )
    everything = scratches.run(lambda image: np.ones(image.shape[:2], bool), photos, name="all", limit=1)
    assert everything.mean("all", "false_area") == 100 and everything.mean("all", "iou") < 0.3
    with pytest.raises(ModelError, match="expected"):
        scratches.run(lambda image: np.ones((2, 2), bool), photos, name="bad", limit=1)
