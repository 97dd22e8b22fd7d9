"""The protocol of holes: which image meets which mask, what is measured where, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data
from skimage.metrics import structural_similarity

from ganvas.core.errors import ImageError, ModelError, SettingsError
from ganvas.evaluate import inpaint
from ganvas.metrics.psnr import psnr


def gray(image: np.ndarray, *, mask: np.ndarray) -> np.ndarray:
    return np.where(mask[:, :, None], np.float32(0.5), image)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, (top, left) in enumerate([(20, 150), (60, 200), (100, 100)]):
        Image.fromarray(data.astronaut()[top : top + 51, left : left + 62]).save(folder / f"{number}.png")
    return folder


@pytest.fixture
def masks(tmp_path: Path) -> Path:
    """40 x 48 px: 10 %, 30 %, 20 % and nothing missing, in this order, and one with gray levels around 128."""
    folder = tmp_path / "masks"
    folder.mkdir()
    for number, rows in enumerate((4, 12, 8, 0)):
        mask = np.zeros((40, 48), np.uint8)
        mask[10 : 10 + rows] = 255
        Image.fromarray(mask).save(folder / f"{number}.png")
    levels = np.full((40, 48), 127, np.uint8)
    levels[:20] = 128
    Image.fromarray(levels).save(folder / "levels.png")
    return folder


def test_masks_are_chosen_by_their_share_and_read_from_level_128(masks: Path) -> None:
    shares = [mask.mean() for mask in inpaint.masks_between(masks)]
    assert shares == pytest.approx([0.1, 0.3, 0.2, 0.5])
    assert [mask.mean() for mask in inpaint.masks_between(masks, 0.1, 0.3)] == pytest.approx([0.1, 0.2])


def test_image_i_meets_mask_i_mod_n_and_only_the_hole_counts(photos: Path, masks: Path) -> None:
    table = inpaint.run(gray, photos, name="gray", masks=masks, least=0.1, most=0.3, baselines={})
    assert table.entrants() == ["input", "gray"]
    for index, rows in enumerate([4, 8, 4]):
        truth = np.asarray(Image.open(photos / f"{index}.png"))[5:45, 7:55]
        result = truth.copy()
        result[10 : 10 + rows] = 128
        mine = next(row for row in table.rows if (row.entrant, row.image) == ("gray", str(index)))
        _, similarity = structural_similarity(truth, result, channel_axis=2, full=True)
        hole = slice(10, 10 + rows)
        assert mine.values["psnr"] == pytest.approx(psnr(result[hole], truth[hole]))
        assert mine.values["ssim"] == pytest.approx(similarity[hole].mean())
    assert table.mean("gray", "kept") == 100
    assert "i mod 2" in table.protocol and "10% to 30%" in table.protocol and "3 images" in table.protocol


def test_the_input_is_the_mean_of_the_known_and_does_not_tell_the_truth(photos: Path, masks: Path) -> None:
    sample = next(inpaint.holed(sorted(photos.iterdir()), inpaint.masks_between(masks)))
    mask = sample.told["mask"]
    known = sample.truth[~mask]
    np.testing.assert_allclose(sample.source[mask], np.broadcast_to(known.mean(axis=0), (4 * 48, 3)), atol=0.5)
    np.testing.assert_array_equal(sample.source[~mask], known)


def test_a_model_that_touches_known_pixels_is_found_out(photos: Path, masks: Path) -> None:
    def one_level_off(image: np.ndarray, *, mask: np.ndarray) -> np.ndarray:
        result = image.copy()
        result[-1, -1, 0] += 1 / 255
        return result

    table = inpaint.run(one_level_off, photos, name="off", masks=masks, least=0.1, most=0.3, baselines={}, limit=1)
    assert table.mean("off", "kept") == 0 and table.mean("input", "kept") == 100


def test_classical_models_stand_beside_and_beat_the_mean_colour(photos: Path, masks: Path) -> None:
    table = inpaint.run(gray, photos, name="gray", masks=masks, most=0.2, limit=1)
    assert table.entrants()[1:-1] == [f"classical/{n}" for n in ("telea", "navier_stokes", "biharmonic", "patchmatch")]
    for name in table.entrants()[1:-1]:
        assert table.mean(name, "psnr") > table.mean("input", "psnr") + 1
        assert table.mean(name, "kept") == 100


def test_refusals(photos: Path, masks: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"folder \(masks\)"):
        inpaint.run(gray, photos, name="gray")
    with pytest.raises(SettingsError, match="lower one first"):
        inpaint.run(gray, photos, name="gray", masks=masks, least=0.3, most=0.2)
    with pytest.raises(ImageError, match="misses 60% to 70%"):
        inpaint.run(gray, photos, name="gray", masks=masks, least=0.6, most=0.7)
    with pytest.raises(ModelError, match="half returned shape"):
        inpaint.run(lambda image, mask: image[::2], photos, name="half", masks=masks, baselines={})
    large = tmp_path / "large"
    large.mkdir()
    Image.fromarray(np.eye(100, dtype=bool)).save(large / "1.png")
    with pytest.raises(ImageError, match="smaller than its mask of 100 x 100"):
        inpaint.run(gray, photos, name="gray", masks=large, baselines={})
