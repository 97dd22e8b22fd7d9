"""The original GAN on points in the plane: the row that the others are compared with."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.toy2d import Toy2d
from ganvas.methods.vanilla_gan import VanillaGan
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--data.shape grid`` trains on the 25-grid."""
    optimiser = Optimiser(lr=1e-3, betas=(0.5, 0.999), schedule=Schedule(decay_from=0.5))
    return Recipe(
        method=VanillaGan(g_optimiser=optimiser, d_optimiser=optimiser),
        data=Toy2d(),
        train=TrainSettings(images=12_000 * 256, batch=256, precision="f32", log_every=200),
        about=About(name="vanilla-gan-2d", data="made: a mixture of Gaussians"),
    )
