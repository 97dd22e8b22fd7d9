"""What every encoder is given and does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

__all__ = ["Encoder", "Layout", "Metadata", "Strips"]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The picture to be written.

    Attributes:
        channels: 1 or 3, and one more with alpha.
        sample: numpy type of the samples.
    """

    width: int
    height: int
    channels: int
    alpha: bool
    sample: str

    @property
    def bits(self) -> int:
        return np.dtype(self.sample).itemsize * 8


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """What travels with the pixels, ready to be written."""

    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    iptc: bytes | None = None
    dpi: tuple[float, float] | None = None
    gamma: float | None = None


class Encoder(Protocol):
    """Takes rows from top to bottom, (n, w, channels) in the layout's sample type."""

    def rows(self, pixels: np.ndarray) -> None: ...

    def finish(self) -> None:
        """Writes what is left; called once, after the last row."""
        ...


@dataclass
class Strips:
    """Gathers rows that come in any number into strips of equal height; the last may be lower.

    Attributes:
        height: of a strip.
    """

    height: int
    _parts: list[np.ndarray] = field(default_factory=list, init=False)
    _pending: int = field(default=0, init=False)

    def add(self, pixels: np.ndarray) -> Iterator[np.ndarray]:
        """Yields the strips that these rows complete; each is the receiver's own."""
        while len(pixels):
            take = min(len(pixels), self.height - self._pending)
            self._parts.append(pixels[:take].copy())
            self._pending += take
            pixels = pixels[take:]
            if self._pending == self.height:
                yield from self.rest()

    def rest(self) -> Iterator[np.ndarray]:
        """Yields the rows that are left, where there are any."""
        if self._parts:
            strip = np.concatenate(self._parts) if len(self._parts) > 1 else self._parts[0]
            self._parts, self._pending = [], 0
            yield strip
