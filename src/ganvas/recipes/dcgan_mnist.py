"""DCGAN on MNIST at 28 px: every digit within 20 minutes on one core."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.images import Images
from ganvas.methods.dcgan import DCGAN
from ganvas.nets.synthesis.settings import DCGANSettings
from ganvas.recipes._mnist import MNIST
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--data`` is the folder of MNIST's idx files."""
    optimiser = Optimiser(lr=2e-4, betas=(0.5, 0.999), schedule=Schedule(decay_from=0.5))
    return Recipe(
        method=DCGAN(
            networks_=DCGANSettings(size=28, channels=1, latent=64, features_g=64, features_d=64, halvings=3),
            g_optimiser=optimiser,
            d_optimiser=optimiser,
        ),
        data=Images(size=28, channels=1),
        train=TrainSettings(images=640_000, batch=64, log_every=200),
        about=About(name="dcgan-mnist", data=MNIST),
    )
