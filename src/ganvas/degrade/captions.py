"""White borders and lettering: what belongs to a print and looks like a scratch to who has never seen any.

They stay in the target, so that a network learns to leave them alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ganvas.degrade.degradation import Image
from ganvas.degrade.draw import between, log_between

__all__ = ["Captions"]

_FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
)
_LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,-/"))


@dataclass(frozen=True, kw_only=True)
class Captions:
    """Draws borders along some sides, and lines of lettering; what has no chance takes no draw.

    Attributes:
        border: chance of borders; each side then has one by a chance of its own.
        width: range of their width, px, drawn evenly in the logarithm.
        lettering: chance of lettering.
        lines: most lines of it.
        height: range of the letters' height, px, drawn evenly in the logarithm.
        dark: chance that either is dark instead of bright.
    """

    border: float = 0.1
    width: tuple[float, float] = (1.0, 10.0)
    lettering: float = 0.12
    lines: int = 3
    height: tuple[float, float] = (5.0, 24.0)
    dark: float = 0.25

    def __call__(self, clean: Image, rng: np.random.Generator) -> Image:
        image = clean
        if self.lettering and rng.random() < self.lettering:
            image = self._lettered(image, rng)
        return self._bordered(image, rng) if self.border and rng.random() < self.border else image

    def _tone(self, rng: np.random.Generator) -> float:
        return between(rng, (0.0, 0.2)) if rng.random() < self.dark else between(rng, (0.75, 1.0))

    def _bordered(self, image: Image, rng: np.random.Generator) -> Image:
        image, wide, tone = image.copy(), round(log_between(rng, self.width)), np.float32(self._tone(rng))
        up, down, left, right = rng.random(4) < 0.4
        for here, side in (
            (up, np.s_[:wide]),
            (down, np.s_[-wide:]),
            (left, np.s_[:, :wide]),
            (right, np.s_[:, -wide:]),
        ):
            if here:
                image[side] = tone
        return image

    def _lettered(self, image: Image, rng: np.random.Generator) -> Image:
        height, width = image.shape[:2]
        cover = np.zeros((height, width), np.uint8)
        font, tall = _FONTS[rng.integers(len(_FONTS))], log_between(rng, self.height)
        size, thick = tall / 22, max(1, round(tall / 22 * between(rng, (0.7, 2.5))))  # these fonts are 22 px high
        x, y = between(rng, (-0.3, 0.7)) * width, between(rng, (0.1, 1.0)) * height
        for line in range(int(rng.integers(1, self.lines + 1))):
            words = "".join(rng.choice(_LETTERS, int(rng.integers(4, 24))))
            place = round(x), round(y + 1.5 * tall * line)
            cv2.putText(cover, words, place, font, size, 255, thick, cv2.LINE_AA)
        share = cover[:, :, None].astype(np.float32) / np.float32(255 / between(rng, (0.7, 1.0)))
        return image * (1 - share) + np.float32(self._tone(rng)) * share
