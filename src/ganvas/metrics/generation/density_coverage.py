"""Density and coverage (Naeem et al. 2020, https://arxiv.org/abs/2002.09797, section 3): balls of real samples only, so
that one outlier among the generated ones cannot claim the whole space.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganvas.metrics.generation.neighbours import EDGE, aligned, blocks, radii
from ganvas.metrics.generation.score import Features

__all__ = ["DensityCoverage", "density_coverage"]


@dataclass(frozen=True, kw_only=True)
class DensityCoverage:
    """Two figures of a generator.

    Attributes:
        density: real balls that a generated sample lies in, over k, on average; 1 is expected of a perfect generator
            and more where samples crowd in dense places.
        coverage: share of real balls with a generated sample within, in [0, 1].
    """

    density: float
    coverage: float


def density_coverage(real: Features, fake: Features, *, k: int = 5) -> DensityCoverage:
    """Returns both; balls reach to the k-th nearest real neighbour, the edge not included (as in the authors' program,
    which gives exactly 1 and 1 where the two sets are equal).

    Raises:
        SettingsError: no more than k samples of one, features of different networks, or values that are not finite.
    """
    a, b = aligned(real, fake, k)
    reach = radii(a, k) * (1 - EDGE)
    inside, hit = 0, np.zeros(len(a), bool)
    for _, distance in blocks(b, a):
        within = distance < reach
        inside += int(within.sum())
        hit |= within.any(axis=0)
    return DensityCoverage(density=inside / (k * len(b)), coverage=float(hit.mean()))
