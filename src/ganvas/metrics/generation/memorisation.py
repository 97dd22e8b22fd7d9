"""Has a generator learnt its training images by heart? Distances to the nearest of them, beside those of held-out ones.

The idea is that of the data-copying test of Meehan et al. 2020 (https://arxiv.org/abs/2004.05675), reduced to two
figures that need no cells: a generator that copies lies nearer to its training set than fresh real images do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ganvas.core.errors import SettingsError
from ganvas.metrics.generation.neighbours import nearest
from ganvas.metrics.generation.score import Features, checked

__all__ = ["Memorisation", "copying", "memorisation"]

_QUANTILE = 0.01


@dataclass(frozen=True, kw_only=True)
class Memorisation:
    """Nearness to the training set.

    Attributes:
        distance: mean distance of a generated sample to the nearest training sample.
        ratio: that over the same of held-out real samples: about 1 for a perfect generator, 0 for one that copies.
        copies: share of generated samples nearer than 99 % of the held-out ones are; .01 is expected of a perfect
            generator, 1 of one that copies.
    """

    distance: float
    ratio: float
    copies: float


def memorisation(fake: Features, train: Features, held_out: Features) -> Memorisation:
    """Returns the figures.

    Args:
        fake: features of generated samples.
        train: of the images that the generator was trained on.
        held_out: of real images that it was not trained on.

    Raises:
        SettingsError: one is empty, features are of different networks or not finite, or no held-out image differs
            from the training images.
    """
    seen = checked(train, "training")
    other = [checked(held_out, "held-out"), checked(fake, "generated")]
    if {rows.shape[1] for rows in other} != {seen.shape[1]}:
        raise SettingsError("Features of different lengths cannot be compared: use one extractor.")
    centre = seen.mean(axis=0)
    floor, found = (nearest(rows - centre, seen - centre) for rows in other)
    return copying(found, floor)


def copying(found: Float[np.ndarray, " n"], floor: Float[np.ndarray, " m"]) -> Memorisation:
    """Returns the figures from distances to the nearest training sample, where those were gathered part by part.

    Args:
        found: of generated samples.
        floor: of held-out ones.

    Raises:
        SettingsError: no held-out image differs from the training images.
    """
    if not floor.any():
        raise SettingsError("Every held-out image is among the training images: hold other images out.")
    # At least the smallest distance that occurs, so that exact copies count among few held-out images too.
    limit = max(float(np.quantile(floor, _QUANTILE)), float(floor[floor > 0].min()))
    return Memorisation(
        distance=float(found.mean()),
        ratio=float(found.mean() / floor.mean()),
        copies=float((found < limit).mean()),
    )
