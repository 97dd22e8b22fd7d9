"""The original GAN on points in the plane: the row that the others are compared with."""

from __future__ import annotations

from ganvas.core.method import Schedule
from ganvas.data.toy2d import Toy2d
from ganvas.methods.vanilla_gan import VanillaGan
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--data.shape grid`` trains on the 25-grid."""
    return Recipe(
        method=VanillaGan(schedule=Schedule(decay_from=0.5)),
        data=Toy2d(),
        train=TrainSettings(images=12_000 * 256, batch=256, precision="f32", log_every=200),
        about=About(name="vanilla-gan-2d", data="made: a mixture of Gaussians"),
    )
