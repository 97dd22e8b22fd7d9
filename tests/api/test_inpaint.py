"""``ganvas.inpaint``: masks of every kind, pictures of every kind, and known pixels byte for byte."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage import data
from tests.io.test_icc import ADOBE

import ganvas
from ganvas.api.batch import run as run_batch
from ganvas.api.inpainting import plan_inpainting
from ganvas.api.load import Model
from ganvas.api.options import Options
from ganvas.core.card import Card
from ganvas.core.errors import GanvasError, ImageError, ModelError, SettingsError
from ganvas.io.picture import open_picture
from ganvas.zoo.models import ModelEntry

RNG = np.random.default_rng(2)
Apply = Callable[..., np.ndarray]


def half(image: np.ndarray, *, mask: np.ndarray, strength: float = 1.0) -> np.ndarray:
    """Fills with a half, and turns all else round, which nobody may keep."""
    return np.where(mask[:, :, None], np.float32(0.5), 1 - image)


def model_of(function: Apply = half, **options: object) -> Model:
    card = Card(title="half", task="inpaint", needs=frozenset({"image", "mask"}), range=(0.0, 1.0), tiling="never")
    entry = ModelEntry(name="half", card=card, header={"source": __file__}, function=lambda: function)
    return Model(entry, Options(**options))  # type: ignore[arg-type]


MODEL = model_of()


def picture(shape: tuple[int, ...], dtype: type = np.uint8) -> np.ndarray:
    full = 1 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max
    return (RNG.random(shape) * full).astype(dtype)


def hole(shape: tuple[int, int] = (30, 40)) -> np.ndarray:
    mask = np.zeros(shape, bool)
    mask[5:15, 10:30] = True
    return mask


def save(array: np.ndarray, path: Path, **told: object) -> Path:
    """Writes any depth and channels, losslessly: Pillow has no RGB of 16 bits."""
    if array.dtype == np.uint8:
        Image.fromarray(array.squeeze()).save(path, **told)
    else:
        import tifffile

        planes = {2: [2], 4: [2]}.get(array.shape[2] if array.ndim == 3 else 1)
        kind = "rgb" if array.ndim == 3 and array.shape[2] > 2 else "minisblack"
        tifffile.imwrite(path, array.squeeze(), photometric=kind, extrasamples=planes, planarconfig="contig")
    return path


def stored(path: Path) -> np.ndarray:
    with open_picture(path) as opened:
        return np.array(opened.stored_rows(0, opened.info.height))


@settings(max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    height=st.integers(1, 60),
    width=st.integers(1, 60),
    channels=st.sampled_from([1, 2, 3, 4]),
    dtype=st.sampled_from([np.uint8, np.uint16, np.float32]),
    feather=st.sampled_from([0, 2.5, 40]),
    share=st.floats(0.0, 0.9),
)
def test_known_pixels_of_arrays_stay_bit_for_bit(
    seed: int, height: int, width: int, channels: int, dtype: type, feather: float, share: float
) -> None:
    rng = np.random.default_rng(seed)
    full = 1 if dtype == np.float32 else np.iinfo(dtype).max
    array = (rng.random((height, width, channels)) * full).astype(dtype)
    if channels in (2, 4):
        array[rng.random((height, width)) < 0.4, -1] = 0  # hidden colour, which is to stay, too
    mask = rng.random((height, width)) < share
    mask[rng.integers(height), rng.integers(width)] = False
    before = array.copy()
    result = ganvas.inpaint(array, mask, feather=feather, model=MODEL)
    assert (result.dtype, result.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(result[~mask], array[~mask])
    np.testing.assert_array_equal(array, before)
    if not feather:
        colours = result[:, :, : 3 if channels > 2 else 1]
        assert np.abs(colours[mask].astype(float) - full / 2).max(initial=0) <= (0.5 if full > 1 else 1e-6)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    channels=st.sampled_from([1, 2, 3, 4]),
    deep=st.booleans(),
    profile=st.booleans(),
    format=st.sampled_from(["png", "tiff"]),
)
def test_known_pixels_of_files_stay_byte_for_byte(
    seed: int, channels: int, deep: bool, profile: bool, format: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rng, folder = np.random.default_rng(seed), tmp_path_factory.mktemp("known")
    array = (rng.random((21, 34, channels)) * (65535 if deep else 255)).astype(np.uint16 if deep else np.uint8)
    if channels in (2, 4):
        array[rng.random((21, 34)) < 0.4, -1] = 0
    mask = rng.random((21, 34)) < 0.3
    told = {"icc_profile": ADOBE} if profile and not deep and channels > 2 else {}
    source = save(array, folder / "a.tif" if deep else folder / "a.png", **told)
    Image.fromarray(mask).save(folder / "m.png")
    output = folder / f"b.{'png' if format == 'png' else 'tif'}"
    ganvas.inpaint(source, folder / "m.png", model=MODEL, output=output)
    first, result = stored(source), stored(output)
    assert result.dtype == first.dtype == array.dtype and result.shape == (21, 34, channels)
    np.testing.assert_array_equal(result[~mask], first[~mask])
    np.testing.assert_array_equal(first, array)
    assert (result[mask] != first[mask]).any()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_what_a_mask_may_be(dtype: type, tmp_path: Path) -> None:
    array, mask = picture((30, 40, 3)), hole()
    expected = ganvas.inpaint(array, mask, model=MODEL)
    levels = (mask * (1 if dtype == np.float32 else np.iinfo(dtype).max)).astype(dtype)
    file = io.BytesIO()
    Image.fromarray(mask).save(file, "PNG")
    (tmp_path / "m.png").write_bytes(file.getvalue())
    painted = np.zeros((30, 40, 4), np.uint8)
    painted[mask] = 255  # white strokes on a transparent layer
    for given_mask in (
        levels,
        levels[:, :, None],
        levels.repeat(3).reshape(30, 40, 3),
        file.getvalue(),
        Image.fromarray(mask),
        Image.fromarray(painted),
        painted,
        tmp_path / "m.png",
        str(tmp_path / "m.png"),
    ):
        np.testing.assert_array_equal(ganvas.inpaint(array, given_mask, model=MODEL), expected)
    np.testing.assert_array_equal(ganvas.inpaint(array, ~mask, invert=True, model=MODEL), expected)


def test_levels_of_128_and_above_count_and_gray_masks_are_told_of(tmp_path: Path) -> None:
    array = picture((16, 16, 3))
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    save(levels, tmp_path / "m.png")
    save(array, tmp_path / "a.png")
    job = plan_inpainting(tmp_path / "m.png", model=MODEL)
    summary = run_batch(job, [tmp_path / "a.png"], tmp_path / "out")
    result = stored(tmp_path / "out" / "a.png")
    np.testing.assert_array_equal((result != array).any(axis=2), levels >= 128)
    assert "gray levels" in summary.outcomes[0].notes[0] and "128 of 255" in summary.outcomes[0].notes[0]
    deep = levels.astype(np.uint16) * 257
    np.testing.assert_array_equal(ganvas.inpaint(array, deep, model=MODEL), result)


def test_a_mask_saved_as_jpeg_serves(tmp_path: Path) -> None:
    array, mask = picture((64, 80, 3)), np.zeros((64, 80), bool)
    mask[16:40, 24:56] = True
    Image.fromarray(mask).convert("L").save(tmp_path / "m.jpg", quality=80)
    result = ganvas.inpaint(array, tmp_path / "m.jpg", model=MODEL)
    assert ((result != array).any(axis=2) == mask).mean() > 0.995


@pytest.mark.parametrize("channels", [2, 4])
def test_alpha_as_the_mask_leaves_nothing_transparent(channels: int, tmp_path: Path) -> None:
    array = picture((30, 40, channels))
    array[:, :, -1] = 255
    array[5:15, 10:30, -1] = np.arange(200).reshape(10, 20)  # also what is partly transparent
    array[5, 10, -1] = 254
    result = ganvas.inpaint(array, "alpha", model=MODEL)
    assert (result[:, :, -1] == 255).all()
    np.testing.assert_array_equal(result[~hole()], array[~hole()])
    assert (np.abs(result[hole()][:, :-1].astype(int) - 128) <= 1).all()
    path = save(array, tmp_path / "a.png")
    ganvas.inpaint(path, "alpha", model=MODEL, output=tmp_path / "b.png")
    np.testing.assert_array_equal(stored(tmp_path / "b.png"), result)
    np.testing.assert_array_equal(np.asarray(ganvas.inpaint(Image.open(path), "alpha", model=MODEL)), result)


def test_a_mask_leaves_the_transparency_of_a_picture_alone() -> None:
    array = picture((30, 40, 4))
    result = ganvas.inpaint(array, hole(), model=MODEL)
    np.testing.assert_array_equal(result[:, :, 3], array[:, :, 3])


def test_masks_lie_on_the_picture_as_it_is_displayed(tmp_path: Path) -> None:
    array, mask = picture((40, 30, 3)), hole((30, 40))  # displayed as 40 x 30 px
    Image.fromarray(array).save(tmp_path / "a.png", exif=_turned(8))
    Image.fromarray(mask).save(tmp_path / "m.png")
    ganvas.inpaint(tmp_path / "a.png", tmp_path / "m.png", model=MODEL, output=tmp_path / "b.png")
    shown = np.rot90(array)
    result = stored(tmp_path / "b.png")
    np.testing.assert_array_equal((result != shown).any(axis=2), mask)
    assert open_picture(tmp_path / "b.png").info.orientation == 1
    # A mask that says how it is to be turned is turned.
    Image.fromarray(np.rot90(mask, -1)).save(tmp_path / "turned.png", exif=_turned(8))
    ganvas.inpaint(tmp_path / "a.png", tmp_path / "turned.png", model=MODEL, output=tmp_path / "c.png")
    np.testing.assert_array_equal(stored(tmp_path / "c.png"), result)
    Image.fromarray(np.rot90(mask)).save(tmp_path / "stored.png")
    with pytest.raises(ImageError, match="It may be turned: a mask is drawn on the picture as it is displayed"):
        ganvas.inpaint(tmp_path / "a.png", tmp_path / "stored.png", model=MODEL)


def _turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def test_profile_and_exif_are_kept_and_the_output_says_how_it_was_made(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera"
    path = tmp_path / "a.png"
    Image.fromarray(picture((30, 40, 3))).save(path, exif=exif, icc_profile=ADOBE)
    ganvas.inpaint(path, hole(), model=MODEL, feather=2, output=tmp_path / "b.png")
    with Image.open(tmp_path / "b.png") as made:
        assert made.info["icc_profile"] == ADOBE and made.getexif()[0x010F] == "Camera"
    told = ganvas.info(tmp_path / "b.png")["provenance"]
    assert told["model"] == "half" and told["source_type"] == "algorithmicallyEnhanced"
    assert told["settings"] == {
        "task": "inpaint", "feather": 2.0, "precision": "auto", "mask": "array", "invert": False
    }  # fmt: skip


def test_nothing_missing_is_the_picture_itself_with_a_note(tmp_path: Path) -> None:
    path = save(picture((30, 40, 4)), tmp_path / "a.png")
    told: list[str] = []
    job = plan_inpainting(np.zeros((30, 40), bool), model=MODEL, told=lambda _, notes: told.extend(notes))
    summary = run_batch(job, [path], tmp_path / "out")
    assert summary.outcomes[0].notes == tuple(told) == ("Nothing is missing: the picture is written as it is.",)
    np.testing.assert_array_equal(stored(tmp_path / "out" / "a.png"), stored(path))
    assert ganvas.info(tmp_path / "out" / "a.png")["provenance"] is None
    assert summary.report == {}


def test_a_picture_larger_than_the_memory_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    array, mask = picture((200, 90, 3)), hole((200, 90))
    held = ganvas.inpaint(array, mask, feather=3, model=MODEL)
    monkeypatch.setattr("ganvas.api.canvas._IN_MEMORY", 1000)
    np.testing.assert_array_equal(ganvas.inpaint(array, mask, feather=3, model=MODEL), held)


def test_scratches_are_looked_for_in_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, ...]] = []

    def dark(image: np.ndarray) -> np.ndarray:
        seen.append(image.shape)
        return np.asarray(image.max(axis=2) < 0.01)

    monkeypatch.setitem(sys.modules, "ganvas.measure.scratches", SimpleNamespace(scratches=dark))
    monkeypatch.setattr("ganvas.api.scratches._WINDOW", 25)
    monkeypatch.setattr("ganvas.api.scratches.list_models", list)  # as without a network that finds them
    array = np.full((30, 40, 3), 200, np.uint8)
    array[:, 30:32] = 0
    result = ganvas.inpaint(array, "auto-scratch", model=MODEL)
    assert len(seen) == 4 and (np.abs(result[:, 30:32].astype(int) - 128) <= 1).all() and (result[:, :30] == 200).all()
    array[:] = 200
    np.testing.assert_array_equal(ganvas.inpaint(array, "auto-scratch", model=MODEL), array)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x, m: ganvas.inpaint(x, m[:9], model=MODEL), ImageError, "mask is 40 x 9 px, .* is 40 x 30 px"),
        (lambda x, m: ganvas.inpaint(x, m | True, model=MODEL), ImageError, "marks every pixel .* invert turns"),
        (lambda x, m: ganvas.inpaint(x, ~m & False, invert=True, model=MODEL), ImageError, "marks every pixel"),
        (lambda x, m: ganvas.inpaint(x, "alpha", model=MODEL), ImageError, "has no transparency"),
        (lambda x, m: ganvas.inpaint(Image.fromarray(x), "alpha", model=MODEL), ImageError, "has no transparency"),
        (lambda x, m: ganvas.inpaint(x, "no-such.png", model=MODEL), ImageError, "There is no mask no-such.png"),
        (lambda x, m: ganvas.inpaint(x, b"rubbish", model=MODEL), ImageError, "not a picture"),
        (lambda x, m: ganvas.inpaint(x, m.astype(np.int32), model=MODEL), ImageError, "in int32 is not possible"),
        (lambda x, m: ganvas.inpaint(x, 7, model=MODEL), SettingsError, "int is no mask"),
        (lambda x, m: ganvas.inpaint(x, "alpha", invert=True, model=MODEL), SettingsError, "cannot be inverted"),
        (lambda x, m: ganvas.inpaint(x, "alpha", feather=1, model=MODEL), ImageError, "no transparency"),
        (lambda x, m: ganvas.inpaint(x[:, :, :2], "alpha", feather=1, model=MODEL), SettingsError, "no colour"),
        (lambda x, m: ganvas.inpaint(x, m, feather=-1, model=MODEL), SettingsError, "feather of -1 is not possible"),
        (lambda x, m: ganvas.inpaint(x, m, model="classical/nlm"), ModelError, "for denoise, not for inpaint"),
        (lambda x, m: MODEL(x), SettingsError, r"use ganvas.inpaint\(picture, mask"),
    ],
)  # fmt: skip
def test_mistakes_are_one_sentence(call: Callable, error: type[GanvasError], words: str) -> None:
    with pytest.raises(error, match=words):
        call(picture((30, 40, 3)), hole())


def test_a_folder_of_masks_pairs_by_name(tmp_path: Path) -> None:
    masks = tmp_path / "masks"
    first, second = hole(), hole()[::-1]
    for place, mask in (("a/x.tif", first), ("b/x.png", second), ("y.png", first)):
        (masks / place).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(mask).save(masks / place)
    for place in ("a/x.png", "b/x.png", "y.png", "z.png"):
        (tmp_path / "in" / place).parent.mkdir(parents=True, exist_ok=True)
        save(picture((30, 40, 3)), tmp_path / "in" / place)
    summary = run_batch(plan_inpainting(masks, model=MODEL), [tmp_path / "in"], tmp_path / "out")
    reasons = [outcome.reason for outcome in summary.outcomes if outcome.status == "failed"]
    assert len(reasons) == 1 and "There is no mask for" in reasons[0] and "call it z.png" in reasons[0]
    for place, mask in (("a/x.png", first), ("b/x.png", second), ("y.png", first)):
        changed = (stored(tmp_path / "out" / place) != stored(tmp_path / "in" / place)).any(axis=2)
        np.testing.assert_array_equal(changed, mask)


def test_masks_that_may_both_be_meant_are_an_error(tmp_path: Path) -> None:
    path = save(picture((30, 40, 3)), tmp_path / "x.png")
    (tmp_path / "masks").mkdir()
    for ending in ("png", "tif"):
        Image.fromarray(hole()).save(tmp_path / "masks" / f"x.{ending}")
    with pytest.raises(ImageError, match="Two masks may be meant for .*x.png.*x.tif"):
        ganvas.inpaint(path, tmp_path / "masks", model=MODEL)
    with pytest.raises(ImageError, match="searched by the picture's name"):
        ganvas.inpaint(picture((30, 40, 3)), tmp_path / "masks", model=MODEL)


def test_masks_below_the_inputs_are_no_inputs_and_a_new_mask_is_new_work(tmp_path: Path) -> None:
    for name in ("x", "y"):
        save(picture((30, 40, 3)), tmp_path / f"{name}.png")
        (tmp_path / "masks").mkdir(exist_ok=True)
        Image.fromarray(hole()).save(tmp_path / "masks" / f"{name}.png")

    def go() -> list[str]:
        summary = run_batch(plan_inpainting(tmp_path / "masks", model=MODEL), [tmp_path], tmp_path / "out")
        return [outcome.status for outcome in summary.outcomes]

    assert go() == ["done", "done"]
    assert go() == ["current", "current"]
    Image.fromarray(hole()[::-1]).save(tmp_path / "masks" / "y.png")
    assert go() == ["current", "done"]
    assert (stored(tmp_path / "out" / "y.png") != stored(tmp_path / "y.png")).any(axis=2)[20].any()


def test_one_mask_for_all_and_not_among_them(tmp_path: Path) -> None:
    save(picture((30, 40, 3)), tmp_path / "x.png")
    save(picture((30, 41, 3)), tmp_path / "y.png")
    Image.fromarray(hole()).save(tmp_path / "mask.png")
    summary = run_batch(plan_inpainting(tmp_path / "mask.png", model=MODEL), [tmp_path], tmp_path / "out")
    assert [outcome.status for outcome in summary.outcomes] == ["done", "failed"]
    assert (
        "mask.png is 40 x 30 px" in summary.outcomes[1].reason and "y.png is 41 x 30 px" in summary.outcomes[1].reason
    )


def test_a_mask_beyond_the_limit_is_not_decoded(tmp_path: Path) -> None:
    path = save(picture((30, 40, 3)), tmp_path / "x.png")
    Image.new("1", (3000, 3000)).save(tmp_path / "m.png")
    with pytest.raises(ImageError, match="limit"):
        ganvas.inpaint(path, tmp_path / "m.png", model=model_of(max_pixels_in=10_000))


def test_scratches_are_found_and_filled() -> None:
    clean = data.astronaut()[:256, :256]
    scratch = np.zeros(clean.shape[:2], bool)
    for i in range(20, 230):
        scratch[i, 40 + i // 4 : 42 + i // 4] = True
    damaged = np.where(scratch[:, :, None], np.uint8(240), clean)
    result = ganvas.inpaint(damaged, "auto-scratch", model="classical/telea").astype(int)
    assert np.abs(result - clean)[scratch].mean() < 0.4 * np.abs(damaged.astype(int) - clean)[scratch].mean()
    assert (result == damaged).all(axis=2)[~scratch].mean() > 0.97


def test_a_mast_is_taken_out_of_a_photo() -> None:
    photo = data.rocket()[::2, ::2]
    mask = np.zeros(photo.shape[:2], bool)
    mask[55:145, 215:232] = True  # the upper part of the right mast, before the evening sky
    result = ganvas.inpaint(photo, mask)
    before, after = (picture[55:145, 215:232].std(axis=1).mean() for picture in (photo, result))
    assert before > 8 and after < 4, "the evening sky changes little along a row"
    np.testing.assert_array_equal(result[~mask], photo[~mask])
