"""What a classifier says of generated images: are all classes there, is each the one that was asked for, and does what
is learnt from them hold for real images?
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from ganvas.core.errors import SettingsError

__all__ = ["ClassCoverage", "Labels", "accuracy", "class_coverage", "classification_accuracy_score"]

Labels = Int[np.ndarray, " _"]


@dataclass(frozen=True, kw_only=True)
class ClassCoverage:
    """Which classes samples fall into.

    Attributes:
        classes: with at least one sample.
        of: classes there are.
        kl: sum p log(p / q) in nats, p the shares among the samples and q the wanted ones; 0 where they agree,
            infinite where a sample is of a class that is not wanted at all.
    """

    classes: int
    of: int
    kl: float


def class_coverage(predicted: Labels, *, classes: int, wanted: Labels | None = None) -> ClassCoverage:
    """Returns what the samples cover, by the class that a classifier gives each.

    Args:
        predicted: class of each sample, from 0.
        classes: how many there are.
        wanted: the same classifier's classes of real images, whose shares are wanted; equal shares when left out.

    Raises:
        SettingsError: no samples, or a class out of range.
    """
    p = _shares(predicted, classes)
    q = np.full(classes, 1 / classes) if wanted is None else _shares(wanted, classes)
    met = p > 0
    with np.errstate(divide="ignore"):
        kl = float((p[met] * np.log(p[met] / q[met])).sum())
    return ClassCoverage(classes=int(met.sum()), of=classes, kl=kl)


def accuracy(predicted: Labels, labels: Labels) -> float:
    """Returns the share of samples, in [0, 1], whose class is their label; samples of label -1 do not count.

    For a conditional generator the labels are those asked for.

    Raises:
        SettingsError: as many labels as samples are not there, or none is known.
    """
    if len(predicted) != len(labels):
        raise SettingsError(f"There are {len(predicted)} samples and {len(labels)} labels: give one for each.")
    known = labels >= 0
    if not known.any():
        raise SettingsError("No label is known: accuracy needs labelled images.")
    return float((predicted[known] == labels[known]).mean())


def classification_accuracy_score(
    fit: Callable[[np.ndarray, Labels], Callable[[np.ndarray], Labels]],
    images: np.ndarray,
    labels: Labels,
    real_images: np.ndarray,
    real_labels: Labels,
) -> float:
    """Returns the accuracy on real images of a classifier that has seen generated ones only (Ravuri and Vinyals 2019,
    https://arxiv.org/abs/1905.10887); put that of one trained on real images beside it.

    Args:
        fit: trains a classifier on images and labels and returns it, as a function of images to classes.
        images, labels: generated images and the labels they were asked for with.
        real_images, real_labels: to test on.

    Raises:
        SettingsError: a label is missing or none is known.
    """
    if len(images) != len(labels):
        raise SettingsError(f"There are {len(images)} images and {len(labels)} labels: give one for each.")
    return accuracy(fit(images, labels)(real_images), real_labels)


def _shares(predicted: Labels, classes: int) -> np.ndarray:
    if not len(predicted):
        raise SettingsError("There are no samples to classify: draw at least one.")
    if predicted.min() < 0 or predicted.max() >= classes:
        raise SettingsError(f"A class lies outside 0 to {classes - 1}: give as many classes as the classifier has.")
    return np.bincount(predicted, minlength=classes) / len(predicted)
