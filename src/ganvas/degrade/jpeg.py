"""JPEG compression by libjpeg, through OpenCV: once, or over and over as pictures on their way through the web."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from ganvas.degrade.degradation import Image, quantise
from ganvas.degrade.draw import between, which

__all__ = ["Jpeg", "JpegChain"]


@dataclass(frozen=True, kw_only=True)
class Jpeg:
    """Compresses and decodes again.

    Attributes:
        quality: lowest and highest quality, 1 to 100, drawn evenly.
        subsampling: chance of 4:2:0 chroma; 4:4:4 otherwise.
    """

    quality: tuple[int, int] = (30, 95)
    subsampling: float = 0.5

    def __call__(self, clean: Image, rng: np.random.Generator) -> Image:
        quality = int(rng.integers(self.quality[0], self.quality[1] + 1))
        small = rng.random() < self.subsampling
        factor = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420 if small else cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
        pixels = np.rint(np.clip(clean, 0, 1) * 255).astype(np.uint8)
        options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, factor]
        # OpenCV takes BGR: channel order does not matter to gray, and matters to JPEG's luma otherwise.
        encoded = cv2.imencode(".jpg", pixels[:, :, ::-1], options)[1]
        decoded = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_UNCHANGED)).reshape(clean.shape)
        return decoded[:, :, ::-1].astype(np.float32) / np.float32(255)


@dataclass(frozen=True, kw_only=True)
class JpegChain:
    """Compresses one to three times, each with a quality of its own.

    A picture that was cropped since has its blocks elsewhere, and one that was resized since has them at another size;
    both come back in place and at the size of the clean image.

    Attributes:
        rounds: shares of one, two and three rounds.
        jpeg: each round.
        shift: chance that a round's grid of blocks does not start in the corner.
        resize: chance that a round before the last is at another size.
        factor: range of that size, relative to the picture's.
        clean: chance that the image stays as it is, so that an uncompressed photo comes back unchanged.
    """

    rounds: tuple[float, float, float] = (0.7, 0.2, 0.1)
    jpeg: Jpeg = field(default_factory=lambda: Jpeg(quality=(10, 95)))
    shift: float = 0.3
    resize: float = 0.3
    factor: tuple[float, float] = (0.75, 1.33)
    clean: float = 0.05

    def __call__(self, clean: Image, rng: np.random.Generator) -> Image:
        if rng.random() < self.clean:
            return quantise(clean)
        image = clean
        for _ in range(which(rng, self.rounds)):
            image = self._resized(image, rng) if rng.random() < self.resize else self._shifted(image, rng)
        return self._shifted(image, rng)

    def _shifted(self, image: Image, rng: np.random.Generator) -> Image:
        if rng.random() >= self.shift:
            return self.jpeg(image, rng)
        down, right = (int(n) for n in rng.integers(0, 16, 2))  # blocks of 4:2:0 chroma are 16 px
        moved = np.pad(image, ((down, 0), (right, 0), (0, 0)), mode="symmetric")
        return self.jpeg(moved, rng)[down:, right:]

    def _resized(self, image: Image, rng: np.random.Generator) -> Image:
        height, width, channels = image.shape
        factor = between(rng, self.factor)
        size = max(1, round(width * factor)), max(1, round(height * factor))
        there = cv2.resize(image, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC)
        done = self.jpeg(there.reshape(*size[::-1], channels), rng)
        back = cv2.resize(done, (width, height), interpolation=cv2.INTER_CUBIC if factor < 1 else cv2.INTER_AREA)
        return np.clip(back, 0, 1).reshape(image.shape)
