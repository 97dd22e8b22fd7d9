"""The bundled fidelity upscaler, ``upscale-x4``: compact network, L1, bicubic reduction by four."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.settings import PairedFolder
from ganvas.degrade.bicubic import Bicubic
from ganvas.methods.regression import Regression
from ganvas.nets.generator import CompactSettings
from ganvas.recipes._photos import PHOTOS
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe of the bundled weights: 160,000 crops of 48 px, about 45 minutes on one AMX core."""
    return Recipe(
        method=Regression(
            generator=CompactSettings(features=64, convolutions=16),
            task="upscale",
            scale=4,
            optimiser=Optimiser(lr=1e-3, schedule=Schedule(warm_up=1_600, decay_from=0.0, final=0.005)),
        ),
        data=PairedFolder(degradation=Bicubic(scale=4), patch=48, scale=4, margin=4),
        train=TrainSettings(images=160_000, batch=16),
        about=About(
            name="upscale-x4",
            title="Enlarges four times, faithful to what is there",
            data=PHOTOS,
        ),
    )
