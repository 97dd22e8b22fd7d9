"""Colour profiles: what the network sees, and that nothing is lost on the way back."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageCms

from ganvas.io.icc import curve_values, read_profile, srgb_encode
from ganvas.io.picture import open_picture
from ganvas.io.space import Space

Encoded = Callable[..., bytes]

_P3 = ((0.515102, 0.241182, -0.00105), (0.291965, 0.692236, 0.041882), (0.157153, 0.066582, 0.784378))
_ADOBE = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def _profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    """A profile from its tags, as ICC.1 section 7 lays it out."""
    place, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, data in tags.items():
        table += name + struct.pack(">II", place + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = bytearray(128)
    head[8:12], head[12:16], head[16:20], head[20:24] = b"\2\x40\0\0", b"mntr", space, b"XYZ "
    head[36:40], head[68:80] = b"acsp", struct.pack(">3i", 63190, 65536, 54061)
    result = bytes(head) + struct.pack(">I", len(tags)) + table + body
    return struct.pack(">I", len(result)) + result[4:]


def _para(kind: int, *numbers: float) -> bytes:
    return b"para\0\0\0\0" + struct.pack(f">HH{len(numbers)}i", kind, 0, *(round(n * 65536) for n in numbers))


def _matrix(columns: tuple[tuple[float, ...], ...], curve: bytes) -> bytes:
    tags = {
        name: b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(v * 65536) for v in column))
        for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)
    }
    tags[b"wtpt"] = b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061)
    return _profile(b"RGB ", tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve))


def _gamma(value: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(value * 256))


P3 = _matrix(_P3, _para(3, *_SRGB_CURVE))
ADOBE = _matrix(_ADOBE, _gamma(2.19921875))
GRAY = _profile(b"GRAY", {b"kTRC": _gamma(1.8), b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061)})
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize("profile", [P3, SRGB])
def test_profiles_with_srgbs_curve_pass_bit_by_bit(
    photo: np.ndarray, encoded: Encoded, rewritten: Encoded, profile: bytes
) -> None:
    """Display-P3's most saturated colours lie outside sRGB: they must come back, under the same profile."""
    pixels = np.concatenate([photo, np.broadcast_to(np.uint8([[[255, 0, 0]]]), (61, 5, 3))], axis=1)
    data = encoded(pixels, "PNG", icc_profile=profile)
    with open_picture(data) as picture:
        assert np.array_equal(np.rint(picture.colour.read(0, 61) * 255), pixels)
    image = Image.open(io.BytesIO(rewritten(data)))
    assert image.info["icc_profile"] == profile and np.array_equal(np.asarray(image), pixels)


@pytest.mark.parametrize(("profile", "mode"), [(ADOBE, "RGB"), (GRAY, "L")])
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_other_curves_come_back_exactly(
    photo: np.ndarray, encoded: Encoded, rewritten: Encoded, profile: bytes, mode: str, kind: str
) -> None:
    pixels = np.asarray(Image.fromarray(photo).convert(mode))
    if kind == "WEBP" and mode == "L":
        return  # WebP has no gray; its gray profile is left out, which another test holds
    options = {"lossless": True} if kind == "WEBP" else {}
    data = encoded(pixels, kind, icc_profile=profile, **options)
    with open_picture(data) as picture:
        seen = picture.colour.read(0, 61)
    assert np.abs(seen[..., 0] - pixels.reshape(61, 83, -1)[..., 0] / 255).max() > 0.004, "the curve was not applied"
    image = Image.open(io.BytesIO(rewritten(data)))
    assert image.info["icc_profile"] == profile and np.array_equal(np.asarray(image), pixels)


def test_the_network_sees_what_littlecms_computes() -> None:
    """Grays are free of the primaries: the curves alone must agree with a full conversion."""
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    buffer = io.BytesIO()
    Image.fromarray(ramp).save(buffer, "PNG", icc_profile=ADOBE)
    with open_picture(buffer.getvalue()) as picture:
        ours = picture.colour.read(0, 1)
    source = ImageCms.ImageCmsProfile(io.BytesIO(ADOBE))
    expected = ImageCms.profileToProfile(Image.fromarray(ramp), source, ImageCms.createProfile("sRGB"))
    assert np.abs(ours * 255 - np.asarray(expected)).max() < 1.5


@given(
    sample=st.sampled_from(["uint8", "uint16"]),
    values=hnp.arrays("uint16", (5, 7, 3)),
    gamma=st.floats(1.0, 2.6),
)
def test_decode_then_encode_is_the_identity(sample: str, values: np.ndarray, gamma: float) -> None:
    pixels = values.astype(sample)
    space = Space(curves=((0, (gamma,)),) * 3)
    got = space.encode(space.decode(pixels), sample)
    # sRGB's steep start leaves float32 with all codes of 8 bits and, at 16 bits, to one step.
    assert np.abs(got.astype(int) - pixels).max() <= (0 if sample == "uint8" else 1)


def test_every_8_bit_code_survives_every_usual_curve() -> None:
    codes = np.arange(256, dtype=np.uint8)[None, :, None]
    for curve in ((0, (1.0,)), (0, (1.8,)), (0, (2.2,)), (3, _SRGB_CURVE), (-1, tuple(np.linspace(0, 1, 1024) ** 2))):
        space = Space(curves=(curve,))
        assert np.array_equal(space.encode(space.decode(codes), "uint8"), codes), curve


def test_formats_without_profiles_are_converted(photo: np.ndarray, encoded: Encoded, rewritten: Encoded) -> None:
    """A pale P3 colour written as BMP has the numbers sRGB has for it."""
    pixels = np.broadcast_to(np.uint8([200, 120, 110]), (4, 4, 3))
    data = encoded(np.ascontiguousarray(pixels), "PNG", icc_profile=P3)
    out = np.asarray(Image.open(io.BytesIO(rewritten(data, format="bmp"))))
    source = ImageCms.ImageCmsProfile(io.BytesIO(P3))
    expected = ImageCms.profileToProfile(
        Image.fromarray(np.ascontiguousarray(pixels)), source, ImageCms.createProfile("sRGB")
    )
    assert np.abs(out.astype(int) - np.asarray(expected)).max() <= 1
    assert abs(int(out[0, 0, 0]) - 200) > 3


def test_a_png_gamma_counts_as_a_profile(photo: np.ndarray, encoded: Encoded, rewritten: Encoded) -> None:
    from ganvas.io.png_chunks import chunk

    plain = encoded(photo, "PNG")
    data = plain[:33] + chunk(b"gAMA", struct.pack(">I", 100_000)) + plain[33:]
    with open_picture(data) as picture:
        assert np.allclose(picture.colour.read(0, 61), srgb_encode(photo / 255.0), atol=1e-6)
    out = Image.open(io.BytesIO(rewritten(data)))
    assert out.info["gamma"] == 1.0 and np.array_equal(np.asarray(out), photo)
    jpeg = np.asarray(Image.open(io.BytesIO(rewritten(data, format="jpeg"))), float)
    assert np.abs(jpeg - 255 * srgb_encode(photo / 255.0)).mean() < 3


def test_damaged_profiles_are_left_out_and_said(photo: np.ndarray, encoded: Encoded) -> None:
    for profile in (b"rubbish", P3[:200], bytes(300)):
        with open_picture(encoded(photo, "PNG", icc_profile=profile)) as picture:
            notes = picture.info.warnings
            assert np.array_equal(np.rint(picture.colour.read(0, 61) * 255), photo)
        assert any("profile" in note for note in notes)


def test_a_profile_of_another_kind_is_left_out(photo: np.ndarray, encoded: Encoded, rewritten: Encoded) -> None:
    out = rewritten(encoded(photo, "PNG", icc_profile=GRAY))
    assert "icc_profile" not in Image.open(io.BytesIO(out)).info


def test_cmyk_is_written_as_rgb_without_its_profile(photo: np.ndarray, encoded: Encoded, rewritten: Encoded) -> None:
    buffer = io.BytesIO()
    Image.fromarray(photo).convert("CMYK").save(buffer, "JPEG", icc_profile=_profile(b"CMYK", {}))
    out = Image.open(io.BytesIO(rewritten(buffer.getvalue())))
    assert out.mode == "RGB" and "icc_profile" not in out.info
    assert np.abs(np.asarray(out, float) - photo).mean() < 6


def test_swapped_primaries_go_through_littlecms(photo: np.ndarray, encoded: Encoded, rewritten: Encoded) -> None:
    swapped = _matrix((_P3[2], _P3[1], _P3[0]), _para(3, *_SRGB_CURVE))
    assert read_profile(swapped) is not None and not read_profile(swapped).usable
    data = encoded(np.ascontiguousarray(photo[..., ::-1]), "PNG", icc_profile=swapped)
    with open_picture(data) as picture:
        seen = picture.colour.read(0, 61)
    assert np.abs(seen - photo / 255).mean() < 0.08, "the network must see red as red"
    out = Image.open(io.BytesIO(rewritten(data)))
    assert out.info["icc_profile"] == swapped


@pytest.mark.parametrize(
    ("curve", "x", "y"),
    [
        ((0, (2.0,)), 0.5, 0.25),
        ((1, (2.0, 2.0, -0.5)), 0.5, 0.25),
        ((1, (2.0, 2.0, -0.5)), 0.2, 0.0),
        ((2, (2.0, 2.0, -0.5, 0.1)), 0.5, 0.35),
        ((3, _SRGB_CURVE), 0.02, 0.02 / 12.92),
        ((4, (2.0, 1.0, 0.0, 0.5, 0.5, 0.1, 0.2)), 0.4, 0.4),
        ((4, (2.0, 1.0, 0.0, 0.5, 0.5, 0.1, 0.2)), 0.6, 0.46),
        ((-1, (0.0, 0.2, 1.0)), 0.75, 0.6),
    ],
)
def test_curves_by_hand(curve: tuple, x: float, y: float) -> None:
    assert curve_values(curve, np.array([x]))[0] == pytest.approx(y, abs=1e-12)


def test_srgb_by_hand() -> None:
    assert srgb_encode(np.array([0.0, 0.0031308, 0.21404114, 1.0])) == pytest.approx([0, 0.0404499, 0.5, 1], abs=1e-6)
