"""Denoising protocols: the noise stream, the gray variant, pairs, and what they refuse."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from ganvas.core.errors import ImageError, ModelError, SettingsError
from ganvas.evaluate import denoise

FIRST = data.astronaut()[20:84, 150:230]
SECOND = data.coffee()[100:150, 200:260]


def smooth(image: np.ndarray) -> np.ndarray:
    rows = np.pad(image, ((1, 1), (1, 1), (0, 0)), mode="edge")
    columns = (rows[:-2] + 2 * rows[1:-1] + rows[2:]) / 4
    return (columns[:, :-2] + 2 * columns[:, 1:-1] + columns[:, 2:]) / 4


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    Image.fromarray(SECOND).save(tmp_path / "2.png")
    Image.fromarray(FIRST).save(tmp_path / "1.png")
    return tmp_path


@pytest.mark.parametrize("gray_only", [False, True])
def test_one_generator_runs_over_the_files_in_order(clean: Path, gray_only: bool) -> None:
    table = denoise.run(smooth, clean, name="smooth", sigma=25, gray_only=gray_only, baselines={})
    rng = np.random.default_rng(7)
    for name, image in (("1", FIRST), ("2", SECOND)):
        truth = image
        if gray_only:
            truth = np.rint(image @ np.array([0.299, 0.587, 0.114])).astype(np.uint8)[:, :, None]
        noisy = np.clip(np.rint(truth + rng.normal(0, 25, truth.shape)), 0, 255).astype(np.uint8)
        (row,) = [r for r in table.rows if r.entrant == "input" and r.image == name]
        assert row.values["psnr"] == pytest.approx(peak_signal_noise_ratio(truth, noisy))
        assert row.values["ssim"] == pytest.approx(structural_similarity(truth, noisy, channel_axis=2))


def test_smoothing_beats_the_input_and_nothing_is_lost_between(clean: Path) -> None:
    table = denoise.run(smooth, clean, name="smooth", sigma=25, baselines={"same": lambda image: image})
    assert table.entrants() == ["input", "same", "smooth"]
    assert table.mean("smooth", "psnr") > table.mean("input", "psnr") + 3
    assert table.mean("same", "psnr") == table.mean("input", "psnr")


def test_classical_baselines_stand_beside_by_default(clean: Path) -> None:
    table = denoise.run(smooth, clean, name="smooth", limit=1)
    assert table.entrants() == ["input", "classical/nlm", "classical/tv", "smooth"]
    assert table.mean("classical/tv", "psnr") > table.mean("input", "psnr")


def test_pairs_are_recognised(tmp_path: Path) -> None:
    noisy = np.clip(FIRST.astype(int) + 3, 0, 255).astype(np.uint8)
    Image.fromarray(noisy).save(tmp_path / "a_real.png")
    Image.fromarray(FIRST).save(tmp_path / "a_mean.png")
    table = denoise.run(smooth, tmp_path, name="smooth", baselines={})
    assert table.mean("input", "psnr") == pytest.approx(peak_signal_noise_ratio(FIRST, noisy))
    assert table.protocol.startswith("Pairs")


def test_pairs_of_different_sizes_are_refused(tmp_path: Path) -> None:
    Image.fromarray(FIRST).save(tmp_path / "a_real.png")
    Image.fromarray(SECOND).save(tmp_path / "a_mean.png")
    with pytest.raises(ImageError, match=r"80 x 64 px, a_mean\.png 60 x 50"):
        denoise.run(smooth, tmp_path, name="smooth")


def test_refusals(clean: Path) -> None:
    with pytest.raises(SettingsError, match="above 0"):
        denoise.run(smooth, clean, name="smooth", sigma=0)
    with pytest.raises(ModelError, match="big returned shape"):
        denoise.run(lambda image: np.repeat(image, 2, axis=0), clean, name="big", baselines={})
    (clean / "empty").mkdir()
    with pytest.raises(ImageError, match="holds no images"):
        denoise.run(smooth, clean / "empty", name="smooth")
