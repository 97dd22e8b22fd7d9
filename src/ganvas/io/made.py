"""Writes what a generator made: pictures with their provenance, and moving ones; whole or not at all.

A picture from nothing has no file it could take depth, profile and metadata from: it is 8-bit sRGB or gray.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from jaxtyping import UInt8

from ganvas.core.errors import MissingExtra, SettingsError
from ganvas.io.buffered_write import BufferedEncoder
from ganvas.io.encoder import Encoder, Layout, Metadata
from ganvas.io.info import format_of_name
from ganvas.io.jpeg_write import JpegEncoder
from ganvas.io.png_write import PngEncoder
from ganvas.io.provenance import Provenance, merged_xmp
from ganvas.io.target import Target

__all__ = ["MOVING", "STILL", "write_moving", "write_still"]

STILL = ("png", "jpeg", "webp")
MOVING = (".gif", ".webp", ".mp4")
_QUALITY = 95


def write_still(path: Path, pixels: UInt8[np.ndarray, "h w c"], provenance: Provenance | None) -> None:
    """Writes one picture, gray or RGB, in the format that the name says.

    Raises:
        SettingsError: the name says no format of ``STILL``.
        ImageError: the file cannot be written.
    """
    kind = format_of_name(path.name)
    if kind not in STILL:
        raise SettingsError(f"{path.name} names no format for a made picture: end it in .png, .jpg or .webp.")
    height, width, channels = pixels.shape
    layout = Layout(width=width, height=height, channels=channels, alpha=False, sample="uint8")
    metadata = Metadata(xmp=merged_xmp(None, provenance)[0])

    def fill(file: IO[Any]) -> None:
        encoder: Encoder
        if kind == "png":
            encoder = PngEncoder(file, layout, metadata)
        elif kind == "jpeg":
            encoder = JpegEncoder(file, layout, metadata, quality=_QUALITY)
        else:
            encoder = BufferedEncoder(file, layout, metadata, kind=kind, quality=_QUALITY, lossless=True)
        encoder.rows(pixels)
        encoder.finish()

    _whole(path, fill)


def write_moving(path: Path, frames: Sequence[UInt8[np.ndarray, "h w c"]], *, frames_per_second: float) -> None:
    """Writes frames of one size as GIF, animated WebP (without loss) or MP4 (H.264), as the name says.

    GIF and WebP play on and on. MP4 needs even sides: an odd last row or column is repeated.

    Raises:
        SettingsError: the name says none of them, or there are no frames.
        MissingExtra: MP4 needs the extra ``video``.
        ImageError: the file cannot be written.
    """
    kind = path.suffix.lower()
    if kind not in MOVING or not frames:
        raise SettingsError(f"{path.name} names no format for moving pictures: end it in {', '.join(MOVING)}.")
    if kind == ".mp4":
        _whole(path, lambda file: _video(file, frames, frames_per_second))
        return

    def fill(file: IO[Any]) -> None:
        from PIL import Image

        images = [Image.fromarray(frame[:, :, 0] if frame.shape[2] == 1 else frame) for frame in frames]
        more = {"lossless": True} if kind == ".webp" else {}
        duration = round(1000 / frames_per_second)
        images[0].save(file, kind[1:], save_all=True, append_images=images[1:], duration=duration, loop=0, **more)

    _whole(path, fill)


def _video(file: IO[Any], frames: Sequence[np.ndarray], frames_per_second: float) -> None:
    try:
        import av
    except ImportError as error:
        raise MissingExtra("av", "video") from error
    from fractions import Fraction

    height, width = (side + side % 2 for side in frames[0].shape[:2])
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=Fraction(frames_per_second).limit_denominator(1000))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"crf": "16"}
        for frame in frames:
            margins = ((0, height - frame.shape[0]), (0, width - frame.shape[1]), (0, 0))
            padded = np.pad(np.broadcast_to(frame, (*frame.shape[:2], 3)), margins, mode="edge")
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(padded), format="rgb24")))
        container.mux(stream.encode())


def _whole(path: Path, fill: Callable[[IO[Any]], None]) -> None:
    target = Target(path)
    try:
        fill(target.file)
    except BaseException:
        target.abort()
        raise
    target.commit()
