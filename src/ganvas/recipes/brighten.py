"""The bundled ``brighten``: a field of colour transforms learned from simulated under-exposure."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.settings import PairedFolder
from ganvas.degrade.low_light import LowLight
from ganvas.methods.regression import Regression
from ganvas.nets.generator import FieldSettings
from ganvas.recipes._photos import PHOTOS
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe of the bundled weights."""
    return Recipe(
        method=Regression(
            generator=FieldSettings(),
            task="brighten",
            scale=1,
            optimiser=Optimiser(lr=1e-3, schedule=Schedule(warm_up=800, decay_from=0.2, final=0.01)),
            average_images=1_500,
        ),
        data=PairedFolder(degradation=LowLight(), patch=128, zoom=(1.5, 3.0)),
        train=TrainSettings(images=16_000, batch=16),
        about=About(
            name="brighten",
            title="Brightens a dark photo",
            data=PHOTOS,
        ),
    )
