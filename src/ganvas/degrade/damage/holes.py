"""Holes: parts of a picture that are missing, by strokes, boxes, borders, or the masks in a folder.

Strokes in the manner of Yu et al. 2019, "Free-Form Image Inpainting with Gated Convolution"
(https://arxiv.org/abs/1806.03589), algorithm 1: polylines with round joints whose turns alternate. Departure: strokes
are added until the share of the picture that was drawn is missing, instead of a number of them.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from ganvas.core.errors import ImageError, SettingsError
from ganvas.degrade.damage.damage import Damage, Mask, numbers_between
from ganvas.degrade.degradation import Image, quantise
from ganvas.degrade.draw import between, which

GRAY = np.float32(0.5)  # what a damaged picture shows in its holes
WHITE = 128  # level of a mask file from which a pixel is missing
_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".pgm"})
_MOST_STROKES = 200  # a picture of few pixels may never miss exactly what it should
__all__ = ["Borders", "Boxes", "Hole", "Holes", "MaskFiles", "Strokes"]


class Hole(Damage):
    """A damage that depends on the size of a picture only."""

    @abstractmethod
    def mask(self, shape: tuple[int, int], rng: np.random.Generator) -> Mask:
        """Returns what is missing of a picture of ``shape`` (height, width)."""

    def damage(self, clean: Image, rng: np.random.Generator) -> tuple[Image, Mask]:
        """Returns the image with gray in its holes, and their mask."""
        mask = self.mask(clean.shape[:2], rng)
        return quantise(np.where(mask[:, :, None], GRAY, clean)), mask


@dataclass(frozen=True, kw_only=True)
class Strokes(Hole):
    """Free-form strokes, as of a brush.

    Attributes:
        share: range of the share of the picture that is missing; the last stroke may pass it by its last piece.
        width: range of a stroke's width in shorter sides; it changes from piece to piece.
        piece: range of the length of a straight piece, in shorter sides.
        pieces: fewest and most pieces of a stroke.
        turn: range of the angle between two pieces, radians.
    """

    share: tuple[float, float] = (0.02, 0.35)
    width: tuple[float, float] = (0.02, 0.12)
    piece: tuple[float, float] = (0.05, 0.25)
    pieces: tuple[int, int] = (2, 9)
    turn: tuple[float, float] = (0.1, 1.2)

    def __post_init__(self) -> None:
        if not 0 <= self.share[0] <= self.share[1] < 1:
            raise SettingsError("Strokes need a share of 0 to below 1, low to high: a picture needs known pixels.")

    def mask(self, shape: tuple[int, int], rng: np.random.Generator) -> Mask:
        """Returns what is missing."""
        drawn = np.zeros(shape, np.uint8)
        wanted = between(rng, self.share) * drawn.size
        for _ in range(_MOST_STROKES):
            if cv2.countNonZero(drawn) >= wanted:
                break
            self._stroke(drawn, wanted, rng)
        return drawn > 0

    def _stroke(self, drawn: np.ndarray, wanted: float, rng: np.random.Generator) -> None:
        shorter = min(drawn.shape)
        place = rng.uniform((0, 0), (drawn.shape[1], drawn.shape[0]))
        angle, width = between(rng, (-np.pi, np.pi)), between(rng, self.width)
        for piece in range(numbers_between(rng, self.pieces)):
            if cv2.countNonZero(drawn) >= wanted:
                return
            angle += between(rng, self.turn) * (1 if piece % 2 else -1) * float(rng.choice([1, 1, -1]))
            end = place + shorter * between(rng, self.piece) * np.array([np.cos(angle), np.sin(angle)])
            thick = max(1, round(shorter * np.clip(width * between(rng, (0.6, 1.5)), *self.width)))
            cv2.line(drawn, np.rint(place).astype(int).tolist(), np.rint(end).astype(int).tolist(), 255, thick)
            place = end


@dataclass(frozen=True, kw_only=True)
class Boxes(Hole):
    """Upright rectangles.

    Attributes:
        count: fewest and most.
        side: range of each side as a share of the picture's.
        centred: puts all of them in the middle; a side of one half then hides the centre quarter.
    """

    count: tuple[int, int] = (1, 4)
    side: tuple[float, float] = (0.1, 0.4)
    centred: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.side[0] <= self.side[1] < 1:
            raise SettingsError("Boxes need a side above 0 and below 1, low to high: a picture needs known pixels.")

    def mask(self, shape: tuple[int, int], rng: np.random.Generator) -> Mask:
        """Returns what is missing."""
        mask = np.zeros(shape, bool)
        for _ in range(numbers_between(rng, self.count)):
            sides = [max(1, round(n * between(rng, self.side))) for n in shape]
            spare = [n - side for n, side in zip(shape, sides, strict=True)]
            top, left = (n // 2 for n in spare) if self.centred else (int(rng.integers(n + 1)) for n in spare)
            mask[top : top + sides[0], left : left + sides[1]] = True
        return mask


@dataclass(frozen=True, kw_only=True)
class Borders(Hole):
    """Strips along the sides, as where a picture is to be continued.

    Attributes:
        depth: range of a strip's depth as a share of the picture's side.
        sides: fewest and most sides, 1 to 4.
    """

    depth: tuple[float, float] = (0.05, 0.3)
    sides: tuple[int, int] = (1, 4)

    def __post_init__(self) -> None:
        if not 0 < self.depth[0] <= self.depth[1] < 0.5 or not 1 <= self.sides[0] <= self.sides[1] <= 4:
            raise SettingsError("Borders need 1 to 4 sides and a depth above 0 and below a half, low to high.")

    def mask(self, shape: tuple[int, int], rng: np.random.Generator) -> Mask:
        """Returns what is missing."""
        mask = np.zeros(shape, bool)
        for side in rng.permutation(4)[: numbers_between(rng, self.sides)]:
            turned = np.rot90(mask, int(side))  # a view: what is set in it is set in the mask
            turned[: max(1, round(len(turned) * between(rng, self.depth)))] = True
        return mask


@dataclass(frozen=True, kw_only=True)
class MaskFiles(Hole):
    """The masks in a folder, each in one of the eight symmetries of the square, stretched to the picture.

    Attributes:
        folder: mask files of any size; white is missing, levels of 128 and above count as white.
    """

    folder: Path

    def mask(self, shape: tuple[int, int], rng: np.random.Generator) -> Mask:
        """Returns what is missing.

        Raises:
            ImageError: the folder holds no masks, or one cannot be read.
        """
        files = _mask_files(self.folder)
        mask = _read(files[int(rng.integers(len(files)))])
        mask = np.rot90(mask, int(rng.integers(4)))
        mask = mask[::-1] if rng.random() < 0.5 else mask
        resized = cv2.resize(np.ascontiguousarray(mask), shape[::-1], interpolation=cv2.INTER_NEAREST)
        return resized >= WHITE


@dataclass(frozen=True, kw_only=True)
class Holes(Hole):
    """One kind of hole per picture, drawn by its share.

    Attributes:
        kinds: the kinds.
        shares: their shares, as many.
    """

    kinds: Sequence[Hole] = field(default_factory=lambda: (Strokes(), Boxes(), Borders()))
    shares: tuple[float, ...] = (0.7, 0.2, 0.1)

    def __post_init__(self) -> None:
        if not self.kinds or len(self.kinds) != len(self.shares):
            raise SettingsError(f"Holes need a share for each of {len(self.kinds)} kinds, and at least one kind.")

    def mask(self, shape: tuple[int, int], rng: np.random.Generator) -> Mask:
        """Returns what is missing."""
        return self.kinds[which(rng, self.shares)].mask(shape, rng)


@lru_cache(maxsize=4)
def _mask_files(folder: Path) -> tuple[Path, ...]:
    files = tuple(sorted(f for f in folder.rglob("*") if f.suffix.lower() in _SUFFIXES and f.is_file()))
    if not files:
        raise ImageError(f"{folder} holds no masks: give a folder with gray PNG files, white where it is missing.")
    return files


@lru_cache(maxsize=256)
def _read(file: Path) -> np.ndarray:
    """A mask file as gray levels of 8 bits."""
    raw = np.fromfile(file, dtype=np.uint8)
    mask = cv2.imdecode(raw, cv2.IMREAD_GRAYSCALE) if raw.size else None
    if mask is None:
        raise ImageError(f"{file} cannot be decoded: remove it from the folder of masks.")
    return np.asarray(mask)
