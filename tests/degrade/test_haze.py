from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from ganvas.degrade.degradation import quantise
from ganvas.degrade.depth import depth_field, layers, ramp, sky
from ganvas.degrade.haze import Haze, scattered

PHOTO = data.astronaut()[100:164, 150:240].astype(np.float32) / np.float32(255)


def test_the_scattering_model() -> None:
    ones, light = np.ones((64, 90, 1), np.float32), np.array([0.8, 0.9, 1.0], np.float32)
    assert np.array_equal(scattered(PHOTO, ones, light), PHOTO)
    assert np.allclose(scattered(PHOTO, 0 * ones, light), light)
    assert np.allclose(scattered(PHOTO, 0.25 * ones, light), 0.25 * PHOTO + 0.75 * light)


def test_no_thickness_is_the_identity_and_infinite_thickness_is_airlight() -> None:
    assert np.array_equal(Haze(beta=(0, 0), clean=0)(PHOTO, np.random.default_rng(0)), quantise(PHOTO))
    thick = Haze(beta=(99, 99), near=(0.5, 0.5), light=(0.8, 0.8), cast=0, clean=0)(PHOTO, np.random.default_rng(0))
    assert np.allclose(thick, 0.8, atol=0.002)


def test_haze_lies_between_the_photo_and_the_airlight_and_lowers_contrast() -> None:
    for seed in range(10):
        hazy = Haze(light=(0.9, 0.9), cast=0, clean=0)(PHOTO, np.random.default_rng(seed))
        assert (hazy >= np.minimum(PHOTO, 0.9) - 0.003).all() and (hazy <= np.maximum(PHOTO, 0.9) + 0.003).all()
        assert hazy.min() > PHOTO.min()
    gray = Haze(clean=0)(np.repeat(PHOTO[..., :1], 3, axis=2), np.random.default_rng(1))
    assert 0 < np.abs(gray[..., 0] - gray[..., 2]).max() < 0.1  # the airlight's cast


def test_depth_fields_span_zero_to_one_and_are_of_several_kinds() -> None:
    fields = [depth_field(PHOTO, np.random.default_rng(seed)) for seed in range(60)]
    for field in fields:
        assert field.shape == (64, 90) and field.dtype == np.float32
        assert field.min() >= 0 and field.max() <= 1.0001 and np.ptp(field) > 0.3
    # Where neighbours are mostly equal the field has layers; a slope hardly ever repeats a value.
    flat = [float((np.abs(np.diff(field, axis=1)) < 1e-6).mean()) for field in fields]
    assert sum(share > 0.5 for share in flat) >= 5
    assert sum(share < 0.05 for share in flat) >= 15


def test_skies_are_bright_even_and_at_the_border() -> None:
    rng = np.random.default_rng(3)
    picture = rng.uniform(0, 1, (80, 120, 3)).astype(np.float32)  # texture
    picture[:30] = (0.6, 0.7, 0.9)
    picture[50:65, 40:70] = 0.9  # as bright and even, but inside
    picture[70:, :60] = 0.2  # even, but dark
    found = sky(picture)
    assert found[:26].min() > 0.9 and found[36:].max() < 0.1
    assert sky(PHOTO * 0.3).max() == 0


def test_the_sky_is_behind_everything() -> None:
    picture = np.full((60, 60, 3), 0.3, np.float32)
    picture[:30] = (0.55, 0.7, 0.9)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        hazy = Haze(beta=(2, 2), light=(0.95, 0.95), cast=0, clean=0, sky=(3, 3))(picture, rng)
        assert np.allclose(hazy[:25], 0.95, atol=0.02)
    near = Haze(beta=(2, 2), light=(0.95, 0.95), cast=0, clean=0, sky=(0, 0))(picture, np.random.default_rng(0))
    assert not np.allclose(near[:25], 0.95, atol=0.05)


def test_ramps_run_along_the_angle() -> None:
    assert np.allclose(ramp((5, 9), 0.0, 1.0), np.arange(9) / 8)
    assert np.allclose(ramp((5, 9), np.pi / 2, 2.0), (np.arange(5)[:, None] / 4) ** 2)


def test_layers_follow_the_guide() -> None:
    guide = np.repeat([0.0, 1.0], 16)[None].repeat(32, axis=0).astype(np.float32)
    seen = [layers(guide, np.random.default_rng(seed), count=2, soft=0) for seed in range(12)]
    assert {tuple(np.unique(field[:, :16])) for field in seen} == {(0.0,), (1.0,)}
    assert all(len(np.unique(field[:, side])) == 1 for field in seen for side in (slice(16), slice(16, None)))


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 40, 3), (40, 1, 1)])
def test_tiny_images(shape: tuple[int, int, int]) -> None:
    for seed in range(20):
        assert Haze(clean=0)(np.full(shape, 0.5, np.float32), np.random.default_rng(seed)).shape == shape
