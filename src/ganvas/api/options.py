"""How to apply a model, whatever the task: one frozen object for Python, flags on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ganvas.core.errors import SettingsError

if TYPE_CHECKING:
    from ganvas.infer.session import ApplyOptions
    from ganvas.io.info import Limits

__all__ = ["Options", "parse_bytes", "parse_pixels"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to apply a model.

    Attributes:
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
        precision: of the arithmetic; ``auto`` is bf16 where the chip multiplies it in hardware.
        backend: ``auto`` is OpenVINO on a CPU where it is installed, else torch.
        tile: side of the tiles in input pixels; 0 chooses by the memory allowed.
        max_memory: bytes that the process may hold; None for a share of what is free.
        color_guard: takes back what a sharpening model does to the colours of large areas.
        max_pixels_in: the largest picture read, checked before it is decoded.
        max_pixels_out: the largest picture written.
        format: of the output; ``auto`` is the input's.
        quality: of JPEG, WebP and AVIF, 1 to 100; None for the format's default here.
        provenance: write into the output's XMP which model changed it.
    """

    device: str = "auto"
    precision: Literal["auto", "f32", "bf16"] = "auto"
    backend: str = "auto"
    tile: int = 0
    max_memory: int | None = None
    color_guard: bool = True
    max_pixels_in: int = 250_000_000
    max_pixels_out: int = 1_000_000_000
    format: str = "auto"
    quality: int | None = None
    provenance: bool = True

    def __post_init__(self) -> None:
        if self.tile < 0:
            raise SettingsError(f"A tile of {self.tile} pixels is not possible: use 0 for automatic, or a size.")
        if self.quality is not None and not 1 <= self.quality <= 100:
            raise SettingsError(f"Quality {self.quality} is out of range: use 1 to 100.")
        if self.max_memory is not None and self.max_memory <= 0:
            raise SettingsError("The memory allowed must be above 0: write it like 2GiB.")
        if self.max_pixels_in < 1 or self.max_pixels_out < 1:
            raise SettingsError("The pixels allowed must be above 0: write them like 250MP.")

    def apply_options(self) -> ApplyOptions:
        """Returns what the session is told."""
        from ganvas.infer.session import ApplyOptions

        return ApplyOptions(
            backend=self.backend,
            device=self.device,
            precision=self.precision,
            tile=self.tile,
            max_memory=self.max_memory,
            color_guard=self.color_guard,
        )

    def limits(self) -> Limits:
        """Returns what the readers and writers are told."""
        from ganvas.io.info import Limits

        return Limits(max_pixels_in=self.max_pixels_in, max_pixels_out=self.max_pixels_out)

    def settings(self) -> dict[str, Any]:
        """Returns what may change an output's bytes, as JSON values."""
        return {
            "device": self.device,
            "precision": self.precision,
            "backend": self.backend,
            "tile": self.tile,
            "color_guard": self.color_guard,
            "format": self.format,
            "quality": self.quality,
            "provenance": self.provenance,
        }


_BYTE_UNITS = {"": 1, "b": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
_PIXEL_UNITS = {"": 1, "p": 1, "k": 10**3, "m": 10**6, "g": 10**9}


def parse_bytes(text: str) -> int:
    """Returns the bytes of ``2GiB``, ``512M``, ``1.5 GB`` or a plain number. K, M, G and T count in 1024; KB, MB, GB
    and TB in 1000.

    Raises:
        SettingsError: it is no size.
    """
    value = text.strip().lower()
    if value.endswith("ib"):
        return _number(text, value[:-2], _BYTE_UNITS, "2GiB")
    if value.endswith("b") and value[-2:-1] in "kmgt" and len(value) > 1:
        return _number(text, value[:-1], {"k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}, "2GiB")
    return _number(text, value, _BYTE_UNITS, "2GiB")


def parse_pixels(text: str) -> int:
    """Returns the pixels of ``250MP``, ``1G`` or a plain number; the units count in 1000.

    Raises:
        SettingsError: it is no number of pixels.
    """
    value = text.strip().lower()
    return _number(text, value[:-1] if value[-2:] in ("kp", "mp", "gp") else value, _PIXEL_UNITS, "250MP")


def _number(text: str, value: str, units: dict[str, int], example: str) -> int:
    digits = value.rstrip("bkmgtp ")
    unit = value[len(digits) :].strip()
    try:
        number = float(digits) * units[unit]
        if number < 1:
            raise ValueError
        return int(number)
    except (ValueError, KeyError, OverflowError) as error:
        raise SettingsError(f"{text!r} is no size: write it like {example}.") from error
