"""The bundled blind denoiser, ``denoise``: half-resolution U-Net, L1; Gaussian, photon and camera noise; gray too."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.settings import PairedFolder
from ganvas.degrade.noise import NoiseMix
from ganvas.methods.regression import Regression
from ganvas.nets.generator import HalfUNetSettings
from ganvas.recipes._photos import PHOTOS
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe: 130,000 crops of 96 px, about an hour on one AMX core; ``denoise-finish`` follows it."""
    return Recipe(
        method=Regression(
            generator=HalfUNetSettings(features=48, levels=3, blocks=2),
            task="denoise",
            scale=1,
            optimiser=Optimiser(lr=1e-3, schedule=Schedule(warm_up=1_600, decay_from=0.0, final=0.005)),
        ),
        data=PairedFolder(degradation=NoiseMix(shares=(0.6, 0.12, 0.25)), patch=96, gray=0.1),
        train=TrainSettings(images=130_000, batch=16),
        about=About(
            name="denoise",
            title="Removes noise of any strength, colour and gray",
            data=PHOTOS,
        ),
    )
