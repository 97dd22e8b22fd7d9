"""Frechet distance of Gaussians fitted to features (Heusel et al. 2017, https://arxiv.org/abs/1706.08500, eq. 6).

Departure: the trace of the matrix root is taken as the sum of the singular values of ``A^T B``, where ``A A^T`` and
``B B^T`` are the covariances. These are the roots of the eigenvalues of the covariances' product, so the value is that
of the paper; but the form is symmetric, real by construction, and exact to rounding where a covariance is singular, as
every one of fewer samples than features is. (The usual root of the product itself becomes complex there.)
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ganvas.core.errors import SettingsError
from ganvas.metrics.generation.moments import Moments
from ganvas.metrics.generation.score import Features, Score

__all__ = ["fid", "frechet"]


def _root(covariance: Float[np.ndarray, "d d"]) -> Float[np.ndarray, "d r"]:
    """A with A A^T the covariance; directions without variance left out."""
    values, vectors = np.linalg.eigh(covariance)
    kept = values > values[-1] * len(values) * np.finfo(np.float64).eps
    return vectors[:, kept] * np.sqrt(values[kept])


def frechet(
    mean_a: Float[np.ndarray, " d"],
    covariance_a: Float[np.ndarray, "d d"],
    mean_b: Float[np.ndarray, " d"],
    covariance_b: Float[np.ndarray, "d d"],
) -> float:
    """Returns |mean_a - mean_b|^2 + tr(A + B - 2 (A B)^(1/2)), at least 0."""
    a, b = _root(covariance_a), _root(covariance_b)
    shared = np.linalg.svd(a.T @ b, compute_uv=False).sum() if a.size and b.size else 0.0
    spread = np.trace(covariance_a) + np.trace(covariance_b) - 2 * shared
    return max(0.0, float(np.square(mean_a - mean_b).sum() + spread))


def fid(real: Features | Moments, fake: Features | Moments) -> Score:
    """Returns the Frechet distance of two sets of features; less is better, 0 is the same mean and covariance.

    The expectation over samples grows by about a constant over n: compare figures of the same n only.

    Args:
        real, fake: features (n, d), or their moments where they were streamed.

    Raises:
        SettingsError: fewer than two samples of one, features of different networks, or values that are not finite.
    """
    first, second = (given if isinstance(given, Moments) else Moments.of(given) for given in (real, fake))
    if first.mean.shape != second.mean.shape:
        raise SettingsError(
            f"Features of {len(first.mean)} and {len(second.mean)} numbers cannot be compared: use one extractor."
        )
    value = frechet(first.mean, first.covariance(), second.mean, second.covariance())
    fewest, width = min(first.count, second.count), len(first.mean)
    note = f"{fewest} samples for {width} features: the covariance is rank-deficient" if fewest <= width else ""
    return Score(value, note=note)
