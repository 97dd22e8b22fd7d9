"""``ganvas.restore`` and ``ganvas.examine`` on every kind of picture, with a classical model handed in."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

import ganvas
from ganvas.api.batch import run as run_batch
from ganvas.api.restoration import plan_restoration
from ganvas.core.errors import ImageError, ModelError, SettingsError, UnsafeOutput
from ganvas.io.picture import open_picture
from ganvas.io.provenance import read_provenance

MODELS = {"denoise": "classical/median"}
ONLY = ["dejpeg", "brighten", "dehaze", "deblur"]


@pytest.fixture(scope="module")
def clean() -> np.ndarray:
    return data.astronaut()[:256, 100:420]


@pytest.fixture(scope="module")
def noisy(clean: np.ndarray) -> np.ndarray:
    drawn = np.random.default_rng(0).normal(0, 30, clean.shape)
    return np.clip(clean + drawn, 0, 255).astype(np.uint8)


@pytest.fixture
def noisy_file(noisy: np.ndarray, tmp_path: Path) -> Path:
    path = tmp_path / "noisy.png"
    Image.fromarray(noisy).save(path)
    return path


def _error(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.sqrt(np.mean((first.astype(float) - second) ** 2)))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_an_array_keeps_its_kind_and_loses_its_noise(
    clean: np.ndarray, noisy: np.ndarray, dtype: type, channels: int
) -> None:
    full = 1.0 if dtype == np.float32 else np.iinfo(dtype).max
    picture = (noisy / 255 * full).astype(dtype)
    picture = picture if channels > 2 else picture[:, :, 1:2]
    if channels in (2, 4):
        picture = np.concatenate([picture, np.full((*picture.shape[:2], 1), full, dtype)], axis=2)
    result = ganvas.restore(picture, models=MODELS, without=ONLY)
    assert (result.dtype, result.shape) == (picture.dtype, picture.shape)
    truth = clean[:, :, 1:2] if channels < 3 else clean
    colour = slice(0, truth.shape[2])
    assert _error(result[:, :, colour] / full, truth / 255) < 0.7 * _error(picture[:, :, colour] / full, truth / 255)
    if channels in (2, 4):
        assert (result[:, :, -1] == full).all()


def test_a_clean_photo_comes_back_bit_for_bit(clean: np.ndarray, tmp_path: Path) -> None:
    assert np.array_equal(ganvas.restore(clean), clean)
    wide = clean.astype(np.uint16) * 257
    assert np.array_equal(ganvas.restore(wide), wide)
    source, target = tmp_path / "a.png", tmp_path / "b.png"
    Image.fromarray(clean).save(source)
    assert ganvas.restore(source, output=target) == target
    assert np.array_equal(np.asarray(Image.open(target)), clean)
    with open_picture(target) as picture:
        assert read_provenance(picture.info.xmp) is None


def test_values_beyond_white_stay_where_nothing_is_done(clean: np.ndarray) -> None:
    bright = clean.astype(np.float32) / 240
    assert bright.max() > 1
    assert np.array_equal(ganvas.restore(bright), bright)
    with pytest.raises(ImageError, match="not finite"):
        ganvas.restore(np.full((80, 80, 3), np.nan, np.float32))


def test_the_explanation_names_the_measures(noisy: np.ndarray) -> None:
    result, told = ganvas.restore(noisy, models=MODELS, without=ONLY, explain=True)
    found = {finding["damage"]: finding for finding in told["findings"]}
    assert found["noise"]["found"] and found["noise"]["task"] == "denoise" and found["noise"]["unit"] == "/255"
    assert found["noise"]["value"] == pytest.approx(30, rel=0.2)
    assert all(len(finding["reasons"]) == 3 for finding in told["findings"])
    assert [(step["task"], step["dropped"]) for step in told["steps"]] == [("denoise", "")]
    assert told["steps"][0]["evidence_after"] < told["steps"][0]["evidence_before"]
    assert not np.array_equal(result, noisy)


@pytest.mark.parametrize("kind", ["array", "bytes", "pil", "path"])
def test_examine_takes_every_kind_of_picture(noisy: np.ndarray, noisy_file: Path, kind: str) -> None:
    picture = {
        "array": noisy,
        "bytes": noisy_file.read_bytes(),
        "pil": Image.fromarray(noisy),
        "path": noisy_file,
    }[kind]
    told = ganvas.examine(picture)
    assert [finding["damage"] for finding in told if finding["found"]] == ["noise"]


def test_the_output_names_every_step(noisy_file: Path) -> None:
    target = noisy_file.parent / "better.png"
    ganvas.restore(noisy_file, models=MODELS, without=ONLY, output=target)
    with open_picture(target) as picture:
        told = read_provenance(picture.info.xmp)
    assert told is not None and told.model == "restore"
    assert [(step["task"], step["model"]) for step in told.settings["steps"]] == [("denoise", "classical/median")]


def test_steps_are_kept_beside_the_output(noisy_file: Path) -> None:
    target = noisy_file.parent / "out" / "better.png"
    ganvas.restore(noisy_file, models=MODELS, without=ONLY, keep_steps=True, output=target)
    step = target.with_name("better.1-denoise.png")
    assert np.array_equal(np.asarray(Image.open(step)), np.asarray(Image.open(target)))
    ganvas.restore(noisy_file, models=MODELS, without=ONLY, keep_steps=True, output=target)  # its own may be replaced
    Image.new("RGB", (3, 3)).save(step)
    with pytest.raises(UnsafeOutput, match="was not written by ganvas"):
        ganvas.restore(noisy_file, models=MODELS, without=ONLY, keep_steps=True, output=target)
    with pytest.raises(SettingsError, match="beside an output file"):
        ganvas.restore(noisy_file.read_bytes(), models=MODELS, keep_steps=True)


def test_bytes_keep_format_turn_and_transparency(noisy: np.ndarray) -> None:
    stream = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.dstack([noisy, np.full(noisy.shape[:2], 128, np.uint8)])).save(stream, "PNG", exif=exif)
    result = Image.open(io.BytesIO(ganvas.restore(stream.getvalue(), models=MODELS, without=ONLY)))
    assert (result.format, result.mode, result.size) == ("PNG", "RGBA", (noisy.shape[0], noisy.shape[1]))
    assert result.getchannel("A").getextrema() == (128, 128)


def test_the_chain_names_its_own_model_against_blur() -> None:
    assert plan_restoration().model("deblur").name == "deblur"
    assert plan_restoration("night-camera").model("deblur").name == "deblur"
    asked = plan_restoration(models={"deblur": "classical/unsharp"})
    assert asked.model("deblur").name == "classical/unsharp"


def test_wrong_words_are_told_before_a_picture_is_opened() -> None:
    with pytest.raises(SettingsError, match="restore has no step 'upscale': its steps are dejpeg"):
        plan_restoration(without=["upscale"])
    with pytest.raises(ModelError, match="is a model for denoise, not for deblur"):
        plan_restoration(models={"deblur": "classical/median"})
    with pytest.raises(ModelError, match="nothing-like-it"):
        plan_restoration(models={"deblur": "nothing-like-it"})


def test_a_folder_is_done_picture_by_picture_and_taken_up_again(noisy_file: Path, clean: np.ndarray) -> None:
    folder = noisy_file.parent / "in"
    folder.mkdir()
    noisy_file.rename(folder / "noisy.png")
    Image.fromarray(clean).save(folder / "clean.png")
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n nothing")
    output = noisy_file.parent / "out"

    def run(*without: str) -> tuple[int, int, int]:
        told = run_batch(plan_restoration(models=MODELS, without=without), [folder], output)
        return told.count("done"), told.count("current"), told.count("failed")

    assert run(*ONLY) == (2, 0, 1)
    assert run(*ONLY) == (0, 2, 1)
    assert run("denoise", *ONLY) == (2, 0, 1)
    assert np.array_equal(np.asarray(Image.open(output / "noisy.png")), np.asarray(Image.open(folder / "noisy.png")))


def test_steps_of_pictures_of_one_stem_stay_apart(noisy_file: Path, noisy: np.ndarray) -> None:
    other = noisy_file.with_suffix(".tif")
    Image.fromarray(noisy[::-1]).save(other)
    job = plan_restoration(models=MODELS, without=ONLY, keep_steps=True)
    assert run_batch(job, [noisy_file, other], noisy_file.parent / "out").count("done") == 2
    kept = sorted(path.name for path in (noisy_file.parent / "out").glob("*denoise*"))
    assert len(kept) == 2 and "noisy.1-denoise.png" in kept


def test_a_large_picture_waits_in_a_file(noisy: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    held = ganvas.restore(noisy, models=MODELS, without=ONLY)
    monkeypatch.setattr("ganvas.api.canvas._IN_MEMORY", 1000)
    assert np.array_equal(ganvas.restore(noisy, models=MODELS, without=ONLY), held)
