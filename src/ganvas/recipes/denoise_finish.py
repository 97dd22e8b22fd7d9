"""Second leg of the bundled denoiser: as much camera noise as white noise, at a low rate."""

from __future__ import annotations

from dataclasses import replace

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.settings import PairedFolder
from ganvas.degrade.noise import NoiseMix
from ganvas.methods.regression import Regression
from ganvas.recipes import denoise
from ganvas.train.settings import Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; start it with ``--init-from`` the model of the recipe ``denoise``."""
    first = denoise.recipe()
    method = first.method
    assert isinstance(method, Regression)
    optimiser = Optimiser(lr=3e-4, schedule=Schedule(warm_up=800, decay_from=0.0, final=0.01))
    return replace(
        first,
        method=replace(method, optimiser=optimiser),
        data=PairedFolder(degradation=NoiseMix(), patch=96, gray=0.1),
        train=TrainSettings(images=36_000, batch=16),
    )
