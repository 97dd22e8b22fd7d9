"""Halftone: a print in dots, as in newspapers and old magazines.

Each ink is a grid of dots at an angle of its own, whose size follows the tone (Ulichney 1987, "Digital Halftoning",
chapter 5: clustered dots).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from ganvas.degrade.degradation import Image, quantise
from ganvas.degrade.draw import between

ANGLES = tuple(np.deg2rad((15.0, 75.0, 0.0)))  # of cyan, magenta and yellow, which take red, green and blue
BLACK = float(np.deg2rad(45.0))
__all__ = ["Halftone"]


@dataclass(frozen=True, kw_only=True)
class Halftone:
    """Prints in dots and scans that; rounds to 8 bits.

    Attributes:
        cell: range of the distance of two dots, px.
        monochrome: chance of black ink alone; cyan, magenta and yellow otherwise.
        hard: range of the sharpness of a dot's border: 1 is as soft as the dot, more is harder.
        soft: range of the scanner's blur, standard deviation in px.
        ink: range of how dark full ink is, 0 (none) to 1.
    """

    cell: tuple[float, float] = (2.5, 6.0)
    monochrome: float = 0.5
    hard: tuple[float, float] = (1.5, 5.0)
    soft: tuple[float, float] = (0.4, 1.0)
    ink: tuple[float, float] = (0.75, 1.0)

    def __call__(self, clean: Image, rng: np.random.Generator) -> Image:
        cell, hard, ink = between(rng, self.cell), between(rng, self.hard), between(rng, self.ink)
        turn, phase = between(rng, (-0.2, 0.2)), rng.uniform(0, 2 * np.pi, (3, 2))
        alone = clean.shape[2] == 1 or rng.random() < self.monochrome
        plates = clean.mean(axis=2, keepdims=True) if alone else clean
        angles = (BLACK,) if alone else ANGLES
        dots = []
        for plate, angle in enumerate(angles):
            screen = _screen(clean.shape[:2], cell, angle + turn, phase[plate])
            level = _level(np.clip(plates[:, :, plate], 0, 1), np.float32(hard))
            dots.append(np.clip((level - screen) * np.float32(hard) + np.float32(0.5), 0, 1))
        printed = 1 - np.float32(ink) * (1 - np.stack(dots, axis=2))
        scanned = cv2.GaussianBlur(printed, (0, 0), between(rng, self.soft)).reshape(printed.shape)
        return quantise(np.broadcast_to(scanned, clean.shape))


def _level(tone: np.ndarray, hard: np.float32) -> np.ndarray:
    """The tone to compare with the screen, so that dots with soft borders keep the mean, white and black included."""
    narrow = np.float32(0.5) / hard

    def dark(part: np.ndarray) -> np.ndarray:
        return (np.sqrt(2 * hard * part) - np.float32(0.5)) / hard

    level: np.ndarray = np.where(tone < narrow, dark(tone), np.where(tone > 1 - narrow, 1 - dark(1 - tone), tone))
    return level


def _screen(shape: tuple[int, int], cell: float, angle: float, phase: np.ndarray) -> np.ndarray:
    """The tone from which a place stays white: every tone leaves about its own share of each cell white."""
    rows, columns = np.indices(shape, dtype=np.float32)
    u = columns * np.float32(np.cos(angle)) + rows * np.float32(np.sin(angle))
    v = rows * np.float32(np.cos(angle)) - columns * np.float32(np.sin(angle))
    wave = np.float32(2 * np.pi / cell)
    spot: np.ndarray = (np.cos(u * wave + np.float32(phase[0])) + np.cos(v * wave + np.float32(phase[1]))) / 2
    # By its rank in a cell, so that the thresholds are spread evenly and every tone keeps its share of white.
    ranked = _ranked()
    return np.interp(spot, ranked, np.linspace(0, 1, len(ranked))).astype(np.float32)


@lru_cache(maxsize=1)
def _ranked() -> np.ndarray:
    """Every hundredth of the values that a spot takes over a cell, from low to high."""
    waves = np.cos(np.linspace(0, 2 * np.pi, 400, endpoint=False))
    return np.quantile((waves[:, None] + waves[None]) / 2, np.linspace(0, 1, 101))
