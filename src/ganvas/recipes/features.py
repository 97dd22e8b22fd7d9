"""The bundled feature network of the content losses, ``features``: a small classifier of labelled images."""

from __future__ import annotations

from ganvas.data.labelled import LabelledFolder
from ganvas.methods.classifier import Classifier
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe: class folders below ``--data``, the last two images of each held out for the test.

    Other folders need their number, twice: ``--data.classes 40 --method.classes 40``. Photos without labels serve with
    ``--data.labels rotation --data.classes 4 --method.classes 4 --data.hold-out 0``.
    """
    return Recipe(
        method=Classifier(classes=30),
        data=LabelledFolder(classes=30, patch=96, hold_out=2),
        train=TrainSettings(images=60_000, batch=32),
        about=About(
            name="features",
            title="Features for content losses: a small classifier",
            data="AID aerial images in 30 classes, nine of each; research terms, not redistributed",
        ),
    )
