"""WGAN-GP on points in the plane: every mode of the 8-ring and the 25-grid, within minutes on one core."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.toy2d import Toy2d
from ganvas.games.stabilisers import Repeats
from ganvas.methods.wgan_gp import WganGp
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--data.shape grid`` trains on the 25-grid.

    lambda is the article's 0.1 for toy data. Two critic updates instead of five, at twice the generator's rate: the
    generator's updates are what the time goes by.
    """
    return Recipe(
        method=WganGp(
            n_critic=Repeats(count=2),
            g_optimiser=Optimiser(lr=1e-3, betas=(0.0, 0.99), schedule=Schedule(decay_from=0.2)),
            d_optimiser=Optimiser(lr=2e-3, betas=(0.0, 0.99), schedule=Schedule(decay_from=0.2)),
        ),
        data=Toy2d(),
        train=TrainSettings(images=12_000 * 2 * 256, batch=256, precision="f32", log_every=200),
        about=About(name="wgan-gp-2d", data="made: a mixture of Gaussians"),
    )
