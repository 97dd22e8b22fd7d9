"""JPEG compression by libjpeg, through OpenCV."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ganvas.degrade.degradation import Image

__all__ = ["Jpeg"]


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
