"""The fixed chain for old photographs, with classical models handed in: what it fills, skips, keeps and enlarges."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

import ganvas
from ganvas.api.restoration import plan_restoration
from ganvas.core.errors import SettingsError
from ganvas.degrade.damage.specks import Specks
from ganvas.degrade.fading import Fading

MODELS = {"inpaint": "classical/telea", "denoise": "classical/median", "upscale": "classical/bicubic"}


@pytest.fixture(scope="module")
def photo() -> np.ndarray:
    return data.astronaut()[:256, 100:420]


@pytest.fixture(scope="module")
def scratched(photo: np.ndarray) -> np.ndarray:
    """The photo with two long white scratches and a slanting one."""
    damaged = photo.copy()
    damaged[20:230, 150:152] = 250
    damaged[60:62, 10:300] = 250
    for y in range(40, 240):
        damaged[y, y // 2 : y // 2 + 2] = 250
    return damaged


def _error(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.sqrt(np.mean((first.astype(float) - second) ** 2)))


def test_scratches_are_filled_and_said(photo: np.ndarray, scratched: np.ndarray) -> None:
    given = {"pipeline": "old-photo", "models": MODELS, "without": ["despeckle", "enhance", "faces"], "explain": True}
    result, told = ganvas.restore(scratched, **given)
    assert result.shape == photo.shape and _error(result, photo) < 0.5 * _error(scratched, photo)
    steps = {step["task"]: step for step in told["steps"]}
    assert "was taken for scratches" in steps["inpaint"]["note"] and not steps["inpaint"]["skipped"]
    assert "upscale" not in steps


def test_nothing_to_fill_is_said_and_leaves_the_photo_as_it_is() -> None:
    plain = np.full((128, 128, 3), 90, np.uint8)
    given = {"pipeline": "old-photo", "models": MODELS, "without": ["enhance"], "explain": True}
    result, told = ganvas.restore(plain, **given)
    assert np.array_equal(result, plain)
    steps = {step["task"]: step["skipped"] for step in told["steps"]}
    assert steps["inpaint"] == "no scratch was found" and steps["faces"] == "no face was found"
    assert steps["despeckle"] == "no specks were found"


SPECKS = {"pipeline": "old-photo", "without": ["inpaint", "denoise", "enhance", "faces"], "explain": True}


@pytest.mark.parametrize("photo_of", [data.astronaut, data.chelsea])
def test_specks_are_taken_off(photo_of: Callable[[], np.ndarray]) -> None:
    photo = photo_of()[:256, :320] / np.float32(255)
    specked = Specks(count=(1500, 1500), radius=(0.6, 1.6), dark=0.0)(photo, np.random.default_rng(1))
    result, told = ganvas.restore(specked, **SPECKS)
    assert _error(result, photo) < 0.6 * _error(specked, photo)
    assert "of the picture changed visibly" in told["steps"][0]["note"]


def test_a_photo_without_specks_stays_bit_for_bit() -> None:
    photo = data.astronaut()[:256, :400]
    kept, told = ganvas.restore(photo, **SPECKS)
    assert told["steps"][0]["skipped"] == "no specks were found" and np.array_equal(kept, photo)


def test_it_is_enlarged_where_that_is_asked_for(scratched: np.ndarray) -> None:
    only = {"without": ["despeckle", "denoise", "enhance", "faces"], "models": MODELS, "pipeline": "old-photo"}
    large = ganvas.restore(scratched, also=["upscale"], **only)
    assert large.shape == (512, 640, 3)
    small = large.reshape(256, 2, 320, 2, 3).mean((1, 3))
    assert _error(small, ganvas.restore(scratched, **only)) < 8
    with_alpha = np.dstack([scratched, np.full(scratched.shape[:2], 200, np.uint8)])
    assert ganvas.restore(with_alpha, also=["upscale"], **only).shape == (512, 640, 4)


def test_every_step_is_kept_in_its_own_size(scratched: np.ndarray, tmp_path: Path) -> None:
    source, target = tmp_path / "old.png", tmp_path / "new.png"
    Image.fromarray(scratched).save(source)
    ganvas.restore(
        source,
        pipeline="old-photo",
        models=MODELS,
        without=["despeckle", "denoise", "enhance", "faces"],
        also=["upscale"],
        keep_steps=True,
        output=target,
    )
    sizes = {path.name: Image.open(path).size for path in tmp_path.iterdir()}
    assert sizes["new.1-inpaint.png"] == (320, 256)
    assert sizes["new.2-upscale.png"] == sizes["new.png"] == (640, 512)


def test_a_list_of_steps_is_done_in_its_order(scratched: np.ndarray, tmp_path: Path) -> None:
    chain = tmp_path / "attic.yaml"
    chain.write_text("- enhance: {model: classical/auto_levels}\n- inpaint: {feather: 1}\n- upscale: {asked: true}\n")
    given = {"pipeline": chain, "models": {"inpaint": "classical/telea"}, "explain": True}
    result, told = ganvas.restore(scratched, **given)
    assert [step["task"] for step in told["steps"]] == ["enhance", "inpaint"] and result.shape == scratched.shape
    before = plan_restoration(chain).digest()
    chain.write_text("- enhance: {model: classical/auto_levels, strength: 0.5}\n- inpaint\n")
    assert plan_restoration(chain).digest() != before
    assert not np.array_equal(ganvas.restore(scratched, **given)[0], result)


def test_what_a_chain_does_only_if_asked_decides_its_digest() -> None:
    plain = plan_restoration("old-photo", models=MODELS)
    assert plain.digest() != plan_restoration("old-photo", models=MODELS, also=["upscale"]).digest()
    assert plain.size(10, 20) == (10, 20)
    with pytest.raises(SettingsError, match="old-photo has no step 'dehaze'"):
        plan_restoration("old-photo", also=["dehaze"])


TONES = {"pipeline": "old-photo", "without": ["inpaint", "despeckle", "denoise", "faces"]}


@pytest.mark.parametrize("photo_of", [data.astronaut, data.coffee])
def test_a_photo_that_has_not_faded_keeps_its_tones(photo_of: Callable[[], np.ndarray]) -> None:
    photo = photo_of()[::2, ::2]
    result, told = ganvas.restore(photo, explain=True, **TONES)
    assert "would hardly change it" in told["steps"][0]["skipped"]
    assert np.array_equal(result, photo)


def test_faded_tones_come_back_and_black_and_white_stays_so() -> None:
    photo = data.astronaut()[::2, ::2].astype(np.float32) / np.float32(255)
    gains = []
    for seed in range(4):
        faded, truth = Fading(monochrome=seed % 2).pair(photo, np.random.default_rng(seed))
        result = ganvas.restore(faded, **TONES)
        gains.append(20 * np.log10(_error(faded, truth) / _error(result, truth)))
        if seed % 2:
            assert np.ptp(result, axis=2).mean() < 0.05
    assert np.mean(gains) > 3 and min(gains) >= 0  # what has hardly faded stays as it is


def test_what_the_chain_names_and_is_not_there_is_left_out(
    scratched: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ganvas.api.restoration.list_models", list)
    _, told = ganvas.restore(scratched, explain=True, **TONES)
    assert told["steps"][0]["skipped"] == "this ganvas comes without a model for it"
