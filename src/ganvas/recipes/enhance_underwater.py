"""The bundled ``enhance-underwater``: a field of colour transforms learned from a simulated medium."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.settings import PairedFolder
from ganvas.degrade.underwater import Underwater
from ganvas.methods.regression import Regression
from ganvas.nets.generator import FieldSettings
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe of the bundled weights."""
    return Recipe(
        method=Regression(
            generator=FieldSettings(),
            task="enhance",
            scale=1,
            optimiser=Optimiser(lr=1e-3, schedule=Schedule(warm_up=800, decay_from=0.2, final=0.01)),
            average_images=1_500,
        ),
        data=PairedFolder(degradation=Underwater(kept=0.3), patch=128, zoom=(1.5, 3.0)),
        train=TrainSettings(images=16_000, batch=16),
        about=About(
            name="enhance-underwater",
            title="Restores the colours of underwater photos",
            data="522 photos: 400 of BSDS500 (train, test) and 122 ImageNet samples; research terms, not redistributed",
        ),
    )
