"""The sample photos: present without a download, free, and degraded the same on every run."""

from __future__ import annotations

import numpy as np
import pytest

from ganvas.core.errors import ImageError
from ganvas.demo import cases
from ganvas.demo.cases import CASES, PHOTOS, Case, Photo, degraded, truth
from ganvas.metrics.psnr import psnr

BY_NAME = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def test_every_photo_states_its_author_and_free_terms() -> None:
    assert {photo.terms for photo in PHOTOS.values()} == {"CC0", "public domain"}
    assert all(photo.credit and photo.title for photo in PHOTOS.values())
    assert {case.photo for case in CASES} == set(PHOTOS)


def test_names_are_unique() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


@BY_NAME
def test_photo_is_read_from_the_installed_package(case: Case) -> None:
    clean = truth(case)
    assert clean.dtype == np.uint8
    assert clean.shape[0] % 4 == clean.shape[1] % 4 == 0
    assert min(clean.shape[:2]) >= 256
    assert clean.std() > 20


@BY_NAME
def test_damage_is_the_same_on_every_run_and_as_described(case: Case) -> None:
    clean = truth(case)
    damaged = degraded(case, clean)
    np.testing.assert_array_equal(damaged, degraded(case, clean))
    if case.task == "upscale":
        assert damaged.shape[:2] == (clean.shape[0] // 4, clean.shape[1] // 4)
        return
    assert damaged.shape == clean.shape
    # Noise of standard deviation 25 is 20.2 dB before clipping, 50 is 14.2 dB; clipping takes some of it away.
    usual = {"denoise": (20.0, 28.0), "dejpeg": (24.0, 34.0), "restore": (14.0, 24.0)}.get(case.task, (6.0, 18.0))
    low, high = {"25 of 255": (20.1, 21.5), "50 of 255": (14.1, 16.0)}.get(case.damage[-9:], usual)
    assert low < psnr(damaged, clean) < high


def test_two_cases_of_one_photo_have_their_own_noise() -> None:
    coffee = next(case for case in CASES if case.name == "denoise-coffee")
    chelsea = next(case for case in CASES if case.name == "denoise-chelsea")
    flat = np.full((64, 64, 3), 128, np.uint8)
    assert (degraded(coffee, flat) != degraded(chelsea, flat)).any()


def test_a_missing_photo_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = Photo(file="no_such_photo.png", title="Gone", credit="nobody", terms="CC0")
    monkeypatch.setitem(cases.PHOTOS, "chelsea", gone)
    with pytest.raises(ImageError, match=r"constraints\.txt"):
        truth(CASES[0])
