"""R3GAN's game on MNIST at 28 px, with strided convolutions and no norm."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.images import Images
from ganvas.games.stabilisers import Stabilisers
from ganvas.methods.r3gan import R3Gan
from ganvas.nets.synthesis.settings import DCGANSettings
from ganvas.recipes._mnist import MNIST
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--data`` is the folder of MNIST's idx files."""
    optimiser = Optimiser(lr=4e-4, betas=(0.0, 0.95), schedule=Schedule(decay_from=0.3))
    return Recipe(
        method=R3Gan(
            networks_=DCGANSettings(
                size=28, channels=1, latent=32, features_g=48, features_d=48, halvings=3, dense=512, norm_d="none"
            ),
            g_optimiser=optimiser,
            d_optimiser=optimiser,
            average_images=40_000,
            stabilise=Stabilisers(r1=1.0, r2=1.0, standing_images=4_096),
        ),
        data=Images(size=28, channels=1),
        train=TrainSettings(images=150_000, batch=32, log_every=400),
        about=About(name="r3gan-mnist", data=MNIST),
    )
