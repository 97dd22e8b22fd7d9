"""Faces in photos: where they stand, what is measured of a paste's border, and how often they are found."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from ganvas.core.errors import ModelError
from ganvas.evaluate import faces
from ganvas.evaluate.faces import border_jump
from ganvas.measure.faces import faces as found_in

RNG = np.random.default_rng(3)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two pictures of a face, and a photo of something else."""
    for name, picture in {
        "faces/a": data.astronaut()[10:210, 125:325],
        "faces/b": data.astronaut()[10:210, 325:125:-1],
        "photos/0": data.coffee()[:301, :403],
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.fromarray(np.ascontiguousarray(picture)).save(tmp_path / f"{name}.png")
    return tmp_path / "faces", tmp_path / "photos"


def squares(image: np.ndarray) -> list[tuple[int, int, int]]:
    return [(int(f.top + f.height / 2 - 60), int(f.left + f.width / 2 - 60), 120) for f in found_in(image)]


def test_a_hard_paste_has_a_border_and_what_goes_on_has_none() -> None:
    texture = RNG.integers(90, 120, (200, 220, 3)).astype(np.uint8)
    square = (40, 50, 100)
    assert border_jump(texture, [square]) == pytest.approx(1, abs=0.05)
    hard = texture.copy()
    hard[40:140, 50:150] += 60
    assert border_jump(hard, [square]) > 4
    assert border_jump(hard, [(41, 51, 100)]) < 1.2, "beside the border there is none"


@pytest.mark.parametrize("edge", ["top", "bottom", "left", "right"])
def test_each_of_the_four_borders_counts(edge: str) -> None:
    flat = np.arange(200, dtype=np.uint8)[:, None, None] // 4 + np.arange(200, dtype=np.uint8)[None, :, None] // 4
    inside = flat.copy()
    halves = {"top": np.s_[60:, :], "bottom": np.s_[:160, :], "left": np.s_[:, 60:], "right": np.s_[:, :160]}
    inside[halves[edge]] += 90
    assert border_jump(inside, [(60, 60, 100)]) > 10 * border_jump(flat, [(60, 60, 100)])


def test_borders_outside_of_the_picture_are_left_out() -> None:
    texture = RNG.integers(90, 120, (60, 60, 1)).astype(np.uint8)
    assert math.isnan(border_jump(texture, [(-10, -10, 100)])) and math.isnan(border_jump(texture, []))
    assert border_jump(texture, [(-10, 20, 50)]) == pytest.approx(1, abs=0.2)


def test_faces_stand_in_photos_and_are_judged_there(folders: tuple[Path, Path]) -> None:
    people, photos = folders

    def paler(image: np.ndarray) -> np.ndarray:
        result = image.copy()
        for top, left, side in squares(image):
            result[max(0, top) : top + side, max(0, left) : left + side] *= np.float32(0.5)
        return result

    table = faces.run(paler, people, photos=photos, squares=squares, name="paler")
    again = faces.run(paler, people, photos=photos, squares=squares, name="paler", limit=1)
    assert table.entrants() == ["input", "paler"] and len(table.rows) == 4
    assert [row.values for row in table.rows[::2]] == [row.values for row in again.rows]
    assert 10 < table.mean("input", "psnr") < 40
    assert {row.values["found"] for row in table.rows} <= {0.0, 100.0} and table.mean("input", "found") > 0
    assert table.mean("paler", "psnr") < table.mean("input", "psnr") - 1, "faces are judged where they are"
    assert table.mean("paler", "border") > 3 * table.mean("input", "border")
    assert "|" in table.to_markdown()
    with pytest.raises(ModelError, match="shape"):
        faces.run(lambda image: image[::2], people, photos=photos, squares=squares, name="half")


def test_the_detector_is_judged_by_what_the_pictures_show(folders: tuple[Path, Path]) -> None:
    people, photos = (sorted(folder.iterdir()) for folder in folders)
    table = faces.find({"people": people, "nobody": photos}, dataset="finds", spoilt=True)
    assert table.entrants() == ["people", "people, spoilt", "nobody", "nobody, spoilt"]
    assert table.mean("people", "found") == 100 and table.mean("nobody", "found") == 0
