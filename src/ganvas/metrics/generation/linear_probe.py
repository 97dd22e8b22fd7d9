"""Linear probe: how much of the labels stands in features, as a linear classifier reads it (Alain and Bengio 2017,
https://arxiv.org/abs/1610.01644).

Departure: ridge regression to one-hot labels in closed form in place of logistic regression, so that the value depends
on no optimiser.
"""

from __future__ import annotations

import numpy as np

from ganvas.core.errors import SettingsError
from ganvas.metrics.generation.classes import Labels, accuracy
from ganvas.metrics.generation.score import Features, checked

__all__ = ["linear_probe"]


def linear_probe(
    features: Features,
    labels: Labels,
    held_out: Features,
    held_out_labels: Labels,
    *,
    ridge: float = 1e-2,
) -> float:
    """Returns the accuracy on held-out samples, in [0, 1].

    Args:
        features, labels: to fit on; labels from 0.
        held_out, held_out_labels: to test on.
        ridge: weight of the squared coefficients, relative to the samples; features are standardised first.

    Raises:
        SettingsError: a label is missing, features are of different networks or not finite, or ridge is not positive.
    """
    x, other = checked(features, "training", least=2), checked(held_out, "held-out")
    if len(x) != len(labels) or x.shape[1] != other.shape[1]:
        raise SettingsError("A probe needs one label for each sample and held-out features of the same network.")
    if ridge <= 0 or labels.min() < 0:
        raise SettingsError("A probe needs a ridge above 0 and labels from 0.")
    mean, deviation = x.mean(axis=0), x.std(axis=0)
    deviation[deviation < 1e-12 * (1 + np.abs(mean))] = np.inf  # a feature that never changes tells nothing
    x, other = (x - mean) / deviation, (other - mean) / deviation
    hot = np.eye(int(labels.max()) + 1)[labels]
    system = x.T @ x + ridge * len(x) * np.eye(x.shape[1])
    weights = np.linalg.solve(system, x.T @ (hot - hot.mean(axis=0)))
    return accuracy((other @ weights + hot.mean(axis=0)).argmax(axis=1), held_out_labels)
