"""Pictures from nothing: the pixels, the statement of their origin, and moving ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganvas.core.errors import SettingsError
from ganvas.io.made import write_moving, write_still
from ganvas.io.picture import open_picture
from ganvas.io.provenance import Provenance, read_provenance

RNG = np.random.default_rng(4)
SAID = Provenance(model="tiny 12", version="0", settings={"seed": 3}, source_type="trainedAlgorithmicMedia")


@pytest.mark.parametrize("suffix", [".png", ".webp"])
@pytest.mark.parametrize("channels", [1, 3])
def test_pixels_and_origin_come_back(tmp_path: Path, suffix: str, channels: int) -> None:
    pixels = RNG.integers(0, 256, (9, 7, channels), np.uint8)
    write_still(tmp_path / f"a{suffix}", pixels, SAID)
    with Image.open(tmp_path / f"a{suffix}") as image:
        back = np.asarray(image.convert("L" if channels == 1 else "RGB")).reshape(pixels.shape)
    np.testing.assert_array_equal(back, pixels)
    with open_picture(tmp_path / f"a{suffix}") as picture:
        assert read_provenance(picture.info.xmp) == SAID


def test_a_name_that_says_no_format_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="end it in"):
        write_still(tmp_path / "a.xyz", np.zeros((4, 4, 3), np.uint8), None)
    with pytest.raises(SettingsError, match="end it in"):
        write_moving(tmp_path / "a.png", [np.zeros((4, 4, 3), np.uint8)], frames_per_second=5)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_frames_come_in_order_and_play_on(tmp_path: Path, suffix: str) -> None:
    frames = [np.full((8, 8, 1), value, np.uint8) for value in (0, 128, 255)]
    write_moving(tmp_path / f"a{suffix}", frames, frames_per_second=10)
    with Image.open(tmp_path / f"a{suffix}") as image:
        assert image.n_frames == 3
        assert image.info["loop"] == 0
        for number, frame in enumerate(frames):
            image.seek(number)
            assert abs(int(np.asarray(image.convert("L"))[4, 4]) - int(frame[4, 4, 0])) <= 1
            assert image.info["duration"] == 100


def test_a_film_has_every_frame_and_even_sides(tmp_path: Path) -> None:
    av = pytest.importorskip("av")
    frames = [np.full((17, 31, 3), value, np.uint8) for value in (20, 120, 220)]
    write_moving(tmp_path / "a.mp4", frames, frames_per_second=12)
    with av.open(str(tmp_path / "a.mp4")) as film:
        shown = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert [frame.shape for frame in shown] == [(18, 32, 3)] * 3
    for frame, given in zip(shown, frames, strict=True):
        assert abs(int(frame[8, 8, 1]) - int(given[8, 8, 1])) <= 4
