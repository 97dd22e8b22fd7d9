"""Mixtures of Gaussians in the plane, on which a lost mode can be counted: the 8-ring and the 25-grid.

Sources: the ring of Metz et al. 2017 (https://arxiv.org/abs/1611.02163), the grid of Dumoulin et al. 2017 as in PacGAN
(Lin et al. 2018, https://arxiv.org/abs/1712.04086): means at {-4, -2, 0, 2, 4}^2, sigma 0.05. The grid is divided by 4
here, so that the means lie in [-1, 1] like images; the ratio of spacing to sigma, which makes it hard, is kept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from ganvas.core.batch import Clean
from ganvas.core.errors import SettingsError
from ganvas.ops import random

__all__ = ["Grid", "Mixture", "Ring"]


@dataclass(frozen=True, kw_only=True)
class Mixture:
    """An endless stream of points from round Gaussians of equal weight; point ``i`` is a pure function of (seed, i).

    Attributes:
        sigma: standard deviation of each Gaussian along each axis.
        seed: of the points.
    """

    sigma: float
    seed: int = 0

    def __post_init__(self) -> None:
        if self.sigma <= 0:
            raise SettingsError(f"Gaussians need sigma > 0, not {self.sigma}.")

    def modes(self) -> Float[Tensor, "k 2"]:
        """Returns the means."""
        raise NotImplementedError

    def stream(self, path: Path | None, *, seed: int) -> Mixture:
        """Returns this mixture with the seed; the points are made, so ``path`` is not used."""
        return replace(self, seed=seed)

    def batch(self, first: int, count: int) -> Clean:
        """Returns points ``first`` to ``first + count - 1``."""
        index = torch.arange(first, first + count)
        modes = self.modes()
        choice = random.uniform(random.key_of(self.seed, "toy2d", "mode"), index, (), dtype=torch.float64)
        noise = random.normal(random.key_of(self.seed, "toy2d", "noise"), index, (2,))
        return Clean(modes[(choice * len(modes)).long()] + self.sigma * noise)


@dataclass(frozen=True, kw_only=True)
class Ring(Mixture):
    """Gaussians at equal angles on a circle.

    Attributes:
        radius: of the circle.
        count: how many.
    """

    sigma: float = 0.01
    radius: float = 1.0
    count: int = 8

    def modes(self) -> Float[Tensor, "k 2"]:
        """Returns the means, the first on the positive x axis, counter-clockwise."""
        angle = torch.arange(self.count, dtype=torch.float64) * (2 * math.pi / self.count)
        return (self.radius * torch.stack([angle.cos(), angle.sin()], dim=1)).float()


@dataclass(frozen=True, kw_only=True)
class Grid(Mixture):
    """Gaussians on a square grid over [-1, 1]^2.

    Attributes:
        side: Gaussians along each axis.
    """

    sigma: float = 0.0125
    side: int = 5

    def modes(self) -> Float[Tensor, "k 2"]:
        """Returns the means, row by row."""
        axis = torch.linspace(-1, 1, self.side)
        return torch.cartesian_prod(axis, axis)
