"""The bundled feature network of the content losses, ``features``: a small classifier of labelled images."""

from __future__ import annotations

from ganvas.data.labelled import LabelledFolder
from ganvas.methods.classifier import Classifier
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe of the bundled weights: class folders below ``--data``, two images of each for the test.

    Other folders need their number, twice: ``--data.classes 40 --method.classes 40``. Photos without labels serve with
    ``--data.labels rotation --data.classes 4 --method.classes 4 --data.hold-out 0``.
    """
    return Recipe(
        method=Classifier(classes=42),
        data=LabelledFolder(classes=42, patch=64, hold_out=2),
        train=TrainSettings(images=90_000, batch=32),
        about=About(
            name="features",
            title="Features for content losses: a small classifier",
            data="AID aerial images (30 classes), CIFAR-10 (150 of each class), 600 cats and dogs; research terms, "
            "not redistributed",
        ),
    )
