"""Scratches: long thin wounds in the emulsion, most of them bright as the paper below, some dark."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ganvas.degrade.damage.canvas import Canvas, along, wandering
from ganvas.degrade.damage.damage import Damage, Mask, covered, numbers_between
from ganvas.degrade.degradation import Image
from ganvas.degrade.draw import between, log_between

__all__ = ["Scratches"]


@dataclass(frozen=True, kw_only=True)
class Scratches(Damage):
    """Draws straight and bent scratches, some broken, some in bundles, with ragged borders.

    Attributes:
        count: fewest and most scratches or bundles.
        length: range of their length in longer sides of the picture, drawn evenly in the logarithm.
        width: range of their width, px, drawn evenly in the logarithm; it changes on the way.
        strength: range of how much they hide, 0 to 1.
        bend: largest turn of a bent one, radians; half of them are straight.
        upright: chance that a straight one runs along the picture's sides, as from a transport or a sleeve.
        broken: chance that one shows in pieces only.
        bundle: chance that several run side by side.
        dark: chance that one is dark.
        relief: chance that the bright ones of a picture have a shadow on one side.
        paper: range of the brightness of what the bright ones bare.
    """

    count: tuple[int, int] = (2, 9)
    length: tuple[float, float] = (0.06, 1.0)
    width: tuple[float, float] = (0.8, 3.0)
    strength: tuple[float, float] = (0.6, 1.0)
    bend: float = 1.0
    upright: float = 0.5
    broken: float = 0.4
    bundle: float = 0.15
    dark: float = 0.2
    relief: float = 0.3
    paper: tuple[float, float] = (0.8, 1.0)

    def damage(self, clean: Image, rng: np.random.Generator) -> tuple[Image, Mask]:
        """Returns the scratched image and the mask of the scratches."""
        shape = clean.shape[:2]
        light, dark = Canvas(shape), Canvas(shape)
        for _ in range(numbers_between(rng, self.count)):
            self._scratch(dark if rng.random() < self.dark else light, shape, rng)
        ragged = _ragged(shape, rng)
        paper = np.float32(between(rng, self.paper)) * np.array([1, 0.98, between(rng, (0.88, 1))], np.float32)
        bright = light.cover() * ragged
        image = clean
        if rng.random() < self.relief:
            image = image * (1 - np.float32(between(rng, (0.2, 0.5))) * _beside(bright, rng))[:, :, None]
        image, mask = covered(image, bright, paper)
        image, under = covered(image, dark.cover() * ragged, np.full(1, between(rng, (0, 0.12)), np.float32))
        return image, mask | under

    def _scratch(self, canvas: Canvas, shape: tuple[int, int], rng: np.random.Generator) -> None:
        height, width = shape
        straight = rng.random() < 0.5
        angle = between(rng, (-np.pi, np.pi))
        if straight and rng.random() < self.upright:
            angle = float(rng.integers(4)) * np.pi / 2 + float(rng.normal(0, 0.04))
        length = max(height, width) * log_between(rng, self.length)
        middle = between(rng, (0, width)), between(rng, (0, height))
        start = middle[0] - np.cos(angle) * length / 2, middle[1] - np.sin(angle) * length / 2
        bend = 0.0 if straight else between(rng, (-self.bend, self.bend))
        unrest = between(rng, (0.0, 0.04)) if straight else between(rng, (0.05, 0.35))
        path = wandering(rng, start=start, angle=angle, length=length, bend=bend, unrest=unrest)
        thick, strength = log_between(rng, self.width), between(rng, self.strength)
        across = np.array([-np.sin(angle), np.cos(angle)])
        strands = numbers_between(rng, (3, 6)) if rng.random() < self.bundle else 1
        broken = rng.random() < self.broken
        for strand in range(strands):
            shift = across * rng.normal(0, 3 + 2 * thick) if strand else 0 * across
            widths = thick * (0.6 if strand else 1) * np.exp(0.3 * along(rng, len(path), 5))
            widths *= np.minimum(1, np.minimum(np.arange(len(path)), np.arange(len(path))[::-1]) / 4 + 0.3)
            strengths = np.clip(strength * (1 + 0.15 * along(rng, len(path), 4)), 0, 1)
            if broken or strand:
                strengths *= along(rng, len(path), 7) > between(rng, (-0.8, 0.2))
            canvas.line(path + shift, widths, strengths)


def _ragged(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Share of a stroke that is really there: crumbs stay on, so that its borders are not smooth."""
    noise = cv2.GaussianBlur(rng.standard_normal(shape, dtype=np.float32), (0, 0), 0.8)
    noise /= np.float32(0.35)
    return np.clip(1.15 + 0.25 * noise, 0, 1).astype(np.float32)


def _beside(cover: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The cover moved by one to two pixels: where its shadow falls."""
    angle, far = between(rng, (-np.pi, np.pi)), between(rng, (1.0, 2.0))
    move = np.array([[1, 0, far * np.cos(angle)], [0, 1, far * np.sin(angle)]], np.float32)
    return cv2.warpAffine(cover, move, cover.shape[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
