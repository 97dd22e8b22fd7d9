"""The bundled ``enhance``: a field of colour transforms learned from spoilt tones."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.settings import PairedFolder
from ganvas.degrade.tone import ToneLoss
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
        data=PairedFolder(degradation=ToneLoss(), patch=128, zoom=(1.5, 3.0)),
        train=TrainSettings(images=12_000, batch=16),
        about=About(
            name="enhance",
            title="Restores contrast, exposure and colour",
            data="522 photos: 400 of BSDS500 (train, test) and 122 ImageNet samples; research terms, not redistributed",
        ),
    )
