"""Multi-scale repair, by example: strong noise and a network that alone sees 25 px, run from coarse to fine."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.settings import PairedFolder
from ganvas.degrade.noise import GaussianNoise
from ganvas.methods.multi_scale import MultiScale
from ganvas.methods.regression import Regression
from ganvas.nets.generator import CompactSettings
from ganvas.recipes._photos import PHOTOS
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--method.scales 1`` runs the very same network once, to compare with."""
    return Recipe(
        method=MultiScale(
            inner=Regression(
                generator=CompactSettings(features=32, convolutions=10),
                task="denoise",
                scale=1,
                optimiser=Optimiser(lr=1e-3, schedule=Schedule(warm_up=800, decay_from=0.0, final=0.01)),
            ),
            scales=3,
        ),
        data=PairedFolder(degradation=GaussianNoise(sigma=(50.0, 50.0)), patch=96),
        train=TrainSettings(images=48_000, batch=16),
        about=About(name="denoise-multi-scale", title="Removes strong noise, coarse to fine", data=PHOTOS),
    )
