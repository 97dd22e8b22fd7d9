"""Inception Score (Salimans et al. 2016, https://arxiv.org/abs/1606.03498, section 4)."""

from __future__ import annotations

import numpy as np

from ganvas.core.errors import SettingsError
from ganvas.metrics.generation.score import Features, Score, checked

__all__ = ["inception_score"]


def inception_score(probabilities: Features, *, splits: int = 10) -> Score:
    """Returns exp of the mean of KL(p(y|x) || p(y)) and its spread over splits; more is better, 1 to the classes.

    It sees no real image, and it grows with the samples of a split: state their number.

    Args:
        probabilities: of the classes, one row for each generated image.
        splits: consecutive parts of equal size (the last samples that fill none are left out), as the authors take
            them; generated images must stand in no order but that of their seeds.

    Raises:
        SettingsError: fewer samples than splits, or rows that are no probabilities.
    """
    rows = checked(probabilities, "generated", least=max(1, splits))
    if splits < 1:
        raise SettingsError("The Inception Score needs at least one split.")
    if rows.min() < 0 or not np.allclose(rows.sum(axis=1), 1, atol=1e-4):
        raise SettingsError("The Inception Score needs probabilities that add up to 1: give the softmax of the logits.")
    found = []
    for part in rows[: len(rows) // splits * splits].reshape(splits, -1, rows.shape[1]):
        marginal = part.mean(axis=0)
        safe = np.where(part > 0, part, 1.0)  # 0 log 0 = 0
        divergence = (part * (np.log(safe) - np.log(np.where(marginal > 0, marginal, 1.0)))).sum(axis=1)
        found.append(float(np.exp(divergence.mean())))
    return Score(float(np.mean(found)), spread=float(np.std(found)) if splits > 1 else None)
