"""Damaged pictures whose target is the mask of the damage: what a network that finds it learns from."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ganvas.degrade.captions import Captions
from ganvas.degrade.damage.damage import Damage
from ganvas.degrade.damage.scratches import Scratches
from ganvas.degrade.degradation import Degraded, Image

__all__ = ["Marked"]


@dataclass(frozen=True, kw_only=True)
class Marked:
    """A damage and, as target, its true mask: 1 where the picture is hidden, in as many channels as the photo has.

    Attributes:
        made: the damage, such as ``OldPhoto()``.
        captions: borders and lettering drawn first, which are no damage.
        clean: chance that the photo stays whole and the mask empty.
    """

    made: Damage = field(default_factory=Scratches)
    captions: Captions = field(default_factory=Captions)
    clean: float = 0.2

    def __call__(self, clean: Image, rng: np.random.Generator) -> Degraded:
        return self.pair(clean, rng)[0]

    def pair(self, clean: Image, rng: np.random.Generator) -> tuple[Degraded, Image]:
        """Returns the damaged photo and the mask."""
        shown = self.captions(clean, rng)
        if rng.random() < self.clean:
            return shown, np.zeros_like(clean)
        damaged, mask = self.made.damage(shown, rng)
        return damaged, np.repeat(mask[:, :, None], clean.shape[2], axis=2).astype(np.float32)
