"""Every kind of file: read by content, and never anything but a right picture or one sentence."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ganvas.core.errors import ImageError
from ganvas.io.decode import sniff
from ganvas.io.info import Limits
from ganvas.io.picture import open_picture
from ganvas.io.png_chunks import SIGNATURE, chunk

Encoded = Callable[..., bytes]


def _read(data: bytes, **limits: int) -> np.ndarray:
    with open_picture(data, limits=Limits(**limits)) as picture:
        return picture.colour.read(0, picture.info.height)


def _reference(data: bytes) -> np.ndarray:
    image = Image.open(io.BytesIO(data))
    pixels = np.asarray(image.convert("L" if image.mode in ("1", "L", "LA") else "RGB"), np.float32) / 255
    return pixels if pixels.ndim == 3 else pixels[:, :, None]


@pytest.fixture(scope="module")
def files(photo: np.ndarray, encoded: Encoded, tiff: Encoded) -> dict[str, bytes]:
    """One file of each kind."""
    image, wide = Image.fromarray(photo), photo.astype(np.uint16) * 257
    gray = image.convert("L")

    def save(picture: Image.Image, kind: str, **options: Any) -> bytes:
        buffer = io.BytesIO()
        picture.save(buffer, kind, **options)
        return buffer.getvalue()

    result = {kind: save(image, kind) for kind in ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF", "AVIF", "PPM")}
    result |= {f"gray {kind}": save(gray, kind) for kind in ("PNG", "JPEG", "TIFF", "BMP", "GIF", "PPM")}
    result |= {f"TIFF {c}": save(image, "TIFF", compression=c) for c in ("tiff_lzw", "tiff_deflate", "packbits")}
    result |= {
        "progressive": save(image, "JPEG", progressive=True),
        "WebP lossless": save(image, "WEBP", lossless=True),
        "TIFF JPEG": save(image, "TIFF", compression="jpeg"),
        "TIFF fax": save(gray.convert("1"), "TIFF", compression="group4"),
        "1-bit PNG": save(gray.convert("1"), "PNG"),
        "1-bit PBM": save(gray.convert("1"), "PPM"),
        "palette PNG": save(image.quantize(16), "PNG"),
        "palette TIFF": save(image.quantize(200), "TIFF"),
        "palette BMP": save(image.quantize(200), "BMP"),
        "CMYK JPEG": save(image.convert("CMYK"), "JPEG"),
        "CMYK TIFF": save(image.convert("CMYK"), "TIFF"),
    }
    for name, pixels in (("16-bit", wide), ("16-bit gray", wide[:, :, 0])):
        bgr = pixels[:, :, ::-1] if pixels.ndim == 3 else pixels
        photometric = "rgb" if pixels.ndim == 3 else "minisblack"
        result[f"{name} PNG"] = cv2.imencode(".png", bgr)[1].tobytes()
        result[f"{name} PPM"] = cv2.imencode(".ppm" if pixels.ndim == 3 else ".pgm", bgr)[1].tobytes()
        result[f"{name} TIFF LZW"] = cv2.imencode(".tif", bgr)[1].tobytes()
        result[f"{name} TIFF"] = tiff(pixels, photometric=photometric)
        result[f"{name} TIFF big-endian"] = tiff(pixels, photometric=photometric, byteorder=">")
        result[f"{name} BigTIFF"] = tiff(pixels, photometric=photometric, bigtiff=True)
        result[f"{name} TIFF tiles"] = tiff(pixels, photometric=photometric, tile=(16, 16), compression="zlib")
    planes = np.moveaxis(wide, 2, 0)
    result["16-bit TIFF planes"] = tiff(planes, photometric="rgb", planarconfig="separate")
    for kind in ("float16", "float32", "float64"):
        result[f"{kind} TIFF"] = tiff((photo / 255).astype(kind), photometric="rgb")
    result["white-is-zero TIFF"] = tiff(65535 - wide[:, :, 0], photometric="miniswhite")
    return result


def _expected(name: str, data: bytes, photo: np.ndarray) -> tuple[np.ndarray, float]:
    """The right pixels by another decoder, and the tolerance of that one."""
    if "16-bit" in name or "white" in name or "float" in name:
        gray = "gray" in name or "white" in name
        return (photo[:, :, :1] if gray else photo) / 255, 6e-4 if name.startswith("float16") else 1e-6
    return _reference(data), 1e-6


def test_every_kind_reads_as_another_decoder_reads_it(files: dict[str, bytes], photo: np.ndarray) -> None:
    for name, data in files.items():
        expected, tolerance = _expected(name, data, photo)
        got = _read(data)
        if name == "gray GIF":
            expected = expected[:, :, :1]
        assert got.shape == expected.shape, name
        assert np.abs(got - expected).max() <= tolerance, name


@pytest.mark.parametrize("name", ["16-bit PNG", "16-bit TIFF", "16-bit PPM", "float32 TIFF"])
def test_depth_is_told(files: dict[str, bytes], name: str) -> None:
    info = open_picture(files[name]).info
    assert (info.bits, info.sample) == ((32, "float32") if "float" in name else (16, "uint16"))


def test_truncated_files_are_errors_or_whole(files: dict[str, bytes]) -> None:
    """Cut anywhere, a file gives one sentence, or all its pixels where only a trailer is missing: never half."""
    for name, data in files.items():
        whole = _read(data)
        cuts = [1, 3, 9, 25, 40, 100, len(data) // 4, len(data) // 2, 9 * len(data) // 10, len(data) - 40]
        for cut in [c for c in cuts if 0 < c < len(data) - 30]:
            try:
                got: np.ndarray | None = _read(data[:cut])
            except ImageError:
                got = None
            assert got is None or np.array_equal(got, whole), f"{name} cut at {cut} of {len(data)}"


@given(data=st.data())
@settings(max_examples=60)
def test_damaged_files_never_raise_anything_else(files: dict[str, bytes], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(files)))
    broken = bytearray(files[name])
    for _ in range(data.draw(st.integers(1, 8))):
        # Half of the flips hit the header, where they do most.
        top = len(broken) - 1 if data.draw(st.booleans()) else min(200, len(broken) - 1)
        broken[data.draw(st.integers(0, top))] = data.draw(st.integers(0, 255))
    try:
        with open_picture(bytes(broken), limits=Limits(max_pixels_in=1_000_000)) as picture:
            pixels = picture.colour.read(0, picture.info.height)
    except ImageError:
        return
    assert np.isfinite(pixels).all()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"dear diary, today I renamed a text file to photo.png " * 9, "not a picture"),
        (b"\0" * 5000, "not a picture"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "not a picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
        (b"SIMPLE  =                    T" + b" " * 3000, "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (SIGNATURE, "truncated"),
        (b"\xff\xd8\xff\xe0", "damaged"),
        (b"II*\0\x08\0\0\0", "truncated"),
        (b"GIF89a", "damaged"),
        (b"BM" + b"\0" * 60, "damaged"),
        (b"P6 3 3 255\n", "truncated"),
    ],
)
def test_what_is_no_picture_is_said_in_one_sentence(data: bytes, words: str) -> None:
    with pytest.raises(ImageError, match=words):
        _read(data)


def test_the_name_does_not_matter(tmp_path: Any, photo: np.ndarray, encoded: Encoded) -> None:
    path = tmp_path / "really a png.jpg"
    path.write_bytes(encoded(photo, "PNG"))
    assert open_picture(path).info.format == "png"


@pytest.mark.parametrize("reason", ["missing", "folder", "nul"])
def test_paths_that_cannot_be_read(tmp_path: Any, reason: str) -> None:
    path = {"missing": tmp_path / "gone.png", "folder": tmp_path, "nul": "a\0b.png"}[reason]
    with pytest.raises(ImageError):
        open_picture(path)


def _png(width: int, height: int, rows: bytes, *, bits: int = 8, extra: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    return SIGNATURE + chunk(b"IHDR", head) + extra + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def test_a_bomb_is_refused_before_decoding() -> None:
    bomb = _png(20_000, 20_000, bytes(2501 * 20_000), bits=1)
    assert len(bomb) < 200_000
    with pytest.raises(ImageError, match=r"400 megapixels.*--max-pixels"):
        open_picture(bomb)


def test_a_large_1_bit_picture_reads_where_it_is_allowed() -> None:
    side = 4000
    with open_picture(_png(side, side, bytes(side // 8 + 1) * side, bits=1)) as picture:
        assert picture.info.bits == 1 and picture.info.gray
        assert picture.colour.read(side - 1, side).max() == 0


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "PPM"])
def test_limits_hold_for_every_format(photo: np.ndarray, encoded: Encoded, kind: str) -> None:
    data = encoded(photo, kind)
    with pytest.raises(ImageError, match="megapixels"):
        open_picture(data, limits=Limits(max_pixels_in=61 * 83 - 1))
    assert open_picture(data, limits=Limits(max_pixels_in=61 * 83)).info.width == 83


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "PPM"])
@pytest.mark.parametrize("size", [(1, 1), (1, 600), (600, 1)])
def test_thin_pictures(encoded: Encoded, rewritten: Encoded, kind: str, size: tuple[int, int]) -> None:
    pixels = np.full((*size, 3), 200, np.uint8)
    data = encoded(pixels, kind)
    assert np.abs(_read(data) - 200 / 255).max() < 0.03
    assert _read(rewritten(data, times=2)).shape[:2] == (2 * size[0], 2 * size[1])


def test_a_16_bit_png_whose_pixels_end_early_inside_is_truncated() -> None:
    with pytest.raises(ImageError):
        _read(_png(64, 64, bytes(129 * 20), bits=16))


def test_text_and_profile_bombs_are_left_out() -> None:
    huge = zlib.compress(bytes(200_000_000), 9)
    extra = chunk(b"zTXt", b"Comment\0\0" + huge) + chunk(b"iCCP", b"bomb\0\0" + huge)
    extra += chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + huge)
    with open_picture(_png(8, 8, bytes(9 * 8), extra=extra)) as picture:
        assert picture.info.icc is None and picture.info.xmp is None
        assert any("profile" in note for note in picture.info.warnings)
        assert picture.colour.read(0, 8).shape == (8, 8, 1)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "TIFF", "PNG", "AVIF"])
def test_the_first_of_several_pictures_is_used_and_said(photo: np.ndarray, kind: str) -> None:
    frames = [Image.fromarray(photo), Image.fromarray(255 - photo), Image.fromarray(photo[::-1].copy())]
    buffer = io.BytesIO()
    options = {"lossless": True} if kind == "WEBP" else {}
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:], **options)
    with open_picture(buffer.getvalue()) as picture:
        assert picture.info.frames == 3
        assert any("3 pictures" in note for note in picture.info.warnings)
        difference = np.abs(picture.colour.read(0, 61) - photo / 255).mean()
    assert difference < (0.06 if kind == "GIF" else 0.02)


def test_cmyk_follows_adobes_inversion(photo: np.ndarray) -> None:
    """Adobe's JPEGs store inverted inks: white paper must not come out black."""
    white = Image.new("CMYK", (16, 16), (0, 0, 0, 0))
    buffer = io.BytesIO()
    white.save(buffer, "JPEG")
    assert b"Adobe" in buffer.getvalue()
    assert _read(buffer.getvalue()).min() > 0.98


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (SIGNATURE, "png"),
        (b"\xff\xd8\xff\xdb", "jpeg"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "webp"),
        (b"MM\0*\0\0\0\x08", "tiff"),
        (b"II+\0\x08\0\0\0", "tiff"),
        (b"GIF87a", "gif"),
        (b"\0\0\0\x20ftypavif\0\0\0\0", "avif"),
        (b"\0\0\0\x20ftypmif1\0\0\0\0avifmif1", "avif"),
        (b"\0\0\0\x20ftypmp42\0\0\0\0mp42isom", None),
        (b"P6\n1 1", "ppm"),
        (b"P7\n", None),
        (b"RIFF\x10\0\0\0WAVE", None),
    ],
)
def test_sniff(head: bytes, kind: str | None) -> None:
    assert sniff(head) == kind
