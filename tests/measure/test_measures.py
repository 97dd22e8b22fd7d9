"""Each measure against pictures whose damage is known, and the whole on sizes and kinds that people have."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage import data

from ganvas.measure.blocks import blocks
from ganvas.measure.blur import blur
from ganvas.measure.examine import SMALLEST_PX, measures
from ganvas.measure.haze import haze
from ganvas.measure.judge import examine
from ganvas.measure.light import light
from ganvas.measure.noise import noise


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return data.astronaut()[:321, 16:497].astype(np.float32) / 255


def _noisy(image: np.ndarray, sigma: float) -> np.ndarray:
    drawn = np.random.default_rng(0).standard_normal(image.shape, dtype=np.float32)
    return np.clip(image + drawn * np.float32(sigma / 255), 0, 1)


def _jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    stream = io.BytesIO()
    Image.fromarray(np.rint(image * 255).astype(np.uint8)).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream)).astype(np.float32) / 255


def _hazy(image: np.ndarray) -> np.ndarray:
    far = np.linspace(1, 0.3, len(image), dtype=np.float32)[:, None, None]
    clear = np.exp(-1.3 * far)
    return image * clear + np.float32(0.85) * (1 - clear)


@pytest.mark.parametrize("sigma", [5.0, 15.0, 40.0])
def test_the_level_of_white_noise_on_gray_is_told(sigma: float) -> None:
    told = noise(_noisy(np.full((200, 300, 3), 0.5, np.float32), sigma))
    assert told["noise"] == pytest.approx(sigma, rel=0.05)
    assert told["noise_colour"] == pytest.approx(1, abs=0.1)
    assert told["noise_neighbours"] == pytest.approx(-2 / 3, abs=0.06)
    assert told["noise_next"] == pytest.approx(1 / 6, abs=0.06)


@pytest.mark.parametrize("offset", [(0, 0), (3, 5), (7, 1)])
def test_the_grid_of_jpeg_is_found_at_any_offset(photo: np.ndarray, offset: tuple[int, int]) -> None:
    """Quality 10 multiplies the steps of quality 50 by 5, quality 25 by 2."""
    y, x = offset
    clean, strong = blocks(photo[y:, x:]), blocks(_jpeg(photo, 10)[y:, x:])
    assert strong["blocks"] > 10 * abs(clean["blocks"])
    assert strong["blocks_zero"] > strong["blocks_zero_off"] + 0.15
    assert strong["blocks_step"] == pytest.approx(np.log2(5), abs=0.25)
    assert blocks(_jpeg(photo, 25)[y:, x:])["blocks_step"] == pytest.approx(1, abs=0.25)
    assert clean["blocks_step"] < -0.5


def test_edges_get_wider_with_blur(photo: np.ndarray) -> None:
    widths = [blur(photo)["blur"], *(blur(cv2.GaussianBlur(photo, (0, 0), s))["blur"] for s in (1.5, 3.0))]
    assert widths[0] < 2.2 < widths[1] - 0.5
    assert widths[2] > widths[1] + 1


def test_a_straight_shake_is_wide_in_one_direction_only(photo: np.ndarray) -> None:
    told = blur(cv2.filter2D(photo, -1, np.full((1, 15), 1 / 15, np.float32)))
    assert told["blur"] > told["blur_best"] + 3
    assert told["blur_ray_low"] < blur(photo)["blur_ray_low"]


def test_light_is_in_per_cent_and_single_pixels_do_not_count() -> None:
    image = np.full((100, 100, 3), 0.2, np.float32)
    image[::20, ::20] = 1
    told = light(image)
    assert told["light_99"] == pytest.approx(20, abs=2)
    assert told["light_50"] == pytest.approx(20, abs=2)


def test_haze_lifts_the_dark_channel_and_takes_the_colour(photo: np.ndarray) -> None:
    clear, hazy = haze(photo), haze(_hazy(photo))
    assert hazy["haze"] > clear["haze"] + 25
    assert hazy["haze_colour_90"] < clear["haze_colour_90"] - 20


@pytest.mark.parametrize("shape", [(64, 64, 3), (65, 200, 1), (1300, 900, 3), (70, 3000, 3)])
def test_any_size_gives_finite_measures(shape: tuple[int, int, int]) -> None:
    image = np.random.default_rng(1).random(shape, dtype=np.float32)
    told = measures(image)
    assert np.isfinite(list(told.values())).all()
    assert told["gray"] == (shape[2] == 1)


@pytest.mark.parametrize("level", [0.0, 0.4, 1.0])
def test_a_flat_picture_gives_finite_measures(level: float) -> None:
    told = measures(np.full((128, 96, 3), level, np.float32))
    assert np.isfinite(list(told.values())).all()


def test_a_small_picture_is_not_judged() -> None:
    assert examine(np.zeros((SMALLEST_PX - 1, 400, 3), np.float32)) == ()


def test_the_damages_of_a_photo_are_found_one_by_one(photo: np.ndarray) -> None:
    dark = (photo**2.2 / 8) ** np.float32(1 / 2.2)
    cases = {
        "": photo,
        "noise": _noisy(photo, 25),
        "blocks": _jpeg(photo, 15),
        "blur": cv2.GaussianBlur(photo, (0, 0), 2.2),
        "darkness": dark,
        "haze": _hazy(photo),
    }
    for damage, image in cases.items():
        stored = np.rint(image * 255).astype(np.float32) / 255
        found = [finding.damage for finding in examine(stored) if finding.found]
        assert found == ([damage] if damage else []), damage


def test_a_large_picture_is_judged_like_a_part_of_it(photo: np.ndarray) -> None:
    large = np.tile(_noisy(photo, 25), (4, 4, 1))
    found = [finding.damage for finding in examine(large) if finding.found]
    assert "noise" in found and "darkness" not in found


def test_strength_grows_with_the_evidence(photo: np.ndarray) -> None:
    for finding in examine(_noisy(photo, 25)):
        assert finding.strength == 0 or 0.5 <= finding.strength <= 1
        assert (finding.strength > 0) == finding.found
        assert len(finding.reasons) == 3
