"""One picture of any kind in, the same kind out."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import ganvas
from ganvas.api import arrays
from ganvas.api.apply import apply_file, apply_stream, goes_to_file
from ganvas.api.batch import Silent
from ganvas.api.options import Options
from ganvas.api.work import Work
from ganvas.core.errors import GanvasError, ImageError, ModelError, SettingsError, UnsafeOutput

Make = Callable[..., Work]
RNG = np.random.default_rng(5)


def _doubled(array: np.ndarray) -> np.ndarray:
    return array.repeat(2, 0).repeat(2, 1)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64, np.float16])
@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 1), (5, 7, 3)])
def test_an_array_keeps_its_type_axes_and_values(dtype: type, shape: tuple[int, ...], make_work: Make) -> None:
    values = RNG.random(shape)
    full = {np.uint8: 255, np.uint16: 65535}.get(dtype)
    array = (values * full).astype(dtype) if full else values.astype(dtype)
    before = array.copy()
    result = arrays.apply(make_work(), array)
    assert result.dtype == array.dtype
    # The arithmetic inside is float32.
    np.testing.assert_allclose(result, _doubled(array), rtol=0, atol=0 if full else 2e-7)
    np.testing.assert_array_equal(array, before)


@pytest.mark.parametrize("channels", [2, 4])
def test_transparency_is_carried_and_hidden_colour_does_not_bleed(channels: int, make_work: Make) -> None:
    array = np.full((6, 8, channels), 200, np.uint8)
    array[:, 4:, :-1] = 7  # garbage below transparent pixels
    array[:, 4:, -1] = 0
    result = arrays.apply(make_work(), array)
    assert result.shape == (12, 16, channels)
    assert np.all(result[:, :, :-1] == 200), "the network saw what nobody should"
    assert result[:, :7, -1].min() > 190 and result[:, 10:, -1].max() < 12


def test_a_view_with_strides_works_and_is_not_changed(make_work: Make) -> None:
    base = RNG.integers(0, 256, (8, 8, 3), np.uint8)
    view = base[::-1, ::2, ::-1]
    before = base.copy()
    np.testing.assert_array_equal(arrays.apply(make_work(), view), _doubled(view))
    np.testing.assert_array_equal(base, before)


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((0, 5, 3), np.uint8), "no pixels"),
        (np.zeros((4, 4, 5), np.uint8), "shape"),
        (np.zeros(4, np.uint8), "shape"),
        (np.zeros((4, 4, 3), np.int32), "int32"),
        (np.zeros((4, 4), bool), "bool"),
        (np.full((4, 4), np.nan, np.float32), "not finite"),
        (np.full((4, 4), 255.0, np.float32), r"bring it to \[0, 1\]"),
    ],
)
def test_what_is_no_picture_is_refused(array: np.ndarray, words: str, make_work: Make) -> None:
    with pytest.raises(ImageError, match=words):
        arrays.apply(make_work(), array)


def test_limits_hold_for_arrays(make_work: Make) -> None:
    array = np.zeros((10, 10), np.uint8)
    with pytest.raises(ImageError, match="limit"):
        arrays.apply(make_work(options=Options(max_pixels_in=99)), array)
    with pytest.raises(ImageError, match="limit"):
        arrays.apply(make_work(options=Options(max_pixels_out=399)), array)


@pytest.mark.parametrize(("mode", "expected"), [("L", "L"), ("LA", "LA"), ("RGB", "RGB"), ("RGBA", "RGBA"), ("1", "L")])
def test_a_pil_image_gives_a_pil_image(mode: str, expected: str, make_work: Make) -> None:
    image = Image.fromarray(RNG.integers(0, 256, (5, 6, 4), np.uint8), "RGBA")
    image.putalpha(255)
    result = arrays.apply_pil(make_work(), image.convert(mode))
    assert (result.mode, result.size) == (expected, (12, 10))
    if mode != "1":
        np.testing.assert_array_equal(np.asarray(result), _doubled(np.asarray(image.convert(mode))))


@pytest.mark.parametrize("mode", ["P", "CMYK", "YCbCr", "PA", "RGBa", "HSV", "LAB"])
def test_other_pil_modes_become_what_can_hold_the_result(mode: str, make_work: Make) -> None:
    rgb = Image.fromarray(np.full((5, 6, 3), 90, np.uint8))
    source = (
        rgb.convert("RGBA").convert(mode)
        if mode == "RGBa"
        else rgb.convert("P").convert(mode)
        if mode == "PA"
        else None
    )
    result = arrays.apply_pil(make_work(), source or rgb.convert(mode) if mode != "LAB" else Image.new("LAB", (6, 5)))
    assert result.size == (12, 10)
    assert result.mode in ("RGB", "RGBA")


@pytest.mark.parametrize(("mode", "value"), [("I;16", 40_000), ("F", 0.25)])
def test_deep_pil_images_stay_deep(mode: str, value: float, make_work: Make) -> None:
    image = Image.fromarray(np.full((4, 5), value, np.uint16 if mode == "I;16" else np.float32))
    result = arrays.apply_pil(make_work(), image)
    assert result.mode == mode
    np.testing.assert_allclose(np.asarray(result, np.float64), value)


def test_a_pil_image_comes_out_upright_with_its_profile(make_work: Make) -> None:
    from PIL import ImageCms

    image = Image.fromarray(RNG.integers(0, 256, (4, 9, 3), np.uint8))
    image.getexif()[0x0112] = 6
    image.info["icc_profile"] = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    result = arrays.apply_pil(make_work(), image)
    assert result.size == (8, 18)
    np.testing.assert_array_equal(np.asarray(result), _doubled(np.rot90(np.asarray(image), -1)))
    assert result.info["icc_profile"] == image.info["icc_profile"]
    assert result.getexif().get(0x0112, 1) == 1


def _bytes(array: np.ndarray, kind: str = "PNG") -> bytes:
    target = io.BytesIO()
    Image.fromarray(array).save(target, kind)
    return target.getvalue()


def test_the_public_functions_return_the_kind_they_were_given(tmp_path: Path) -> None:
    array = RNG.integers(0, 256, (6, 7, 3), np.uint8)
    path = tmp_path / "a.png"
    path.write_bytes(_bytes(array))
    model = ganvas.load("classical/bicubic")
    from_array = ganvas.upscale(array, model=model)
    assert from_array.shape == (24, 28, 3)
    from_bytes = ganvas.upscale(path.read_bytes(), model=model)
    assert isinstance(from_bytes, bytes)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(from_bytes))), from_array)
    np.testing.assert_array_equal(np.asarray(ganvas.upscale(Image.open(path), model=model)), from_array)
    np.testing.assert_array_equal(np.asarray(ganvas.upscale(path, model=model)), from_array)
    written = ganvas.upscale(str(path), model=model, output=tmp_path / "new" / "b.png")
    assert written == tmp_path / "new" / "b.png"
    np.testing.assert_array_equal(np.asarray(Image.open(written)), from_array)
    np.testing.assert_array_equal(model(array), from_array)


def test_any_scale(tmp_path: Path) -> None:
    array = RNG.integers(0, 256, (10, 12), np.uint8)
    for scale, size in ((1.5, (15, 18)), (0.5, (5, 6)), (7, (70, 84))):
        assert ganvas.upscale(array, scale=scale, model="classical/bicubic").shape == size


def test_denoise_by_strength() -> None:
    array = RNG.integers(0, 256, (16, 16, 3), np.uint8)
    np.testing.assert_array_equal(ganvas.denoise(array, strength=0, model="classical/tv"), array)
    full = ganvas.denoise(array, model="classical/tv").astype(float)
    assert full.std() < 0.8 * array.std()


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x: ganvas.upscale(x, model="classical/nlm"), ModelError, "for denoise, not for upscale"),
        (lambda x: ganvas.upscale(x, model="classical/bicubic", scale=0), SettingsError, "scale of 0"),
        (lambda x: ganvas.upscale(x, model="classical/bicubic", scale=float("nan")), SettingsError, "scale of nan"),
        (lambda x: ganvas.denoise(x, model="classical/tv", strength=1.5), SettingsError, "strength of 1.5"),
        (lambda x: ganvas.upscale(x, model="classical/bicubic", output="b.png"), SettingsError, "only for a picture"),
        (lambda x: ganvas.upscale([1, 2], model="classical/bicubic"), SettingsError, "list is no picture"),
        (lambda x: ganvas.upscale(b"", model="classical/bicubic"), ImageError, "empty"),
        (
            lambda x: ganvas.upscale(x, model=ganvas.load("classical/tv"), options=Options()),
            SettingsError,
            "own options",
        ),
    ],
)
def test_mistakes_are_told_in_one_sentence(
    call: Callable[[np.ndarray], object], error: type[GanvasError], words: str
) -> None:
    with pytest.raises(error, match=words):
        call(np.zeros((4, 4, 3), np.uint8))


def test_the_original_is_not_overwritten(tmp_path: Path, make_work: Make) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(_bytes(np.zeros((4, 4, 3), np.uint8)))
    (tmp_path / "link.png").symlink_to(path)
    for target in (path, tmp_path / "link.png", tmp_path / "." / "a.png"):
        with pytest.raises(UnsafeOutput, match="the original itself"):
            ganvas.upscale(path, output=target, model="classical/bicubic")
    summary = apply_file(make_work(), path, path, overwrite=True, dry_run=False, observer=Silent())
    assert summary.count("done") == 1 and Image.open(path).size == (8, 8)


def test_a_named_format_must_not_contradict_the_name(tmp_path: Path, make_work: Make) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(_bytes(np.zeros((4, 4, 3), np.uint8)))
    told = apply_file(
        make_work(options=Options(format="webp")),
        path,
        tmp_path / "b.jpg",
        overwrite=False,
        dry_run=False,
        observer=Silent(),
    )
    assert "another format" in told.outcomes[0].reason
    told = apply_file(make_work(), path, tmp_path / "b.jpg", overwrite=False, dry_run=False, observer=Silent())
    assert Image.open(tmp_path / "b.jpg").format == "JPEG" and not told.failed


@pytest.mark.parametrize("data", [b"", b"hello", None])
def test_a_bad_file_gives_one_sentence_and_no_output(data: bytes | None, tmp_path: Path, make_work: Make) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(_bytes(RNG.integers(0, 256, (40, 40, 3), np.uint8))[:900] if data is None else data)
    told = apply_file(make_work(), path, tmp_path / "b.png", overwrite=False, dry_run=False, observer=Silent())
    assert told.failed and "\n" not in told.outcomes[0].reason
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.png"]


def test_streams(make_work: Make) -> None:
    array = RNG.integers(0, 256, (4, 5, 3), np.uint8)
    target = io.BytesIO()
    summary = apply_stream(make_work(), io.BytesIO(_bytes(array)), target, overwrite=False)
    assert (summary.outcomes[0].input, summary.outcomes[0].output) == ("-", "-")
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(target.getvalue()))), _doubled(array))


def test_which_output_is_a_file(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(b"")
    (tmp_path / "folder.png").mkdir()
    assert goes_to_file([picture], tmp_path / "b.jpg")
    assert not goes_to_file([picture], tmp_path / "b")
    assert not goes_to_file([picture], tmp_path / "folder.png")
    assert not goes_to_file([tmp_path], tmp_path / "c.png")
    with pytest.raises(SettingsError, match="one file"):
        goes_to_file([picture, picture], tmp_path / "b.png")


def test_provenance_is_written_unless_it_is_unwanted(tmp_path: Path) -> None:
    array = RNG.integers(0, 256, (4, 5, 3), np.uint8)
    path = tmp_path / "a.png"
    path.write_bytes(_bytes(array))
    ganvas.upscale(path, model="classical/bicubic", scale=2, output=tmp_path / "b.png")
    made = ganvas.info(tmp_path / "b.png")["provenance"]
    assert made["model"] == "classical/bicubic" and made["settings"]["scale"] == 2
    assert made["source_type"] == "algorithmicallyEnhanced" and made["version"] == ganvas.__version__
    options = Options(provenance=False)
    ganvas.upscale(path, model="classical/bicubic", output=tmp_path / "c.png", options=options)
    assert ganvas.info(tmp_path / "c.png")["provenance"] is None
