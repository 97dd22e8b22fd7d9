"""``ganvas.colorize``: gray in, colour out, and everything else about a picture stays."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data
from tests.io.test_icc import ADOBE, GRAY

import ganvas
from ganvas.api.load import Model, load
from ganvas.core.errors import ModelError, SettingsError
from ganvas.core.settings import to_json
from ganvas.io import checkpoint
from ganvas.io.picture import open_picture
from ganvas.io.provenance import read_provenance
from ganvas.methods.colorize_gan import ColorizeGAN
from ganvas.metrics.ciede2000 import lab
from ganvas.nets.colour import ColourSettings

RNG = np.random.default_rng(6)


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model of random weights that colours boldly."""
    torch.manual_seed(0)
    method = ColorizeGAN(generator=ColourSettings(features=4, levels=2, blocks=1), look=24, adversarial=0.0)
    tensors = {f"g.{name}": value for name, value in method.networks()["g"].state_dict().items()}
    tensors["g.tail.weight"] = tensors["g.tail.weight"] * 20
    header = {
        "kind": "model",
        "method": "colorize_gan",
        "settings": to_json(method),
        "card": method.describe().to_json(),
        "licence": "CC0",
        "data": "none",
    }
    path = tmp_path_factory.mktemp("colour") / "tiny.safetensors"
    checkpoint.save(path, tensors, header)
    return path


@pytest.fixture(scope="session")
def model(weights: Path) -> Model:
    return load(weights)


def gray(dtype: type = np.uint8, shape: tuple[int, ...] = (40, 30)) -> np.ndarray:
    values = 0.2 + 0.6 * RNG.random(shape)
    full = 1 if np.dtype(dtype).kind == "f" else np.iinfo(dtype).max
    return np.rint(values * full).astype(dtype) if full > 1 else values.astype(dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize(("shape", "made"), [((40, 30), 3), ((40, 30, 1), 3), ((40, 30, 2), 4), ((40, 30, 4), 4)])
def test_arrays_of_every_kind(dtype: type, shape: tuple[int, ...], made: int, model: Model) -> None:
    array = gray(dtype, shape)
    result = ganvas.colorize(array, model=model)
    assert result.shape == (40, 30, made) and result.dtype == dtype
    planes = array[:, :, None] if array.ndim == 2 else array
    if made == 4:
        np.testing.assert_array_equal(result[:, :, 3], planes[:, :, -1])
    full = 1 if result.dtype.kind == "f" else np.iinfo(dtype).max
    before, after = (lab(x[:, :, : min(3, x.shape[2] - (made == 4))] * (255 / full)) for x in (planes, result))
    assert np.abs(after[:, :, 0] - before[:, :, 0]).max() < (0.8 if dtype == np.uint8 else 0.02), "lightness stays"
    assert np.hypot(after[:, :, 1], after[:, :, 2]).mean() > 3


def test_a_gray_file_becomes_one_in_colour_with_what_it_said(model: Model, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "grandmother", 6
    place, level = tmp_path / "old.png", gray()
    # A gray profile (of gamma 1.8) cannot stay on RGB, so what it says must be in the pixels.
    Image.fromarray(level).save(place, exif=exif, icc_profile=GRAY, dpi=(300, 300))
    assert ganvas.colorize(place, model=model, output=tmp_path / "new.png") == tmp_path / "new.png"
    with open_picture(tmp_path / "new.png") as made:
        assert (made.info.width, made.info.height) == (40, 30), "turned upright"
        assert (made.info.gray, made.info.bits, made.info.icc) == (False, 8, None)
        assert made.info.dpi == pytest.approx((300, 300), abs=0.01)
        told = read_provenance(made.info.xmp)
        assert told is not None and told.model == "tiny" and told.settings["task"] == "colorize"
        assert b"grandmother" in (made.info.exif or b"") and made.info.orientation == 1
        sight = lab(255 * made.colour.read(0, made.info.height))[:, :, 0]
    linear = (np.rot90(level, -1) / 255) ** 1.8
    np.testing.assert_allclose(sight, 116 * np.cbrt(linear) - 16, atol=0.9)


def test_depth_transparency_and_format_stay(model: Model, tmp_path: Path) -> None:
    Image.fromarray(gray(np.uint16)).save(tmp_path / "deep.png")
    Image.fromarray(gray(np.uint8, (20, 30, 2)), "LA").save(tmp_path / "cut.png")
    Image.fromarray(gray()).save(tmp_path / "plain.jpg")
    kinds = {"deep.png": (16, False, "png"), "cut.png": (8, True, "png"), "plain.jpg": (8, False, "jpeg")}
    for name, (bits, alpha, format) in kinds.items():
        ganvas.colorize(tmp_path / name, model=model, output=tmp_path / f"new-{name}")
        with open_picture(tmp_path / f"new-{name}") as made:
            assert (made.info.gray, made.info.bits, made.info.alpha, made.info.format) == (False, bits, alpha, format)
            assert made.colour.read(0, made.info.height).std(axis=2).mean() > 0.01


def test_what_has_colour_keeps_its_profile_and_cmyk_is_resolved(model: Model) -> None:
    faded = io.BytesIO()
    Image.fromarray(gray(np.uint8, (30, 40, 3))).save(faded, "PNG", icc_profile=ADOBE)
    with open_picture(ganvas.colorize(faded.getvalue(), model=model)) as made:
        assert made.info.icc == ADOBE
    ink = io.BytesIO()
    Image.fromarray(gray(np.uint8, (30, 40, 4)), "CMYK").save(ink, "JPEG")
    with open_picture(ganvas.colorize(ink.getvalue(), model=model)) as made:
        assert (made.info.gray, made.info.format) == (False, "jpeg")
    assert ganvas.colorize(Image.fromarray(gray()), model=model).mode == "RGB"


def test_strength_zero_is_the_picture(model: Model) -> None:
    array = gray(np.uint16)
    np.testing.assert_array_equal(ganvas.colorize(array, model=model, strength=0), np.stack([array] * 3, axis=2))


def test_vividness_goes_from_the_restrained_to_the_vivid_model() -> None:
    photo = data.coffee()[::4, ::4]
    level = np.rint(photo.mean(axis=2)).astype(np.uint8)
    made = {share: ganvas.colorize(level, vividness=share) for share in (0.0, 0.5, 1.0)}
    np.testing.assert_array_equal(made[0.0], ganvas.colorize(level))
    np.testing.assert_array_equal(made[1.0], ganvas.colorize(level, model="colorize-gan"))
    pale, middle, vivid = (float(np.hypot(*np.moveaxis(lab(made[share])[:, :, 1:], 2, 0)).mean()) for share in made)
    assert pale < middle < vivid and vivid > 1.3 * pale
    for share in made:  # a dial that turns colours leaves lightness alone
        np.testing.assert_allclose(lab(made[share])[:, :, 0], lab(np.stack([level] * 3, axis=2))[:, :, 0], atol=1.0)


def test_mistakes_are_told(model: Model) -> None:
    with pytest.raises(SettingsError, match="vividness of 1.5 is not possible"):
        ganvas.colorize(gray(), vividness=1.5)
    with pytest.raises(SettingsError, match="their networks differ: leave out the vividness"):
        ganvas.colorize(gray(), model=model.entry.path, vividness=0.5)
    with pytest.raises(SettingsError, match="has its own vividness"):
        ganvas.colorize(gray(), model=model, vividness=0.5)
    with pytest.raises(SettingsError, match="colorize has no sharpness"):
        load("colorize", sharpness=0.5)
    with pytest.raises(SettingsError, match="strength of 2 is not possible"):
        ganvas.colorize(gray(), model=model, strength=2)
    with pytest.raises(ModelError, match="for denoise, not for colorize"):
        ganvas.colorize(gray(), model="denoise")


def test_without_weights_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ganvas.api.choose.list_models", lambda: ["denoise"])
    with pytest.raises(ModelError, match="without a model for colorize: name a weights file with -m FILE"):
        ganvas.colorize(gray())
