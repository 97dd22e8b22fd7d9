"""R3GAN on points in the plane: every mode of the 8-ring and the 25-grid, within minutes on one core."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.toy2d import Toy2d
from ganvas.games.stabilisers import Stabilisers
from ganvas.methods.r3gan import R3Gan
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--data.shape grid`` trains on the 25-grid.

    gamma is small because the modes are narrow: where the density changes within sigma, the best discriminator has a
    slope of about 1 / sigma, and the penalty must allow it.
    """
    optimiser = Optimiser(lr=2e-3, betas=(0.0, 0.95), schedule=Schedule(decay_from=0.3))
    return Recipe(
        method=R3Gan(
            stabilise=Stabilisers(r1=0.02, r2=0.02),
            g_optimiser=optimiser,
            d_optimiser=optimiser,
        ),
        data=Toy2d(),
        train=TrainSettings(images=12_000 * 256, batch=256, precision="f32", log_every=200),
        about=About(name="r3gan-2d", data="made: a mixture of Gaussians"),
    )
