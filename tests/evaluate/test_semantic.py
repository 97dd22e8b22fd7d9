"""Faces without their centre: who stands beside, what they know, and which faces they never saw."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from ganvas.core.errors import SettingsError
from ganvas.data.images import held_out
from ganvas.evaluate import semantic
from ganvas.evaluate.semantic import MEAN, NEAREST, centre


def same(image: np.ndarray, *, mask: np.ndarray) -> np.ndarray:
    return image


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    """60 of scikit-image's faces, 25 px, gray."""
    for number, face in enumerate(data.lfw_subset()[:60]):
        Image.fromarray(np.rint(face * 255).astype(np.uint8)).save(tmp_path / f"{number:03d}.png")
    return tmp_path


def test_the_centre_is_a_quarter() -> None:
    assert centre(64, 64).mean() == 0.25 and centre(64, 64)[16:48, 16:48].all()


def test_known_faces_help_and_held_out_ones_stay_unknown(faces: Path) -> None:
    table = semantic.run(same, faces, name="same", hold_out=20)
    assert table.entrants() == ["input", "classical/telea", "classical/biharmonic", MEAN, NEAREST, "same"]
    assert len({row.image for row in table.rows}) == 20
    assert all(table.mean(name, "kept") == 100 for name in table.entrants())
    assert table.mean(MEAN, "psnr") > table.mean("input", "psnr") + 1
    # A face that the nearest one was looked for among would come back as it is.
    assert max(row.values["psnr"] for row in table.rows if row.entrant == NEAREST) < 35
    tested = {row.image for row in table.rows}
    assert tested == {f"{number:03d}.png" for number in held_out(60, 20)}


def test_the_mean_takes_the_level_of_what_is_known() -> None:
    rng = np.random.default_rng(0)
    known = rng.integers(60, 120, (5, 8, 8, 1), dtype=np.uint8)
    mask = centre(8, 8)
    mean = known.mean(axis=0) / 255
    image = np.where(mask[:, :, None], 0, mean + 0.2).astype(np.float32)
    np.testing.assert_allclose(semantic.mean_face(known)(image, mask=mask), mean + 0.2, atol=1e-6)


def test_the_nearest_is_the_one_of_the_same_surroundings() -> None:
    known = np.random.default_rng(0).integers(0, 256, (9, 8, 8, 1), dtype=np.uint8)
    mask = centre(8, 8)
    image = (known[6] / 255).astype(np.float32)
    image[mask] = 0
    np.testing.assert_allclose(semantic.nearest_face(known)(image, mask=mask), known[6] / 255, atol=1e-6)


def test_refusals(faces: Path) -> None:
    with pytest.raises(SettingsError, match="hold out 1 or more"):
        semantic.run(same, faces, name="same", hold_out=0)
    with pytest.raises(SettingsError, match="cannot be held out"):
        semantic.run(same, faces, name="same", hold_out=59)
