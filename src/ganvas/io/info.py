"""What is known of a picture before its pixels are read, the limits it must keep, and which format comes out."""

from __future__ import annotations

from dataclasses import dataclass

from ganvas.core.errors import ImageError, SettingsError

__all__ = ["EXTENSIONS", "OUTPUT_FORMATS", "ImageInfo", "Limits", "choose_format", "format_of_name"]

EXTENSIONS = {
    "png": ".png",
    "jpeg": ".jpg",
    "webp": ".webp",
    "tiff": ".tif",
    "bmp": ".bmp",
    "avif": ".avif",
    "ppm": ".ppm",
    "gif": ".gif",
}
OUTPUT_FORMATS = ("png", "jpeg", "webp", "tiff", "avif", "bmp", "ppm")
_SUFFIXES = {
    "png": "png", "apng": "png", "jpg": "jpeg", "jpeg": "jpeg", "jpe": "jpeg", "jfif": "jpeg", "webp": "webp",
    "tif": "tiff", "tiff": "tiff", "bmp": "bmp", "dib": "bmp", "avif": "avif", "ppm": "ppm", "pgm": "ppm",
    "pbm": "ppm", "pnm": "ppm", "gif": "gif",
}  # fmt: skip
# What each output format holds: bits per sample, and whether transparency fits.
_BITS = {"png": (8, 16), "tiff": (8, 16, 32), "ppm": (8, 16)}
_ALPHA = frozenset({"png", "tiff", "webp", "avif"})
# libjpeg stops at 65,500 of the 65,535 pixels that JPEG allows, on both ends.
_MAX_SIDE = {"jpeg": 65_500, "webp": 16_383, "avif": 65_536, "png": 2**31 - 1}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Largest pictures accepted, in pixels; a larger one is an error before anything is decoded or allocated.

    Attributes:
        max_pixels_in: largest picture read.
        max_pixels_out: largest picture written.
        max_bytes_in: largest input read from a pipe, whose length is not known beforehand.
    """

    max_pixels_in: int = 250_000_000
    max_pixels_out: int = 1_000_000_000
    max_bytes_in: int = 4_000_000_000

    def check_in(self, width: int, height: int, name: str) -> None:
        """Raises:
        ImageError: the picture has no pixels, or more than the limit.
        """
        if width < 1 or height < 1:
            raise ImageError(f"{name} has no pixels ({width} x {height}): export it again.")
        if width * height > self.max_pixels_in:
            raise ImageError(
                f"{name} has {width} x {height} = {width * height / 1e6:,.0f} megapixels, more than the limit of "
                f"{self.max_pixels_in / 1e6:,.0f}: raise it with --max-pixels if you trust the file."
            )

    def check_out(self, width: int, height: int) -> None:
        """Raises:
        ImageError: the result would have no pixels, or more than the limit.
        """
        if width < 1 or height < 1:
            raise ImageError(f"The result would have no pixels ({width} x {height}): choose a larger scale.")
        if width * height > self.max_pixels_out:
            raise ImageError(
                f"The result would have {width} x {height} = {width * height / 1e6:,.0f} megapixels, more than the "
                f"limit of {self.max_pixels_out / 1e6:,.0f}: choose a smaller scale or raise --max-pixels."
            )


@dataclass(frozen=True, kw_only=True)
class ImageInfo:
    """The header of a picture, as it stands after its EXIF orientation.

    Attributes:
        width, height: in pixels, as seen (after the orientation).
        format: png, jpeg, webp, tiff, bmp, gif, avif or ppm, by content.
        bits: 1, 8, 16 or 32 (32: float or wide integers) per sample, as stored.
        gray: one colour channel (also a palette of grays only).
        alpha: some pixels may be transparent.
        frames: pictures in the file; only the first is read.
        mode: the stored kind in words, such as "RGB", "CMYK", "palette", "gray 1 bit".
        sample: the numpy type of the stored samples that we decode, such as uint8, uint16, int16, float32.
        icc, exif, xmp, iptc: metadata as stored; EXIF without its "Exif" prefix.
        dpi: resolution in pixels per inch, where given.
        orientation: EXIF orientation 1 to 8 as stored; the pixels read are already upright.
        lossless: the pixels are stored without loss (decides whether WebP is written so).
        warnings: one sentence for each thing of the file that is not carried on.
    """

    width: int
    height: int
    format: str
    bits: int
    gray: bool
    alpha: bool
    frames: int = 1
    mode: str = ""
    sample: str = "uint8"
    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    iptc: bytes | None = None
    dpi: tuple[float, float] | None = None
    orientation: int = 1
    lossless: bool = True
    warnings: tuple[str, ...] = ()


def format_of_name(name: str) -> str | None:
    """Returns the format that a file name asks for by its suffix, or None where it names none we know."""
    stem, dot, suffix = name.rpartition(".")
    return _SUFFIXES.get(suffix.casefold()) if dot and stem else None


def choose_format(
    info: ImageInfo, requested: str = "auto", *, width: int, height: int, alpha: bool | None = None
) -> tuple[str, str | None]:
    """Returns the format to write, and a sentence where it is another than asked for (None else).

    ``auto`` is the input's own format. GIF becomes PNG (256 colours would spoil the result). Where the format cannot
    hold the transparency it becomes PNG; where it cannot hold float samples, TIFF; 16 bits: PNG. JPEG, WebP and AVIF
    asked for by name get 8 bits.

    Raises:
        SettingsError: the format is not one we write.
        ImageError: the result is larger than the format allows.
    """
    alpha = info.alpha if alpha is None else alpha
    asked = requested.casefold().lstrip(".")
    asked = _SUFFIXES.get(asked, asked)
    if asked not in (*OUTPUT_FORMATS, "auto"):
        raise SettingsError(f"Cannot write {requested!r} pictures: choose one of {', '.join(OUTPUT_FORMATS)}.")
    chosen, note = (info.format, None) if asked == "auto" else (asked, None)
    if chosen == "gif":
        chosen, note = "png", "GIF holds only 256 colours, so PNG is written."
    if alpha and chosen not in _ALPHA:
        chosen, note = "png", f"{_name(chosen)} cannot hold the transparency, so PNG is written."
    if info.bits == 32 and asked == "auto" and chosen != "tiff":
        chosen, note = "tiff", f"{_name(chosen)} cannot hold float samples here, so TIFF is written."
    limit = _MAX_SIDE.get(chosen)
    if limit is not None and max(width, height) > limit:
        raise ImageError(
            f"{_name(chosen)} holds at most {limit:,} pixels per side and the result has {width} x {height}: "
            "write PNG or TIFF instead (--format png)."
        )
    return chosen, note


def bits_to_write(info: ImageInfo, chosen: str) -> int:
    """Returns the bits per sample that the chosen format gets: the input's where it holds them, else fewer."""
    return max((bits for bits in _BITS.get(chosen, (8,)) if bits <= info.bits), default=8)


def _name(chosen: str) -> str:
    return {"webp": "WebP"}.get(chosen, chosen.upper())
