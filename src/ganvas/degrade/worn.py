"""Worn prints: what lies over a picture, to be taken away, and what the picture is like below, to stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ganvas.degrade.captions import Captions
from ganvas.degrade.damage.damage import Damage, befalling, check_chances
from ganvas.degrade.damage.overlay import Overlay
from ganvas.degrade.degradation import Degraded, Image
from ganvas.degrade.jpeg import Jpeg
from ganvas.degrade.old_photo import OldPhoto

__all__ = ["Worn"]


@dataclass(frozen=True, kw_only=True)
class Worn:
    """Damages over a picture and its compression, in the source alone; blur, grain and fading in both.

    Attributes:
        captions: borders and lettering, which belong to the print.
        print: what source and target show, with no damage of its own.
        damages: what comes over it, in this order.
        chances: of each of them.
        jpeg: compresses the source.
        compressed: chance of that.
        clean: chance that nothing lies over the picture.
    """

    captions: Captions = field(default_factory=Captions)
    print: OldPhoto = field(
        default_factory=lambda: OldPhoto(chances=(0.25, 0.2, 0.4, 0.0), damages=(), damage_chances=())
    )
    damages: Sequence[Damage] = field(default_factory=lambda: (Overlay(),))
    chances: tuple[float, ...] = (1.0,)
    jpeg: Jpeg = field(default_factory=lambda: Jpeg(quality=(60, 98)))
    compressed: float = 0.7
    clean: float = 0.1

    def __post_init__(self) -> None:
        check_chances("A worn print", self.damages, self.chances)

    def __call__(self, clean: Image, rng: np.random.Generator) -> Degraded:
        return self.pair(clean, rng)[0]

    def pair(self, clean: Image, rng: np.random.Generator) -> tuple[Degraded, Image]:
        """Returns the worn print and the print."""
        source = target = self.print(self.captions(clean, rng), rng)
        damages = befalling(self.damages, self.chances, rng)
        compressed = rng.random() < self.compressed
        if rng.random() >= self.clean:
            for damage in damages:
                source = damage(source, rng)
        return (self.jpeg(source, rng) if compressed else source), target
