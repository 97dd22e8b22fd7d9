"""A sheet of scratched paper laid over a picture: its marks add light, and so does the paper itself.

The way editors make a picture look old (a scanned texture added to it), and what light that a worn print scatters does
to its scan: what lies below shines through faint marks, and blacks are no longer black where the sheet is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from jaxtyping import Float

from ganvas.degrade.damage.damage import HIDDEN, Damage, Mask, befalling, check_chances
from ganvas.degrade.damage.folds import Folds
from ganvas.degrade.damage.scratches import Scratches
from ganvas.degrade.damage.scuffs import Scuffs
from ganvas.degrade.damage.specks import Specks
from ganvas.degrade.degradation import Image, quantise
from ganvas.degrade.draw import between

__all__ = ["Overlay"]


@dataclass(frozen=True, kw_only=True)
class Overlay(Damage):
    """Draws bright damages on a black sheet and adds it to the picture.

    Attributes:
        damages: what is drawn on the sheet, in this order; dark ones do not show there.
        chances: of each of them.
        gain: range of the light that a mark adds, 1 being white.
        soft: range of the Gaussian that softens the sheet, px.
        paper: chance that the sheet itself is not black.
        veil: range of the light that it then adds.
        fibres: range of the deviation of that light, as of the fibres of paper, in shares of it.
    """

    damages: Sequence[Damage] = field(
        default_factory=lambda: (
            Folds(count=(1, 1)),
            Scratches(count=(1, 4), dark=0.0, relief=0.0),
            Specks(count=(50, 2_000), radius=(0.4, 2.5), dark=0.0),
            Specks(count=(2_000, 40_000), radius=(0.4, 1.6), dark=0.0),
            Scuffs(count=(1, 3), dark=0.0),
        )
    )
    chances: tuple[float, ...] = (0.2, 0.5, 0.4, 0.25, 0.5)
    gain: tuple[float, float] = (0.2, 1.2)
    soft: tuple[float, float] = (0.0, 0.7)
    paper: float = 0.35
    veil: tuple[float, float] = (0.01, 0.1)
    fibres: tuple[float, float] = (0.05, 0.5)

    def __post_init__(self) -> None:
        check_chances("A sheet", self.damages, self.chances)

    def damage(self, clean: Image, rng: np.random.Generator) -> tuple[Image, Mask]:
        """Returns the image under the sheet, and where its marks add so much that it counts as hidden."""
        marks = self._marks(clean.shape[:2], rng)
        light = marks + self._paper(marks.shape, rng) if rng.random() < self.paper else marks
        return quantise(clean + light[:, :, None]), marks >= HIDDEN

    def _marks(self, shape: tuple[int, int], rng: np.random.Generator) -> Float[np.ndarray, "h w"]:
        """Light of the marks, 0 and up."""
        sheet = np.zeros((*shape, 1), np.float32)
        for damage in befalling(self.damages, self.chances, rng):
            sheet = damage(sheet, rng)
        marks = sheet[:, :, 0] * np.float32(between(rng, self.gain))
        soft = between(rng, self.soft)
        return cv2.GaussianBlur(marks, (0, 0), soft) if soft > 0.2 else marks

    def _paper(self, shape: tuple[int, int], rng: np.random.Generator) -> Float[np.ndarray, "h w"]:
        """Light of the sheet itself."""
        grain = rng.standard_normal(shape, dtype=np.float32)
        soft = between(rng, (0.0, 1.0))
        if soft > 0.2:
            grain = cv2.GaussianBlur(grain, (0, 0), soft)
            grain /= grain.std() + np.float32(1e-6)
        veil = between(rng, self.veil)
        return np.maximum(np.float32(veil) * (1 + np.float32(between(rng, self.fibres)) * grain), 0)
