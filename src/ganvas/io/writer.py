"""Writes a picture like another one: same format, depth and metadata, row by row, whole or not at all.

Default qualities: JPEG 95 and WebP 90 and AVIF 90; WebP without loss when the input was, or at quality 100. JPEG and
AVIF keep full colour resolution from quality 90 and 85. PNG, TIFF, BMP and PPM know no quality.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, BinaryIO

import numpy as np
from jaxtyping import Bool, Float

from ganvas.core.errors import GanvasError, ImageError, SettingsError
from ganvas.io import exif, icc
from ganvas.io.buffered_write import BufferedEncoder, PpmEncoder
from ganvas.io.encoder import Encoder, Layout, Metadata
from ganvas.io.info import ImageInfo, Limits, bits_to_write, choose_format
from ganvas.io.jpeg_write import JpegEncoder
from ganvas.io.picture import Picture
from ganvas.io.png_write import PngEncoder
from ganvas.io.provenance import Provenance, merged_xmp
from ganvas.io.space import Space
from ganvas.io.target import Target
from ganvas.io.tiff_write import TiffEncoder

__all__ = ["PictureWriter", "create_picture"]

_QUALITY = {"jpeg": 95, "webp": 90, "avif": 90}
_NO_PROFILE = ("bmp", "ppm")
_Stored = Callable[[int, int], np.ndarray]
_CHUNK_SAMPLES = 1 << 18  # converted at once: a megabyte of floats stays in the second-level cache


class PictureWriter:
    """Takes rows from top to bottom inside a ``with`` block; the file appears when the block ends without an error.

    Attributes:
        format: the format written.
        notes: one sentence for each thing that came out otherwise than asked.
    """

    def __init__(
        self,
        target: Target,
        encoder: Encoder,
        layout: Layout,
        space: Space,
        *,
        format: str,
        notes: list[str],
        to_srgb: Any = None,
        stored: _Stored | None = None,
    ) -> None:
        self.format, self.notes = format, notes
        self._target, self._encoder, self._layout, self._space = target, encoder, layout, space
        self._to_srgb, self._stored = to_srgb, stored
        self._written = 0
        self._open = True

    def write(
        self,
        colour: Float[np.ndarray, "n w c"],
        alpha: Float[np.ndarray, "n w"] | None = None,
        *,
        own: Bool[np.ndarray, "n w"] | None = None,
    ) -> None:
        """Appends rows with values in [0, 1]; values outside are clipped.

        Args:
            colour: network values, straight (not multiplied by alpha).
            alpha: opacity, (n, w) or (n, w, 1); opaque if left out.
            own: True where the result is the input's own pixel, which is written sample for sample, also what is hidden
                below transparency, wherever the output holds the same samples.

        Raises:
            ImageError: a value is not finite, or the disk is full.
            ValueError: the shape does not fit the picture, or there are too many rows.
        """
        layout = self._layout
        colours = layout.channels - layout.alpha
        if colour.ndim != 3 or colour.shape[1:] != (layout.width, colours):
            raise ValueError(f"rows have shape {colour.shape}, the picture wants (n, {layout.width}, {colours})")
        if not self._open or self._written + len(colour) > layout.height:
            raise ValueError(f"more rows than the {layout.height} of the picture, or the picture is closed")
        if alpha is not None:
            alpha = alpha.reshape(len(colour), layout.width, 1)
        step = max(1, _CHUNK_SAMPLES // (layout.width * layout.channels))
        for y in range(0, len(colour), step):
            part = slice(y, y + step)
            pixels = self._encoded(colour[part], None if alpha is None else alpha[part])
            if own is not None and self._stored is not None:
                top = self._written + y
                pixels = np.where(own[part][:, :, None], self._stored(top, top + len(pixels)), pixels)
            try:
                self._encoder.rows(pixels)
            except OSError as error:
                reason = error.strerror or error
                raise ImageError(f"Cannot write the picture ({reason}): free space on the disk.") from error
        self._written += len(colour)

    def _encoded(self, colour: np.ndarray, alpha: np.ndarray | None) -> np.ndarray:
        if not np.isfinite(colour).all() or (alpha is not None and not np.isfinite(alpha).all()):
            raise ImageError("The result holds values that are no numbers: try --precision f32 or another model.")
        layout = self._layout
        pixels = self._space.encode(colour, layout.sample)
        if self._to_srgb is not None:
            from PIL import Image, ImageCms

            pixels = np.asarray(ImageCms.applyTransform(Image.fromarray(pixels), self._to_srgb))
        if not layout.alpha:
            return pixels
        opaque = np.ones((*colour.shape[:2], 1), np.float32) if alpha is None else alpha
        kind = np.dtype(layout.sample)
        if kind.kind == "f":
            cover = opaque.astype(kind)
        else:
            cover = (np.clip(opaque, 0.0, 1.0).astype(np.float64) * np.iinfo(kind).max + 0.5).astype(kind)
        return np.concatenate([pixels, cover], axis=2)

    def __enter__(self) -> PictureWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        if not self._open:
            return
        self._open = False
        if kind is not None:
            self._target.abort()
            return
        try:
            if self._written != self._layout.height:
                raise ValueError(f"{self._written} of {self._layout.height} rows were written")
            _finish(self._encoder)
        except BaseException:
            self._target.abort()
            raise
        self.notes.extend(getattr(self._encoder, "notes", ()))
        self._target.commit()


def _finish(encoder: Encoder) -> None:
    try:
        encoder.finish()
    except GanvasError:
        raise
    except MemoryError as error:
        raise ImageError("The encoder ran out of memory: write PNG or TIFF, which need little.") from error
    except Exception as error:
        raise ImageError(f"The picture could not be encoded ({error}): write PNG or TIFF instead.") from error


def create_picture(
    target: str | Path | BinaryIO,
    *,
    like: Picture,
    height: int,
    width: int,
    gray: bool | None = None,
    alpha: bool | None = None,
    format: str = "auto",
    quality: int | None = None,
    provenance: Provenance | None = None,
    limits: Limits | None = None,
) -> PictureWriter:
    """Starts a picture that keeps the input's depth, metadata and colour profile where the format holds them.

    Args:
        target: a path, or a binary stream, which gets all bytes at the end.
        gray, alpha: whether the result is gray, has opacity; as the input if left out.
        format: see ``ganvas.io.info.choose_format``; the name of the target does not count.
        quality: 1 to 100.
        provenance: what was done, for the XMP packet; None leaves no statement.

    Raises:
        ImageError: beyond the limits or the format's own, or the folder cannot be written to.
        SettingsError: unknown format or quality.
    """
    limits = limits or Limits()
    limits.check_out(width, height)
    if quality is not None and not 1 <= quality <= 100:
        raise SettingsError(f"Quality {quality} is out of range: choose 1 to 100.")
    info = like.info
    gray = info.gray if gray is None else gray
    alpha = info.alpha if alpha is None else alpha
    chosen, note = choose_format(info, format, width=width, height=height, alpha=alpha)
    notes = [note] if note else []
    same_kind = gray == info.gray
    space = like.space if same_kind else Space(low=like.range[0], high=like.range[1])
    sample = _sample(info, chosen)
    to_srgb = None
    if chosen in _NO_PROFILE and space.embed is not None:
        if gray or space.profile is not None:
            space = Space()
        else:
            to_srgb, sample = icc.lcms_transform(space.embed, None, modes=("RGB", "RGB")), "uint8"
        notes.append(f"{chosen.upper()} holds no colour profile: the colours are converted to sRGB.")
    elif space.gamma is not None and chosen != "png":
        space = Space()
    # Only there do the input's samples mean the same in the result.
    kept = same_kind and space is like.space and to_srgb is None and alpha == info.alpha and sample == info.sample
    layout = Layout(width=width, height=height, channels=(1 if gray else 3) + alpha, alpha=alpha, sample=sample)
    metadata, more = _metadata(info, space, provenance, width=width, height=height)
    place = Target(target)
    try:
        encoder = _encoder(place.file, layout, metadata, info, kind=chosen, quality=quality)
    except BaseException as error:
        place.abort()
        if isinstance(error, MemoryError):
            raise ImageError("The result does not fit the memory: write PNG or TIFF, which need little.") from error
        raise
    same_size = (width, height) == (info.width, info.height)
    return PictureWriter(
        place,
        encoder,
        layout,
        space,
        format=chosen,
        notes=notes + more,
        to_srgb=to_srgb,
        stored=like.stored_rows if kept and same_size else None,
    )


def _sample(info: ImageInfo, chosen: str) -> str:
    bits = bits_to_write(info, chosen)
    if bits < 32:
        return f"uint{bits}"
    kind = np.dtype(info.sample)
    return "float32" if kind.kind == "f" else info.sample


def _metadata(
    info: ImageInfo, space: Space, provenance: Provenance | None, *, width: int, height: int
) -> tuple[Metadata, list[str]]:
    xmp, note = merged_xmp(info.xmp, provenance)
    block = exif.updated(info.exif, width=width, height=height) if info.exif else None
    metadata = Metadata(icc=space.embed, exif=block, xmp=xmp, iptc=info.iptc, dpi=info.dpi, gamma=space.gamma)
    return metadata, [note] if note else []


def _encoder(
    file: IO[Any], layout: Layout, metadata: Metadata, info: ImageInfo, *, kind: str, quality: int | None
) -> Encoder:
    if kind == "png":
        return PngEncoder(file, layout, metadata)
    if kind == "tiff":
        return TiffEncoder(file, layout, metadata)
    if kind == "ppm":
        return PpmEncoder(file, layout)
    if kind == "jpeg":
        return JpegEncoder(file, layout, metadata, quality=_QUALITY[kind] if quality is None else quality)
    lossless = quality == 100 or (quality is None and info.format == "webp" and info.lossless)
    chosen = _QUALITY.get(kind, 95) if quality is None else quality
    return BufferedEncoder(file, layout, metadata, kind=kind, quality=chosen, lossless=lossless)
