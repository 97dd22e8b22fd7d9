"""Kernel distance of features: squared MMD, unbiased (Binkowski et al. 2018, https://arxiv.org/abs/1801.01401)."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ganvas.core.errors import SettingsError
from ganvas.metrics.generation.score import Features, Score, checked, generator

__all__ = ["kid", "mmd"]


def mmd(real: Float[np.ndarray, "m d"], fake: Float[np.ndarray, "n d"]) -> float:
    """Returns the unbiased squared MMD under the kernel (x.y / d + 1)^3; it may be negative, and is 0 on average
    where both are of one distribution.
    """

    def kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        k = a @ b.T / a.shape[1] + 1
        return k * k * k  # ten times faster than a power

    def within(a: np.ndarray) -> float:
        k = kernel(a, a)
        return float((k.sum() - np.trace(k)) / (len(a) * (len(a) - 1)))

    return within(real) + within(fake) - 2 * float(kernel(real, fake).mean())


def kid(real: Features, fake: Features, *, subsets: int = 100, subset_size: int = 1000, seed: int = 0) -> Score:
    """Returns the mean of the squared MMD over random subsets, and its standard deviation over them; less is better.

    Where no set is larger than a subset there is one estimate, on all samples, without a spread.

    Args:
        real, fake: features (n, d).
        subsets: how many are drawn, each without repetition.
        subset_size: samples of each set in a subset; all where a set has fewer.
        seed: of the draws.

    Raises:
        SettingsError: fewer than two samples of one, features of different networks, or values that are not finite.
    """
    a, b = checked(real, "real", least=2), checked(fake, "generated", least=2)
    if a.shape[1] != b.shape[1]:
        raise SettingsError(f"Features of {a.shape[1]} and {b.shape[1]} numbers cannot be compared: use one extractor.")
    if subsets < 1 or subset_size < 2:
        raise SettingsError("KID needs at least one subset of at least 2 samples.")
    if max(len(a), len(b)) <= subset_size:
        return Score(mmd(a, b))
    rng = generator(seed)
    sizes = [min(subset_size, len(rows)) for rows in (a, b)]
    found = [
        mmd(a[rng.choice(len(a), sizes[0], replace=False)], b[rng.choice(len(b), sizes[1], replace=False)])
        for _ in range(subsets)
    ]
    return Score(float(np.mean(found)), spread=float(np.std(found)))
