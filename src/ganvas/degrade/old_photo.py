"""Old photographs: what befalls a picture from the camera to the scanner, in that order.

The lens blurs, the film grains, the print fades, stains, folds, scratches and dust come over it, corners tear off, and
the scan is compressed. Each befalls a picture by a chance of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from ganvas.degrade.blur import GaussianBlur
from ganvas.degrade.damage.damage import Damage, Mask, befalling, check_chances
from ganvas.degrade.damage.dust import Dust
from ganvas.degrade.damage.folds import Folds
from ganvas.degrade.damage.scratches import Scratches
from ganvas.degrade.damage.specks import Specks
from ganvas.degrade.damage.stains import Stains
from ganvas.degrade.damage.torn import Torn
from ganvas.degrade.degradation import Image, quantise
from ganvas.degrade.fading import Fading, black_and_white
from ganvas.degrade.grain import FilmGrain
from ganvas.degrade.jpeg import Jpeg

__all__ = ["Example", "OldPhoto", "examples"]


@dataclass(frozen=True)
class Example:
    """An old photo, the mask of what it no longer shows, and what a restoration is to give."""

    damaged: Image
    mask: Mask
    clean: Image


@dataclass(frozen=True, kw_only=True)
class OldPhoto(Damage):
    """Makes an old photo of a new one.

    Attributes:
        blur, grain, fading, jpeg: the steps that befall the picture as a whole.
        chances: of these four.
        damages: what comes over the faded print, in this order.
        damage_chances: of each of them, as many.
    """

    blur: GaussianBlur = field(default_factory=lambda: GaussianBlur(sigma=(0.3, 1.5), isotropic=0.8))
    grain: FilmGrain = field(default_factory=FilmGrain)
    fading: Fading = field(default_factory=Fading)
    jpeg: Jpeg = field(default_factory=lambda: Jpeg(quality=(60, 95)))
    chances: tuple[float, float, float, float] = (0.6, 0.7, 0.85, 0.7)
    damages: Sequence[Damage] = field(
        default_factory=lambda: (Stains(), Folds(), Scratches(), Dust(), Specks(), Torn())
    )
    damage_chances: tuple[float, ...] = (0.25, 0.35, 0.7, 0.5, 0.6, 0.15)

    def __post_init__(self) -> None:
        check_chances("An old photo", self.damages, self.damage_chances)

    def damage(self, clean: Image, rng: np.random.Generator) -> tuple[Image, Mask]:
        """Returns the old photo and the mask of what it no longer shows."""
        made = self.example(clean, rng)
        return made.damaged, made.mask

    def pair(self, clean: Image, rng: np.random.Generator) -> tuple[Image, Image]:
        """Returns the old photo and what it showed when it was new: black and white where it was that."""
        made = self.example(clean, rng)
        return made.damaged, made.clean

    def example(self, clean: Image, rng: np.random.Generator) -> Example:
        """Returns the old photo, its mask and what it showed when it was new."""
        blurred, grainy, faded, compressed = rng.random(4) < self.chances
        damages = befalling(self.damages, self.damage_chances, rng)
        gray = bool(faded) and rng.random() < self.fading.monochrome
        clean = black_and_white(clean) if gray else clean
        image = quantise(self.blur(clean, rng)) if blurred else quantise(clean)
        image = self.grain(image, rng) if grainy else image
        image = self.fading.fade(image, rng, gray=gray) if faded else image
        mask = np.zeros(clean.shape[:2], bool)
        for damage in damages:
            image, hidden = damage.damage(image, rng)
            mask |= hidden
        return Example(self.jpeg(image, rng) if compressed else image, mask, clean)


def examples(
    images: Iterable[Float[np.ndarray, "_h _w _c"]], *, settings: OldPhoto | None = None, seed: int = 0
) -> Iterator[Example]:
    """Yields an old photo of each image; number ``i`` is drawn from (seed, i), whatever the others are."""
    made = settings or OldPhoto()
    for number, image in enumerate(images):
        yield made.example(image, np.random.default_rng([seed, number]))
