"""Precision and recall of a generator by k-nearest-neighbour balls (Kynkaanniemi et al. 2019,
https://arxiv.org/abs/1904.06991, eq. 1 and 2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganvas.metrics.generation.neighbours import EDGE, aligned, blocks, radii
from ganvas.metrics.generation.score import Features

__all__ = ["PrecisionRecall", "precision_recall"]


@dataclass(frozen=True, kw_only=True)
class PrecisionRecall:
    """Both in [0, 1].

    Attributes:
        precision: share of generated samples that lie in the ball of a real one: are they realistic?
        recall: share of real samples that lie in the ball of a generated one: is everything covered?
    """

    precision: float
    recall: float


def precision_recall(real: Features, fake: Features, *, k: int = 3) -> PrecisionRecall:
    """Returns both; the ball of a sample reaches to its k-th nearest neighbour in its own set, edge included.

    Both depend on the number of samples: use as many real as generated ones, and state it.

    Raises:
        SettingsError: no more than k samples of one, features of different networks, or values that are not finite.
    """
    a, b = aligned(real, fake, k)
    return PrecisionRecall(precision=_covered(b, a, radii(a, k)), recall=_covered(a, b, radii(b, k)))


def _covered(queries: np.ndarray, centres: np.ndarray, reach: np.ndarray) -> float:
    return sum(int((d <= reach * (1 + EDGE)).any(axis=1).sum()) for _, d in blocks(queries, centres)) / len(queries)
