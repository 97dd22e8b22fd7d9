"""The protocol of clean images: how little is changed, on average and at worst."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from ganvas.core.errors import ImageError, ModelError
from ganvas.evaluate import untouched
from ganvas.metrics.psnr import psnr

CLEAN = np.clip(data.astronaut()[20:60, 150:200], 0, 250)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Image.fromarray(CLEAN).save(tmp_path / "a.png")
    Image.fromarray(CLEAN // 2).save(tmp_path / "b.png")
    return tmp_path


def test_mean_and_lowest_are_both_printed(folder: Path) -> None:
    def brighter_where_bright(image: np.ndarray) -> np.ndarray:
        return image + (2 / 255 if image.mean() > CLEAN.mean() / 255 - 0.01 else 1 / 255)

    table = untouched.run(brighter_where_bright, folder, name="lift", baselines={"same": lambda image: image})
    worst, best = psnr(CLEAN + 2, CLEAN), psnr(CLEAN + 1, CLEAN)
    line = f"| **lift** | {(worst + best) / 2:.2f} | {worst:.2f} |"
    assert line in table.to_markdown()
    assert table.to_json()["mean"]["lift"] == {"psnr": pytest.approx((worst + best) / 2), "psnr_lowest": worst}
    assert table.entrants() == ["same", "lift"] and table.mean("same", "psnr") == untouched.EQUAL


def test_a_part_of_the_files_is_used(folder: Path) -> None:
    table = untouched.run(lambda image: image, folder, name="same", part=slice(1, None, 2))
    assert [row.image for row in table.rows] == ["b"]


def test_refusals(folder: Path) -> None:
    with pytest.raises(ModelError, match="half returned shape"):
        untouched.run(lambda image: image[::2], folder, name="half")
    (folder / "empty").mkdir()
    with pytest.raises(ImageError, match="holds no images"):
        untouched.run(lambda image: image, folder / "empty", name="same")
