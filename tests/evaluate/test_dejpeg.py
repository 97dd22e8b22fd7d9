"""The JPEG protocol: what is compressed how, and what it refuses."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from ganvas.core.errors import ImageError, ModelError, SettingsError
from ganvas.evaluate import dejpeg

TRUTH = data.astronaut()[20:84, 150:230]


def same(image: np.ndarray) -> np.ndarray:
    return image


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    Image.fromarray(TRUTH).save(tmp_path / "1.png")
    Image.fromarray(data.coffee()[100:150, 200:260]).save(tmp_path / "2.png")
    return tmp_path


@pytest.mark.parametrize(("half_chroma", "subsampling"), [(False, 0), (True, 2)])
def test_the_input_is_what_another_libjpeg_gives(clean: Path, half_chroma: bool, subsampling: int) -> None:
    table = dejpeg.run(same, clean, name="same", quality=20, half_chroma=half_chroma, baselines={}, limit=1)
    buffer = io.BytesIO()
    Image.fromarray(TRUTH).save(buffer, "JPEG", quality=20, subsampling=subsampling)
    theirs = np.asarray(Image.open(buffer))
    # Two builds of libjpeg may round a few pixels in another way.
    assert table.mean("input", "psnr") == pytest.approx(peak_signal_noise_ratio(TRUTH, theirs), abs=0.05)
    assert table.mean("input", "ssim") == pytest.approx(structural_similarity(TRUTH, theirs, channel_axis=2), abs=0.005)
    assert ("4:2:0" if half_chroma else "4:4:4") in table.protocol and "1 images" in table.protocol


def test_higher_quality_is_closer_and_entrants_stand_in_order(clean: Path) -> None:
    tables = [dejpeg.run(same, clean, name="same", quality=q, baselines={"b": same}) for q in (10, 40)]
    assert tables[0].entrants() == ["input", "b", "same"]
    assert tables[1].mean("input", "psnr") > tables[0].mean("input", "psnr") + 2
    assert tables[0].mean("b", "psnr") == tables[0].mean("input", "psnr")


def test_refusals(clean: Path) -> None:
    with pytest.raises(SettingsError, match="no quality 0"):
        dejpeg.run(same, clean, name="same", quality=0)
    with pytest.raises(ModelError, match="half returned shape"):
        dejpeg.run(lambda image: image[::2], clean, name="half", baselines={})
    (clean / "empty").mkdir()
    with pytest.raises(ImageError, match="holds no images"):
        dejpeg.run(same, clean / "empty", name="same")
