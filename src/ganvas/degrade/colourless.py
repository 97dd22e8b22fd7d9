"""Loss of colour: gray pictures, and faded ones that have a little of theirs left, at the same lightness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganvas.core.errors import SettingsError
from ganvas.degrade.degradation import Degraded, Image

__all__ = ["Colourless"]

_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)  # of linear sRGB (IEC 61966-2-1)


@dataclass(frozen=True, kw_only=True)
class Colourless:
    """Mixes each pixel, in linear light, with the gray of its own luminance, which its lightness L goes by.

    Attributes:
        faded: chance that some colour is left; none is otherwise.
        left: lowest and highest share of it then.

    Raises:
        SettingsError: shares out of [0, 1], or the higher one first.
    """

    faded: float = 0.15
    left: tuple[float, float] = (0.05, 0.4)

    def __post_init__(self) -> None:
        if not 0 <= self.faded <= 1 or not 0 <= self.left[0] <= self.left[1] <= 1:
            raise SettingsError("Loss of colour needs shares from 0 to 1, the lower one first.")

    def __call__(self, clean: Image, rng: np.random.Generator) -> Degraded:
        """Returns the picture with little colour or none, in as many channels; one of a single channel as it is."""
        share = np.float32(rng.uniform(*self.left) if rng.random() < self.faded else 0)
        if clean.shape[2] == 1:
            return clean
        linear = np.where(clean > 0.04045, ((clean + 0.055) / 1.055) ** 2.4, clean / 12.92).astype(np.float32)
        gray = (linear @ _LUMINANCE)[:, :, None]
        mixed = np.clip(gray + share * (linear - gray), 0, 1)
        encoded = np.where(mixed > 0.0031308, 1.055 * mixed ** (1 / 2.4) - 0.055, mixed * 12.92)
        return np.asarray(encoded, np.float32)
