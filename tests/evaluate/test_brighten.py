"""The low-light protocol: brackets that share a reference, the alignment of means, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from ganvas.core.errors import ImageError
from ganvas.evaluate import brighten
from ganvas.metrics.psnr import psnr

NORMAL = np.clip(data.astronaut()[20:84, 150:230], 0, 200)


def same(image: np.ndarray) -> np.ndarray:
    return image


@pytest.fixture
def brackets(tmp_path: Path) -> Path:
    for stem, factor in (("x_normal", 1.0), ("x_low1", 0.5), ("x_low2", 0.2)):
        Image.fromarray(np.rint(NORMAL * factor).astype(np.uint8)).save(tmp_path / f"{stem}.png")
    return tmp_path


def test_brackets_share_their_reference_and_a_gain_is_forgiven_when_aligned(brackets: Path) -> None:
    table = brighten.run(lambda image: image * 2, brackets, name="double", baselines={})
    figures = {(row.entrant, row.image): row.values for row in table.rows}
    assert set(figures) == {(who, which) for who in ("input", "double") for which in ("x_low1", "x_low2")}
    dark = np.rint(NORMAL * 0.5).astype(np.uint8)
    assert figures["input", "x_low1"]["psnr"] == pytest.approx(psnr(dark, NORMAL))
    # The input gets the same alignment as every method, and here it undoes the darkness but for the rounding.
    assert figures["input", "x_low1"]["psnr"] < 15 < 45 < figures["input", "x_low1"]["psnr_aligned"]
    assert figures["double", "x_low1"]["psnr"] > 45
    assert figures["input", "x_low1"]["ssim_aligned"] > figures["input", "x_low1"]["ssim"]


def test_alignment_makes_means_equal_and_leaves_black_alone() -> None:
    dark = np.rint(NORMAL * 0.3).astype(np.uint8)
    assert brighten.aligned(dark, NORMAL).mean() == pytest.approx(NORMAL.mean(), abs=0.2)
    black = np.zeros_like(NORMAL)
    np.testing.assert_array_equal(brighten.aligned(black, NORMAL), black)


def test_a_reference_of_another_size_is_refused(brackets: Path) -> None:
    Image.fromarray(NORMAL[:, :70]).save(brackets / "x_normal.png")
    with pytest.raises(ImageError, match=r"80 x 64 px, x_normal\.png 70 x 64"):
        brighten.run(same, brackets, name="same", baselines={})


def test_dark_images_without_reference_are_refused(brackets: Path) -> None:
    Image.fromarray(NORMAL).save(brackets / "y_low1.png")
    with pytest.raises(ImageError, match="such as y: each dark image needs the normal one"):
        brighten.run(same, brackets, name="same")
