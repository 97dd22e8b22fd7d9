"""The bundled ``dehaze``: a field of colour transforms learned from the scattering model."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.settings import PairedFolder
from ganvas.degrade.haze import Haze
from ganvas.methods.regression import Regression
from ganvas.nets.generator import FieldSettings
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe of the bundled weights."""
    return Recipe(
        method=Regression(
            generator=FieldSettings(),
            task="dehaze",
            scale=1,
            optimiser=Optimiser(lr=1e-3, schedule=Schedule(warm_up=800, decay_from=0.2, final=0.01)),
            average_images=1_500,
        ),
        data=PairedFolder(degradation=Haze(beta=(0.4, 2.6)), patch=128, zoom=(1.5, 3.0)),
        train=TrainSettings(images=28_000, batch=16),
        about=About(
            name="dehaze",
            title="Takes haze, mist and smoke out of a photo",
            data="522 photos: 400 of BSDS500 (train, test) and 122 ImageNet samples; research terms, not redistributed",
        ),
    )
