"""What is written: the same pixels, depth and metadata, whole or not at all."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from ganvas.core.errors import ImageError, SettingsError
from ganvas.io.info import Limits
from ganvas.io.picture import Picture, open_picture
from ganvas.io.provenance import Provenance, read_provenance
from ganvas.io.writer import create_picture

Encoded = Callable[..., bytes]
_STEP = Provenance(model="upscale-x4", version="0.1", settings={"scale": 4})


def _pixels(data: bytes) -> np.ndarray:
    """All samples as stored, by ganvas."""
    with open_picture(data) as picture:
        raster = picture.raster
        return raster.box(0, raster.height, 0, raster.width)


@given(
    data=st.data(),
    sample=st.sampled_from(["uint8", "uint16"]),
    channels=st.integers(1, 4),
    kind=st.sampled_from(["png", "tiff"]),
)
def test_lossless_kinds_return_every_sample(
    tiff: Encoded, rewritten: Encoded, data: st.DataObject, sample: str, channels: int, kind: str
) -> None:
    shape = (data.draw(st.integers(1, 20)), data.draw(st.integers(1, 20)), channels)
    pixels = data.draw(hnp.arrays(sample, shape, elements=st.integers(0, np.iinfo(sample).max)))
    if channels in (2, 4):
        # Colours nobody can see are replaced on purpose.
        pixels[..., -1] = np.maximum(pixels[..., -1], np.iinfo(sample).max // 8)
    photometric = "rgb" if channels >= 3 else "minisblack"
    extra = ["unassalpha"] if channels in (2, 4) else None
    options = {"planarconfig": "contig"} if channels > 1 else {}
    source = tiff(pixels, photometric=photometric, extrasamples=extra, **options)
    out = rewritten(source, format=kind, band=data.draw(st.integers(1, 20)))
    assert open_picture(out).info.format == kind
    assert np.array_equal(_pixels(out), pixels)


@pytest.mark.parametrize("sample", ["int8", "int16", "int32", "uint32", "float32"])
@pytest.mark.parametrize("channels", [1, 3])
def test_wide_samples_return_in_their_own_type(tiff: Encoded, rewritten: Encoded, sample: str, channels: int) -> None:
    rng = np.random.default_rng(4)
    top = 100 if sample == "int8" else 30_000
    values = rng.integers(0 if sample == "uint32" else -top, top, (9, 11, channels)).astype(sample)
    out = rewritten(tiff(values, photometric="rgb" if channels == 3 else "minisblack"))
    got = _pixels(out)
    assert got.dtype == values.dtype and np.allclose(got, values, atol=0 if sample != "float32" else 0.01)


def test_floats_return_bit_by_bit(tiff: Encoded, rewritten: Encoded) -> None:
    values = np.random.default_rng(1).random((30, 20, 3), np.float32)
    assert np.array_equal(_pixels(rewritten(tiff(values, photometric="rgb"))), values)


@pytest.mark.parametrize("kind", ["png", "tiff", "bmp", "ppm", "webp"])
def test_other_decoders_agree(photo: np.ndarray, encoded: Encoded, rewritten: Encoded, kind: str) -> None:
    out = rewritten(encoded(photo, "PNG"), format=kind, quality=100)
    image = Image.open(io.BytesIO(out))
    image.load()
    assert image.format == kind.upper() and np.array_equal(np.asarray(image), photo)


@pytest.mark.parametrize("kind", ["jpeg", "avif", "webp"])
def test_quality_counts(photo: np.ndarray, encoded: Encoded, rewritten: Encoded, kind: str) -> None:
    noisy = np.clip(photo + np.random.default_rng(0).normal(0, 20, photo.shape), 0, 255).astype(np.uint8)
    source = encoded(noisy, "PNG")
    sizes, errors = [], []
    for quality in (30, 60, 90):
        out = rewritten(source, format=kind, quality=quality)
        sizes.append(len(out))
        errors.append(np.abs(np.asarray(Image.open(io.BytesIO(out)).convert("RGB"), float) - noisy).mean())
    assert sizes == sorted(sizes) and errors == sorted(errors, reverse=True) and errors[2] < 14


def test_lossless_webp_stays_lossless(photo: np.ndarray, encoded: Encoded, rewritten: Encoded) -> None:
    out = rewritten(encoded(photo, "WEBP", lossless=True))
    assert np.array_equal(_pixels(out), photo)


@pytest.mark.parametrize("kind", ["jpeg", "bmp", "ppm"])
def test_transparency_is_not_lost(photo: np.ndarray, encoded: Encoded, kind: str) -> None:
    rgba = np.dstack([photo, np.full(photo.shape[:2], 100, np.uint8)])
    target = io.BytesIO()
    with open_picture(encoded(rgba, "PNG")) as picture:
        with create_picture(target, like=picture, height=61, width=83, format=kind) as writer:
            writer.write(picture.colour.read(0, 61), picture.alpha.read(0, 61))
        assert writer.format == "png" and "transparency" in writer.notes[0]
    assert np.array_equal(_pixels(target.getvalue()), rgba)


def test_gray_and_alpha_may_change(photo: np.ndarray, encoded: Encoded) -> None:
    target = io.BytesIO()
    with (
        open_picture(encoded(photo[..., 0], "PNG")) as picture,
        create_picture(target, like=picture, height=5, width=4, gray=False, alpha=True) as writer,
    ):
        writer.write(np.full((5, 4, 3), 0.5, np.float32))
    assert np.array_equal(_pixels(target.getvalue()), np.broadcast_to(np.uint8([128, 128, 128, 255]), (5, 4, 4)))


def test_values_outside_are_clipped(photo: np.ndarray, encoded: Encoded) -> None:
    target = io.BytesIO()
    with open_picture(encoded(photo, "PNG")) as picture, create_picture(target, like=picture, height=1, width=2) as out:
        out.write(np.array([[[-3.0, 0.5, 9.0], [1.0001, -1e-9, 1.0]]], np.float32))
    assert _pixels(target.getvalue()).tolist() == [[[0, 128, 255], [255, 0, 255]]]


# Metadata


def _with_metadata(photo: np.ndarray, kind: str) -> bytes:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112], exif[0x8298] = "Maker", 6, "Ann Author"
    exif.get_ifd(0x8769)[0x9003] = "2026:01:02 03:04:05"
    exif.get_ifd(0x8769)[0xA002] = 83
    exif.get_ifd(0x8825)[1] = "N"
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"><dc:creator><rdf:Seq><rdf:li>Ann Author'
        b"</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    buffer = io.BytesIO()
    options: dict[str, Any] = {"exif": exif}
    if kind == "PNG":
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", xmp.decode())
        options["pnginfo"] = info
    elif kind == "TIFF":
        from PIL.TiffImagePlugin import ImageFileDirectory_v2

        tags = ImageFileDirectory_v2()
        tags[700], tags[271], tags[274], tags[33432] = xmp, "Maker", 6, "Ann Author"
        tags[0x8769], tags[0x8825] = dict(exif.get_ifd(0x8769)), dict(exif.get_ifd(0x8825))
        options = {"tiffinfo": tags}
    else:
        options["xmp"] = xmp
    Image.fromarray(photo).save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("source", ["PNG", "JPEG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("target", ["png", "jpeg", "webp", "tiff", "avif"])
def test_metadata_survives_every_way(photo: np.ndarray, rewritten: Encoded, source: str, target: str) -> None:
    out = rewritten(_with_metadata(photo, source), format=target, provenance=_STEP, times=2)
    image = Image.open(io.BytesIO(out))
    assert image.size == (122, 166)  # turned upright, twice as large
    exif = image.getexif()
    assert exif.get(0x0112, 1) == 1
    assert exif[0x010F] == "Maker" and exif[0x8298] == "Ann Author"
    assert exif.get_ifd(0x8769)[0x9003] == "2026:01:02 03:04:05"
    assert exif.get_ifd(0x8769)[0xA002] == 122
    assert exif.get_ifd(0x8825)[1] == "N"
    info = open_picture(out).info
    assert info.orientation == 1 and info.xmp is not None
    assert b"Ann Author" in info.xmp and b"Orientation" not in info.xmp
    assert b"digitalsourcetype/algorithmicallyEnhanced" in info.xmp
    assert read_provenance(info.xmp) == _STEP


def test_iptc_survives(photo: np.ndarray, encoded: Encoded, rewritten: Encoded) -> None:
    record = b"\x1c\x02\x69\x00\x08headline"
    resource = b"8BIM\x04\x04\0\0" + len(record).to_bytes(4, "big") + record + b"\0"
    body = b"Photoshop 3.0\0" + resource
    segment = b"\xff\xed" + (len(body) + 2).to_bytes(2, "big") + body
    data = encoded(photo, "JPEG", extra=segment)
    for kind in ("jpeg", "png", "tiff"):
        once = rewritten(data, format=kind)
        assert open_picture(once).info.iptc.rstrip(b"\0") == record, kind
        assert open_picture(rewritten(once, format="jpeg")).info.iptc.rstrip(b"\0") == record


def test_resolution_survives(photo: np.ndarray, encoded: Encoded, rewritten: Encoded) -> None:
    for kind in ("png", "jpeg", "tiff"):
        out = rewritten(encoded(photo, "JPEG", dpi=(300, 300)), format=kind)
        assert np.allclose(Image.open(io.BytesIO(out)).info["dpi"], 300, atol=0.1)


def test_no_provenance_leaves_no_statement(photo: np.ndarray, encoded: Encoded, rewritten: Encoded) -> None:
    out = rewritten(encoded(photo, "PNG"))
    assert open_picture(out).info.xmp is None and b"ganvas" not in out


def test_metadata_too_large_for_a_jpeg_is_said(photo: np.ndarray, encoded: Encoded) -> None:
    exif = Image.Exif()
    exif[0x010E] = "x" * 60_000
    exif.get_ifd(0x8769)[0x927C] = bytes(30_000)
    with open_picture(encoded(photo, "PNG", exif=exif)) as picture:
        with create_picture(io.BytesIO(), like=picture, height=61, width=83, format="jpeg") as writer:
            writer.write(picture.colour.read(0, 61))
        assert any("EXIF" in note for note in writer.notes)


def test_the_same_input_gives_the_same_bytes(photo: np.ndarray, encoded: Encoded, rewritten: Encoded) -> None:
    data = _with_metadata(photo, "JPEG")
    for kind in ("png", "tiff", "jpeg", "webp"):
        assert rewritten(data, format=kind, provenance=_STEP, band=3) == rewritten(
            data, format=kind, provenance=_STEP, band=50
        )


# Whole or not at all


def _half(picture: Picture, target: Any, kind: str, error: type[Exception] | None) -> None:
    with create_picture(target, like=picture, height=61, width=83, format=kind) as writer:
        writer.write(picture.colour.read(0, 30))
        if error is not None:
            raise error("the model died")


@pytest.mark.parametrize("kind", ["png", "tiff", "jpeg", "webp", "bmp", "ppm", "avif"])
@pytest.mark.parametrize("existing", [True, False])
def test_an_error_leaves_nothing(
    photo: np.ndarray, encoded: Encoded, tmp_path: Path, kind: str, existing: bool
) -> None:
    path = tmp_path / f"out.{kind}"
    if existing:
        path.write_bytes(b"precious")
    stream = io.BytesIO(b"precious")
    with open_picture(encoded(photo, "PNG")) as picture:
        for target, error in ((path, RuntimeError), (stream, ValueError)):
            with pytest.raises(error, match=r"the model died|30 of 61"):
                _half(picture, target, kind, error if error is RuntimeError else None)
    assert stream.getvalue() == b"precious"
    assert [p.name for p in tmp_path.iterdir()] == ([path.name] if existing else [])
    assert not existing or path.read_bytes() == b"precious"


def test_a_full_disk_is_one_sentence(photo: np.ndarray, encoded: Encoded) -> None:
    if not os.path.exists("/dev/full"):
        return
    with (
        open_picture(encoded(photo, "PNG")) as picture,
        open("/dev/full", "wb", buffering=0) as full,
        pytest.raises(ImageError, match="free space"),
        create_picture(full, like=picture, height=61, width=83) as writer,
    ):
        writer.write(picture.colour.read(0, 61))


def test_folders(photo: np.ndarray, encoded: Encoded, tmp_path: Path) -> None:
    with open_picture(encoded(photo, "PNG")) as picture:
        deep = tmp_path / "new" / "folder" / "out.png"
        with create_picture(deep, like=picture, height=61, width=83) as writer:
            writer.write(picture.colour.read(0, 61))
        assert deep.stat().st_mode & 0o777 == 0o644
        (tmp_path / "file").write_text("")
        for place in (tmp_path, tmp_path / "file" / "out.png"):
            with pytest.raises(ImageError):
                create_picture(place, like=picture, height=61, width=83)


@pytest.mark.parametrize(("quality", "limit"), [(0, 10**6), (101, 10**6), (None, 10)])
def test_settings_are_checked_before_anything_is_made(
    photo: np.ndarray, encoded: Encoded, tmp_path: Path, quality: int | None, limit: int
) -> None:
    with open_picture(encoded(photo, "PNG")) as picture, pytest.raises((SettingsError, ImageError)):
        create_picture(
            tmp_path / "a.png",
            like=picture,
            height=61,
            width=83,
            quality=quality,
            limits=Limits(max_pixels_out=limit),
        )
    assert not list(tmp_path.iterdir())


def test_wrong_rows_are_a_mistake(photo: np.ndarray, encoded: Encoded) -> None:
    with open_picture(encoded(photo, "PNG")) as picture:
        writer = create_picture(io.BytesIO(), like=picture, height=4, width=83)
        for shape in ((1, 82, 3), (1, 83, 1), (5, 83, 3)):
            with pytest.raises(ValueError):
                writer.write(np.zeros(shape, np.float32))
        with pytest.raises(ImageError, match="no numbers"):
            writer.write(np.full((1, 83, 3), np.nan, np.float32))
        with pytest.raises(ValueError), writer:
            pass
