"""The haze protocol: pairs by folder or ending, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from ganvas.core.errors import ImageError
from ganvas.evaluate import dehaze

CLEAR = data.astronaut()[20:84, 150:230]
HAZY = np.rint(CLEAR * 0.5 + 110).astype(np.uint8)


def cut(image: np.ndarray) -> np.ndarray:
    return np.clip((image - 110 / 255) / 0.5, 0, 1)


def save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


@pytest.mark.parametrize(("hazy", "clear"), [("hazy/a.png", "clear/a.png"), ("a_hazy.png", "a_clear.png")])
def test_pairs_are_measured(tmp_path: Path, hazy: str, clear: str) -> None:
    save(tmp_path / hazy, HAZY)
    save(tmp_path / clear, CLEAR)
    table = dehaze.run(cut, tmp_path, name="cut", baselines={})
    assert table.entrants() == ["input", "cut"]
    assert table.mean("input", "psnr") == pytest.approx(peak_signal_noise_ratio(CLEAR, HAZY))
    assert table.mean("input", "ssim") == pytest.approx(structural_similarity(CLEAR, HAZY, channel_axis=2))
    assert table.mean("cut", "psnr") > 45


def test_folders_that_are_none_of_pairs_are_refused(tmp_path: Path) -> None:
    save(tmp_path / "a.png", CLEAR)
    with pytest.raises(ImageError, match="put them into sub-folders hazy and clear"):
        dehaze.run(cut, tmp_path, name="cut")


def test_lonely_and_unequal_images_are_refused(tmp_path: Path) -> None:
    save(tmp_path / "hazy" / "a.png", HAZY)
    save(tmp_path / "clear" / "a.png", CLEAR[:50])
    with pytest.raises(ImageError, match="80 x 64 px, a.png 80 x 50"):
        dehaze.run(cut, tmp_path, name="cut", baselines={})
    save(tmp_path / "hazy" / "b.png", HAZY)
    with pytest.raises(ImageError, match="such as b: each hazy image needs the clear one"):
        dehaze.run(cut, tmp_path, name="cut")
