"""Reduction by MATLAB's antialiased bicubic: the classic super-resolution degradation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganvas.degrade.degradation import Degraded, Image, quantise
from ganvas.ops.resize import resize_matrix

__all__ = ["Bicubic"]


@dataclass(frozen=True, kw_only=True)
class Bicubic:
    """Reduces by ``scale`` and rounds to 8 bits, as the papers do."""

    scale: int = 4

    def __call__(self, clean: Image, rng: np.random.Generator) -> Degraded:
        height, width = clean.shape[0] // self.scale, clean.shape[1] // self.scale
        whole = clean[: height * self.scale, : width * self.scale]
        rows = resize_matrix(height * self.scale, height).astype(np.float32)
        columns = resize_matrix(width * self.scale, width).astype(np.float32)
        # Two plain matrix products; the channels ride along in the axis that is not reduced.
        low = (rows @ whole.reshape(len(whole), -1)).reshape(height, -1, clean.shape[2])
        turned = low.transpose(1, 0, 2).reshape(low.shape[1], -1)
        reduced = (columns @ turned).reshape(width, height, -1).transpose(1, 0, 2)
        return quantise(np.ascontiguousarray(reduced))
