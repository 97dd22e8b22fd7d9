"""Stored samples to the network's values in [0, 1] and back: one object per picture, exact in both directions."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float, Float32

from ganvas.io import icc

__all__ = ["Space"]

_STEPS = 65_536


@dataclass(frozen=True)
class Space:
    """How samples and network values correspond.

    Attributes:
        curves: tone curves of the profile, one for gray and three for RGB; empty where values pass as they are.
        low, high: stored values that become 0 and 1 (floats and wide integers).
        profile: LittleCMS profile the result is converted back to, for profiles of tables.
        embed: profile the result carries.
        gamma: PNG gamma the result carries in place of a profile.
    """

    curves: tuple[tuple[int, tuple[float, ...]], ...] = ()
    low: float = 0.0
    high: float = 1.0
    profile: bytes | None = None
    embed: bytes | None = None
    gamma: float | None = None
    _tables: dict[int, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def decode(self, stored: np.ndarray) -> Float32[np.ndarray, "h w c"]:
        """Returns network values of stored colour samples (h, w, c)."""
        if stored.dtype not in (np.uint8, np.uint16) or (self.low, self.high) != (0.0, 1.0):
            return self._from_range(stored)
        levels = np.iinfo(stored.dtype).max + 1
        table = self._table(levels)
        if table is None:
            return np.multiply(stored, np.float32(1 / (levels - 1)), dtype=np.float32)
        return np.stack([table[:, c][stored[:, :, c]] for c in range(stored.shape[2])], axis=2)

    def encode(self, values: Float[np.ndarray, "h w c"], sample: str) -> np.ndarray:
        """Returns stored samples of network values; what lies outside [0, 1] is clipped."""
        kind = np.dtype(sample)
        if sample not in ("uint8", "uint16"):
            return self._to_range(values, kind)
        levels = np.iinfo(kind).max + 1
        if self.profile is not None and self._back is not None and values.shape[2] == 3:
            return self._through_lcms(values, kind)
        table = self._table(levels)
        if table is None:
            return _quantise(values, levels).astype(kind)
        if levels == 256:
            codes = self._inverse[_quantise(values, _STEPS).astype(np.uint16), np.arange(values.shape[2])]
            return codes
        axis = np.arange(levels)
        planes = [np.interp(values[:, :, c], table[:, c], axis) for c in range(values.shape[2])]
        return (np.stack(planes, axis=2) + 0.5).astype(kind)

    def _table(self, levels: int) -> Float32[np.ndarray, "levels c"] | None:
        """The curve by code, or None where it is the identity to a third of a step (sRGB, Display-P3)."""
        if not self.curves:
            return None
        if levels not in self._tables:
            table = icc.table(self.curves, levels)
            same = np.abs(icc.table(self.curves, 256) - np.linspace(0.0, 1.0, 256)[:, None]).max() < 0.35 / 255
            # At 16 bits the same test would fail on curves stored with 16-bit rounding; the profile is kept anyway.
            self._tables[levels] = None if same else np.maximum.accumulate(table, axis=0).astype(np.float32)
        return self._tables[levels]

    @cached_property
    def _inverse(self) -> np.ndarray:
        grid, codes = np.linspace(0.0, 1.0, _STEPS), np.arange(256)
        table = icc.table(self.curves, 256)
        planes = [np.interp(grid, np.maximum.accumulate(table[:, c]), codes) for c in range(table.shape[1])]
        return (np.stack(planes, axis=1) + 0.5).astype(np.uint8)

    @cached_property
    def _back(self) -> Any:
        return icc.lcms_transform(None, self.profile, modes=("RGB", "RGB"))

    def _through_lcms(self, values: Float[np.ndarray, "h w c"], kind: np.dtype) -> np.ndarray:
        from PIL import Image, ImageCms

        image = Image.fromarray(_quantise(values, 256).astype(np.uint8))
        converted = np.asarray(ImageCms.applyTransform(image, self._back))
        return converted if kind == np.uint8 else converted.astype(np.uint16) * 257

    def _from_range(self, stored: np.ndarray) -> Float32[np.ndarray, "h w c"]:
        values: Any = stored.astype(np.float32 if stored.dtype.kind == "f" else np.float64)
        if (self.low, self.high) != (0.0, 1.0):
            values = (values - self.low) / (self.high - self.low)
        if stored.dtype.kind == "f":
            values = np.nan_to_num(values, nan=0.0, posinf=1.0, neginf=0.0)
        return values.astype(np.float32, copy=False)

    def _to_range(self, values: Float[np.ndarray, "h w c"], kind: np.dtype) -> np.ndarray:
        low, high = self.low, self.high
        if kind.kind == "f":
            return (values * (high - low) + low).astype(kind) if (low, high) != (0.0, 1.0) else values.astype(kind)
        limits = np.iinfo(kind)
        wide = values.astype(np.float64) * (high - low) + low
        return np.clip(np.rint(wide), limits.min, limits.max).astype(kind)


def _quantise(values: Float[np.ndarray, "h w c"], levels: int) -> Float[np.ndarray, "h w c"]:
    scaled = np.multiply(values, np.float32(levels - 1), dtype=np.float32)
    scaled += np.float32(0.5)
    return np.clip(scaled, 0.5, levels - 0.5, out=scaled)
