"""What every encoder is given and does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

__all__ = ["Encoder", "Layout", "Metadata"]


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
