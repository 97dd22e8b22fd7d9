"""A figure of a generator: a number, with its spread and what has to be said beside it."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Real

from ganvas.core.errors import SettingsError

__all__ = ["Features", "Score", "checked", "generator"]

# One row a sample. Any shape: what does not fit must meet the errors below, not a complaint about types.
Features = Real[np.ndarray, "..."]


class Score(float):
    """A number, usable as one.

    Attributes:
        spread: standard deviation over the parts it is the mean of; None where there are no parts.
        note: what a reader must know to believe it; empty where there is nothing.
    """

    spread: float | None
    note: str

    def __new__(cls, value: float, *, spread: float | None = None, note: str = "") -> Score:
        self = super().__new__(cls, value)
        self.spread = spread
        self.note = note
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[float], dict[str, float | str | None]]:
        return (float(self),), {"spread": self.spread, "note": self.note}


def checked(features: Real[np.ndarray, "..."], what: str, *, least: int = 1) -> Float[np.ndarray, "n d"]:
    """Returns features as float64.

    Raises:
        SettingsError: not one row a sample, fewer than ``least`` of them, or values that are not finite.
    """
    if features.ndim != 2:
        raise SettingsError(f"The {what} features have shape {features.shape}: give one row for each sample.")
    if len(features) < least:
        raise SettingsError(f"There are {len(features)} {what} samples: this needs at least {least}.")
    rows = features.astype(np.float64)
    if not np.isfinite(rows).all():
        raise SettingsError(f"Some {what} features are not finite: the generator or the extractor has diverged.")
    return rows


def generator(seed: int) -> np.random.Generator:
    """Returns the source of every draw of these metrics."""
    return np.random.default_rng([seed, 20_261_121])
