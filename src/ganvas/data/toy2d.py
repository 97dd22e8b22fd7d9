"""Mixtures of Gaussians in the plane, on which a lost mode can be counted: the 8-ring and the 25-grid.

Sources: the ring of Metz et al. 2017 (https://arxiv.org/abs/1611.02163), the grid of Dumoulin et al. 2017 as in PacGAN
(Lin et al. 2018, https://arxiv.org/abs/1712.04086): means at {-4, -2, 0, 2, 4}^2, sigma 0.05. The grid is divided by 4
here, so that the means lie in [-1, 1] like images; the ratio of spacing to sigma, which makes it hard, is kept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from ganvas.core.batch import Clean
from ganvas.core.errors import SettingsError
from ganvas.ops import random

__all__ = ["Toy2d"]

_SIGMA = {"ring": 0.01, "grid": 0.05 / 4}
_FAR = 2**40


@dataclass(frozen=True, kw_only=True)
class Toy2d:
    """An endless stream of points from round Gaussians of equal weight; point ``i`` is a pure function of (seed, i).

    Attributes:
        shape: ``ring`` is 8 Gaussians on the unit circle, ``grid`` 25 over [-1, 1]^2.
        sigma: standard deviation of each along each axis; None is the articles' (0.01; grid 0.0125).
        seed: of the points.
    """

    shape: Literal["ring", "grid"] = "ring"
    sigma: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.deviation <= 0:
            raise SettingsError(f"Gaussians need sigma > 0, not {self.sigma}.")

    @property
    def deviation(self) -> float:
        """Standard deviation of each Gaussian along each axis."""
        return _SIGMA[self.shape] if self.sigma is None else self.sigma

    def modes(self) -> Float[Tensor, "k 2"]:
        """Returns the means: the ring's counter-clockwise from the positive x axis, the grid's row by row."""
        if self.shape == "grid":
            axis = torch.linspace(-1, 1, 5)
            return torch.cartesian_prod(axis, axis)
        angle = torch.arange(8, dtype=torch.float64) * (math.pi / 4)
        return torch.stack([angle.cos(), angle.sin()], dim=1).float()

    def stream(self, path: Path | None, *, seed: int) -> Toy2d:
        """Returns this mixture with the seed; the points are made, so ``path`` is not used."""
        return replace(self, seed=seed)

    def batch(self, first: int, count: int) -> Clean:
        """Returns points ``first`` to ``first + count - 1``."""
        index = torch.arange(first, first + count)
        modes = self.modes()
        choice = random.uniform(random.key_of(self.seed, "toy2d", "mode"), index, (), dtype=torch.float64)
        noise = random.normal(random.key_of(self.seed, "toy2d", "noise"), index, (2,))
        return Clean(modes[(choice * len(modes)).long()] + self.deviation * noise)

    def unseen(self, count: int) -> Clean:
        """Returns points that no training gets to: the sequence far out."""
        return self.batch(_FAR, count)
