"""The protocol of colouring: what gray costs, what stands beside, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import color, data

from ganvas.api.judge import protocol_settings
from ganvas.core.errors import ImageError, SettingsError
from ganvas.evaluate import colorize
from ganvas.evaluate.colorize import MEAN, TRUTH

PHOTOS = [data.astronaut()[20:84, 150:230], data.coffee()[100:164, 200:280], data.chelsea()[50:114, 100:180]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, photo in enumerate(PHOTOS):
        Image.fromarray(photo).save(tmp_path / f"{number}.png")
    return tmp_path


def red(image: np.ndarray) -> np.ndarray:
    return image * np.array([1, 0.5, 0.5], np.float32)


def test_gray_keeps_lightness() -> None:
    gray = colorize.grayed(PHOTOS[0])
    assert np.ptp(gray, axis=2).max() == 0
    np.testing.assert_allclose(color.rgb2lab(gray)[:, :, 0], color.rgb2lab(PHOTOS[0])[:, :, 0], atol=0.8)


def test_who_stands_beside_and_what_is_measured(folder: Path) -> None:
    table = colorize.run(red, folder, name="red", baselines={"same": lambda image: image})
    assert table.entrants() == ["input", MEAN, TRUTH, "same", "red"]
    real = color.rgb2lab(PHOTOS[0])
    expected = color.deltaE_ciede2000(color.rgb2lab(colorize.grayed(PHOTOS[0])), real).mean()
    rows = {row.entrant: row.values for row in table.rows if row.image == "0"}
    assert rows["input"] == rows["same"]
    assert rows["input"]["ciede2000"] == pytest.approx(expected, abs=1e-3) and rows["input"]["chroma"] < 0.1
    assert rows[TRUTH]["ciede2000"] == 0
    assert rows[TRUTH]["chroma"] == pytest.approx(np.hypot(real[:, :, 1], real[:, :, 2]).mean(), abs=1e-3)
    assert rows["red"]["chroma"] > 10


def test_the_mean_colour_is_that_of_the_others(folder: Path) -> None:
    table = colorize.run(red, folder, name="red")
    others = np.mean([color.rgb2lab(photo)[:, :, 1:].mean((0, 1)) for photo in PHOTOS[1:]], axis=0)
    row = next(row for row in table.rows if row.entrant == MEAN and row.image == "0")
    assert row.values["chroma"] == pytest.approx(np.hypot(*others), rel=0.1)
    alone = colorize.run(red, folder, name="red", limit=1)
    assert alone.mean(MEAN, "chroma") < 0.1, "without others there is no colour to be had"


def test_every_second_image_and_refusals(folder: Path, tmp_path: Path) -> None:
    table = colorize.run(red, folder, name="red", every=2)
    assert {row.image for row in table.rows} == {"0", "2"} and "Images 1, 3, 5" in table.protocol
    assert [setting.name for setting in protocol_settings("colorize")] == ["dataset", "every", "limit"]
    with pytest.raises(SettingsError, match="no 0th image"):
        colorize.run(red, folder, name="red", every=0)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ImageError, match="holds no images"):
        colorize.run(red, tmp_path / "empty", name="red")
