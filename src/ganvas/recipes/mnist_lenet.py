"""The bundled extractor of digits, ``mnist-lenet``: what the metrics of generated digits are measured with."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.images import LabelledImages
from ganvas.methods.classifier import Classifier
from ganvas.nets.feature_net import FeatureSettings
from ganvas.recipes._mnist import MNIST
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe: MNIST's idx files below ``--data``; any other set of 10 classes of gray images fits too.

    Three convolutional stages in the order of LeNet-5 (LeCun et al. 1998), the mean over all places in place of its
    dense layers: 96 features, 10 classes.
    """
    return Recipe(
        method=Classifier(
            network=FeatureSettings(widths=(16, 32, 96), convolutions=(1, 2, 2)),
            classes=10,
            channels=1,
            smoothing=0.0,  # its probabilities are read, so they are not bent
            optimiser=Optimiser(
                kind="adamw", lr=4e-3, weight_decay=0.02, schedule=Schedule(warm_up=4_000, decay_from=0.0, final=0.01)
            ),
        ),
        data=LabelledImages(size=28, channels=1, fit="exact", classes=10),
        train=TrainSettings(images=180_000, batch=64),
        about=About(
            name="mnist-lenet",
            title="Features and classes of digits, for metrics",
            data=MNIST,
        ),
    )
