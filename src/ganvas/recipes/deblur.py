"""The bundled ``deblur``: half-resolution U-Net, L1, kernels of shaking cameras."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.settings import PairedFolder
from ganvas.degrade.shake import CameraShake
from ganvas.methods.regression import Regression
from ganvas.nets.generator import HalfUNetSettings
from ganvas.recipes._photos import PHOTOS
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; the bundled weights ran on for 52,000 crops at a rate of 8e-4."""
    return Recipe(
        method=Regression(
            generator=HalfUNetSettings(features=32, levels=4, blocks=2),
            task="deblur",
            scale=1,
            optimiser=Optimiser(lr=1e-3, schedule=Schedule(warm_up=1_600, decay_from=0.0, final=0.01)),
        ),
        data=PairedFolder(degradation=CameraShake(), patch=128, margin=16, zoom=(1.0, 1.5)),
        train=TrainSettings(images=60_000, batch=16),
        about=About(
            name="deblur",
            title="Sharpens photos blurred by a shaking camera",
            data=PHOTOS,
        ),
    )
