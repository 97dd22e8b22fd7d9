"""Opens a picture: its header at once, its pixels when they are first read, rows at a time in float.

What comes out is upright (EXIF orientation applied), sRGB-like in [0, 1], with gray as one channel, palettes and
CMYK resolved, and the colour below transparent pixels continued from the opaque ones. See ``ganvas.io.icc`` for what
happens to colour profiles.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import numpy as np
from jaxtyping import Float32

from ganvas.core.errors import ImageError
from ganvas.io import icc
from ganvas.io.decode import open_stream
from ganvas.io.edges import EdgeExtender
from ganvas.io.info import ImageInfo, Limits
from ganvas.io.opened import Opened, guarded
from ganvas.io.raster import PillowRaster, Raster, oriented
from ganvas.io.space import Space

__all__ = ["ImageInfo", "Limits", "Picture", "RowSource", "open_picture"]

_CHUNK_PIXELS = 1 << 22  # rows are converted in chunks of about this size, to bound the float copies


class RowSource:
    """Rows of one part (colour or alpha) of a picture.

    Attributes:
        height, width: in pixels, upright.
        channels: 1 or 3.
    """

    def __init__(self, picture: Picture, *, channels: int, alpha: bool) -> None:
        self._picture, self._alpha = picture, alpha
        self.height, self.width, self.channels = picture.info.height, picture.info.width, channels

    def read(self, y0: int, y1: int) -> Float32[np.ndarray, "n w c"]:
        """Returns rows y0 to y1 (not included) as values in [0, 1].

        Raises:
            ImageError: the file turns out to be truncated or damaged.
            ValueError: rows outside the picture.
        """
        if not 0 <= y0 <= y1 <= self.height:
            raise ValueError(f"rows {y0} to {y1} are not inside a picture of {self.height} rows")
        result = np.empty((y1 - y0, self.width, self.channels), np.float32)
        step = max(1, _CHUNK_PIXELS // self.width)
        for y in range(y0, y1, step):
            stop = min(y + step, y1)
            part = self._picture.alpha_rows(y, stop) if self._alpha else self._picture.colour_rows(y, stop)
            result[y - y0 : stop - y0] = part
        return result

    def again(self) -> RowSource:
        """Returns itself: the decoded picture stays in memory, so that its rows can be read in any order."""
        return self


class Picture:
    """One opened picture. Close it, or use it as a context manager; reading all pixels needs the file only once."""

    def __init__(self, opened: Opened, stream: BinaryIO, name: str, *, owned: bool) -> None:
        self.name = name
        self._opened, self._stream, self._owned = opened, stream, owned
        stored = opened.info
        turned = stored.orientation >= 5
        self.info: ImageInfo = replace(
            stored,
            width=stored.height if turned else stored.width,
            height=stored.width if turned else stored.height,
        )
        self.colour = RowSource(self, channels=1 if stored.gray else 3, alpha=False)
        self.alpha = RowSource(self, channels=1, alpha=True) if stored.alpha else None

    def __enter__(self) -> Picture:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file and lets go of the pixels."""
        self.__dict__.pop("raster", None)
        self._release()

    def _release(self) -> None:
        if self._owned:
            with suppress(OSError):
                self._stream.close()

    @cached_property
    def raster(self) -> Raster:
        """The stored pixels, decoded on first use.

        Raises:
            ImageError: the file is truncated or damaged.
        """
        raster: Raster = guarded(self.name, self._opened.load)
        self._release()
        return raster

    @cached_property
    def range(self) -> tuple[float, float]:
        """The stored values that are read as 0 and 1: (0, 1) for 8 and 16 bits and for floats that lie within."""
        kind = np.dtype(self.info.sample)
        if kind in (np.uint8, np.uint16):
            return 0.0, 1.0
        low, high = np.inf, -np.inf
        for rows in self._stored_rows():
            values = rows[:, :, : self.colour.channels].astype(np.float64)
            values = values[np.isfinite(values)]
            if values.size:
                low, high = min(low, float(values.min())), max(high, float(values.max()))
        if not np.isfinite(low) or (kind.kind == "f" and low >= 0.0 and high <= 1.0):
            return 0.0, 1.0
        return low, high if high > low else low + 1.0

    def _stored_rows(self) -> Iterator[np.ndarray]:
        raster = self.raster
        step = max(1, _CHUNK_PIXELS // raster.width)
        for y in range(0, raster.height, step):
            yield raster.box(y, min(y + step, raster.height), 0, raster.width)

    @cached_property
    def space(self) -> Space:
        """How stored samples and network values correspond."""
        opened, (low, high) = self._opened, self.range
        profile, embed = (opened.info.icc if opened.convert_back else None), opened.embed
        if profile is not None and icc.lcms_transform(profile, None, modes=("RGB", "RGB")) is None:
            profile = None  # LittleCMS cannot use it: the values pass as they are, under the same profile
        elif profile is not None and icc.lcms_transform(None, profile, modes=("RGB", "RGB")) is None:
            profile = embed = None  # a profile of one direction (a scanner's): the result is sRGB
        return Space(
            curves=opened.profile.curves if opened.profile else (),
            low=low,
            high=high,
            profile=profile,
            embed=embed,
            gamma=opened.gamma,
        )

    def colour_rows(self, y0: int, y1: int) -> Float32[np.ndarray, "n w c"]:
        """Returns network values of upright rows; colour below transparent pixels is continued from opaque ones."""
        if self._extender is not None:
            return self._extender.rows(y0, y1)
        return self._straight_rows(y0, y1)

    def alpha_rows(self, y0: int, y1: int) -> Float32[np.ndarray, "n w 1"]:
        """Returns the opacity of upright rows."""
        rows = self._upright(y0, y1)[:, :, self.colour.channels :]
        top = 1.0 if rows.dtype.kind == "f" else float(np.iinfo(rows.dtype).max)
        return np.clip(rows.astype(np.float32) / np.float32(top), 0.0, 1.0)

    def stored_rows(self, y0: int, y1: int) -> np.ndarray:
        """Returns the samples of upright rows, alpha last, as a result of the same sample type and profile stores them:
        those of the file, or what a palette, CMYK or a profile that cannot be kept were resolved to.

        Raises:
            ImageError: the file turns out to be truncated or damaged.
        """
        raster = self.raster
        if self.space.profile is not None and isinstance(raster, PillowRaster):
            raster = replace(raster, transform=None)  # the result is converted back
        return oriented(raster, self.info.orientation, y0, y1)

    def _straight_rows(self, y0: int, y1: int) -> Float32[np.ndarray, "n w c"]:
        return self.space.decode(self._upright(y0, y1)[:, :, : self.colour.channels])

    def _upright(self, y0: int, y1: int) -> np.ndarray:
        return oriented(self.raster, self.info.orientation, y0, y1)

    @cached_property
    def _extender(self) -> EdgeExtender | None:
        if self.alpha is None:
            return None
        return EdgeExtender(self._straight_rows, self.alpha_rows, height=self.info.height, width=self.info.width)


def open_picture(source: str | Path | bytes | BinaryIO, *, limits: Limits | None = None) -> Picture:
    """Opens a picture by its content; the header is read and the limits are checked, pixels come later.

    Args:
        source: a path, the bytes of a file, or an open binary stream (a pipe too), which stays open.

    Raises:
        ImageError: missing, empty, not a picture we read, damaged, or beyond the limits.
    """
    limits = limits or Limits()
    stream: BinaryIO
    if isinstance(source, bytes):
        stream, name, owned = io.BytesIO(source), "The input", True
    elif isinstance(source, (str, Path)):
        stream, name, owned = _open_file(Path(source)), str(source), True
    else:
        stream, name, owned = _seekable(source, limits)
    try:
        opened = open_stream(stream, name, limits)
    except BaseException:
        if owned:
            stream.close()
        raise
    return Picture(opened, stream, name, owned=owned)


def _open_file(path: Path) -> BinaryIO:
    try:
        return open(path, "rb")
    except IsADirectoryError as error:
        raise ImageError(f"{path} is a folder: give a picture.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ImageError(f"Cannot read {path} ({reason}): check the path and its permissions.") from error


def _seekable(source: BinaryIO, limits: Limits) -> tuple[BinaryIO, str, bool]:
    name = str(getattr(source, "name", "The input"))
    name = "The input" if name.startswith("<") or name.isdigit() else name
    try:
        if source.seekable():
            source.seek(source.tell(), os.SEEK_SET)
            if source.tell() == 0:
                return source, name, False
        data = source.read(limits.max_bytes_in + 1)
    except OSError as error:
        raise ImageError(f"Cannot read {name} ({error.strerror or error}): give a file instead.") from error
    if len(data) > limits.max_bytes_in:
        raise ImageError(f"{name} is longer than {limits.max_bytes_in:,} bytes: give it as a file.")
    return io.BytesIO(data), name, True
