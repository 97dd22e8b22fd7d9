"""Distances to nearest neighbours among features, in blocks: exact, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

from ganvas.core.errors import SettingsError
from ganvas.metrics.generation.score import checked

__all__ = ["EDGE", "aligned", "blocks", "nearest", "radii"]

EDGE = 1e-9  # relative; a distance is rounded one way from a to b and another from b to a
_ROUNDING = 4e-15  # of a product of vectors of one number, with room to spare
_BLOCK_NUMBERS = 8_000_000  # of a block of distances: 64 MB


def aligned(real: np.ndarray, fake: np.ndarray, k: int) -> tuple[Float[np.ndarray, "m d"], Float[np.ndarray, "n d"]]:
    """Returns both as float64, moved together so that differences lose no digits.

    Raises:
        SettingsError: no more than k samples of one, features of different networks, or values that are not finite.
    """
    if k < 1:
        raise SettingsError("A neighbourhood needs k of at least 1.")
    a, b = checked(real, "real", least=k + 1), checked(fake, "generated", least=k + 1)
    if a.shape[1] != b.shape[1]:
        raise SettingsError(f"Features of {a.shape[1]} and {b.shape[1]} numbers cannot be compared: use one extractor.")
    centre = a.mean(axis=0)
    return a - centre, b - centre


def blocks(
    queries: Float[np.ndarray, "m d"], references: Float[np.ndarray, "n d"]
) -> Iterator[tuple[slice, Float[np.ndarray, "b n"]]]:
    """Yields parts of the queries and their distances to all references.

    Squares come from |a|^2 + |b|^2 - 2 a.b, less what rounding may add to it, so that equal rows have distance 0.
    """
    norms, own = np.square(references).sum(axis=1), np.square(queries).sum(axis=1)
    rounding = _ROUNDING * np.sqrt(queries.shape[1]) * (own.max(initial=0) + norms.max(initial=0))
    step = max(1, _BLOCK_NUMBERS // max(1, len(references)))
    for start in range(0, len(queries), step):
        part = slice(start, start + step)
        squared = queries[part] @ references.T
        squared *= -2
        squared += norms - rounding
        squared += own[part, None]
        np.maximum(squared, 0, out=squared)
        yield slice(start, start + len(squared)), np.sqrt(squared, out=squared)


def radii(rows: Float[np.ndarray, "n d"], k: int) -> Float[np.ndarray, " n"]:
    """Returns the distance of each row to its k-th nearest among the others."""
    found = np.empty(len(rows))
    for place, distance in blocks(rows, rows):
        distance[np.arange(len(distance)), np.arange(place.start, place.stop)] = -1  # itself, whatever else is at 0
        found[place] = np.partition(distance, k, axis=1)[:, k]
    return found


def nearest(queries: Float[np.ndarray, "m d"], references: Float[np.ndarray, "n d"]) -> Float[np.ndarray, " m"]:
    """Returns the distance of each query to the nearest reference."""
    found = np.empty(len(queries))
    for place, distance in blocks(queries, references):
        found[place] = distance.min(axis=1)
    return found
