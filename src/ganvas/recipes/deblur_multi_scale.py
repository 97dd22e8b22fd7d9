"""Multi-scale repair, by example: blur of shaking cameras and a network that alone sees 25 px, coarse to fine."""

from __future__ import annotations

from dataclasses import replace

from ganvas.core.method import Optimiser, Schedule
from ganvas.methods.multi_scale import MultiScale
from ganvas.methods.regression import Regression
from ganvas.nets.generator import CompactSettings
from ganvas.recipes import deblur
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe on the data of ``deblur``; ``--method.scales 1`` runs the very same network once."""
    base = deblur.recipe()
    return replace(
        base,
        method=MultiScale(
            inner=Regression(
                generator=CompactSettings(features=32, convolutions=10),
                task="deblur",
                scale=1,
                optimiser=Optimiser(lr=1e-3, schedule=Schedule(warm_up=800, decay_from=0.0, final=0.01)),
            ),
            scales=3,
        ),
        train=TrainSettings(images=48_000, batch=16),
        about=About(
            name="deblur-multi-scale",
            title="Sharpens photos blurred by a shaking camera, coarse to fine",
            data=base.about.data,
        ),
    )
