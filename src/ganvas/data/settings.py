"""Settings that open a stream: what a recipe says about its data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from ganvas.core.errors import SettingsError
from ganvas.data.sources import Folder
from ganvas.data.streams import PairedStream
from ganvas.degrade.degradation import Degradation

D = TypeVar("D", bound=Degradation)
__all__ = ["PairedFolder"]


@dataclass(frozen=True, kw_only=True)
class PairedFolder(Generic[D]):
    """Clean photos in a folder, degraded on the fly.

    Attributes:
        degradation: clean image to source.
        patch: side of the source crop, px.
        scale: target pixels per source pixel.
        gray: chance that a sample is gray.
        margin: px degraded around the crop and cut off.
        zoom: lowest and highest side of the crop in sides of the clean patch, to which it is resized.
        cache_bytes: decoded images kept in memory.
    """

    degradation: D
    patch: int = 48
    scale: int = 1
    gray: float = 0.0
    margin: int = 0
    zoom: tuple[float, float] = (1.0, 1.0)
    cache_bytes: int = 2_000_000_000

    def stream(self, path: Path | None, *, seed: int) -> PairedStream:
        """Returns the stream over the photos below ``path``.

        Raises:
            SettingsError: no folder was given.
        """
        if path is None:
            raise SettingsError("This recipe trains on photos: give their folder with --data.")
        folder = Folder(path, cache_bytes=self.cache_bytes)
        return PairedStream(
            source=folder,
            degradation=self.degradation,
            patch=self.patch,
            scale=self.scale,
            gray=self.gray,
            margin=self.margin,
            zoom=self.zoom,
            seed=seed,
        )
