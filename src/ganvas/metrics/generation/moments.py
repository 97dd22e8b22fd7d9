"""Mean and covariance of a stream of features, in one pass and float64.

Parts are joined by the update of Chan, Golub and LeVeque 1979 (Updating formulae and a pairwise algorithm for computing
sample variances): no cancellation, whatever the size of the parts, and no more memory than two matrices.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ganvas.core.errors import SettingsError
from ganvas.metrics.generation.score import Features, checked

__all__ = ["Moments"]


@dataclass(frozen=True, kw_only=True)
class Moments:
    """What the Frechet distance needs of features.

    Attributes:
        count: samples.
        mean: their mean.
        scatter: sum of (x - mean)(x - mean)^T.
    """

    count: int
    mean: Float[np.ndarray, " d"]
    scatter: Float[np.ndarray, "d d"]

    @classmethod
    def of(cls, features: Features) -> Moments:
        """Returns the moments of one block of features.

        Raises:
            SettingsError: there are none, or some are not finite.
        """
        rows = checked(features, "given")
        mean = rows.mean(axis=0)
        centred = rows - mean
        return cls(count=len(rows), mean=mean, scatter=centred.T @ centred)

    @classmethod
    def stream(cls, blocks: Iterable[Features]) -> Moments:
        """Returns the moments of all blocks together.

        Raises:
            SettingsError: there are no blocks, or a block is empty or not finite.
        """
        total: Moments | None = None
        for block in blocks:
            total = cls.of(block) if total is None else total.joined(cls.of(block))
        if total is None:
            raise SettingsError("There are no features to take moments of: give at least one block.")
        return total

    def joined(self, other: Moments) -> Moments:
        """Returns the moments of both sets of samples together."""
        count = self.count + other.count
        apart = other.mean - self.mean
        between = np.outer(apart, apart) * (self.count * other.count / count)
        mean = self.mean + apart * (other.count / count)
        return Moments(count=count, mean=mean, scatter=self.scatter + other.scatter + between)

    def covariance(self) -> Float[np.ndarray, "d d"]:
        """Returns the unbiased covariance (divided by count - 1), exactly symmetric.

        Raises:
            SettingsError: fewer than two samples.
        """
        if self.count < 2:
            raise SettingsError(f"A covariance of {self.count} sample is not defined: give at least 2.")
        return (self.scatter + self.scatter.T) / (2 * (self.count - 1))
