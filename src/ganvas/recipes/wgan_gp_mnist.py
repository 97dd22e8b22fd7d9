"""WGAN-GP on MNIST at 28 px: strided convolutions, no norm in the critic, lambda 10."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.images import Images
from ganvas.games.stabilisers import Repeats, Stabilisers
from ganvas.methods.wgan_gp import WganGp
from ganvas.nets.synthesis.settings import DCGANSettings
from ganvas.recipes._mnist import MNIST
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--data`` is the folder of MNIST's idx files

    Three critic updates instead of five: the generator's are what the time goes by.
    """
    optimiser = Optimiser(lr=2e-4, betas=(0.0, 0.9), schedule=Schedule(decay_from=0.5))
    return Recipe(
        method=WganGp(
            networks_=DCGANSettings(
                size=28, channels=1, latent=32, features_g=48, features_d=48, halvings=3, dense=512, norm_d="none"
            ),
            g_optimiser=optimiser,
            d_optimiser=optimiser,
            n_critic=Repeats(count=3),
            average_images=40_000,
            stabilise=Stabilisers(gradient_penalty=10.0, standing_images=4_096),
        ),
        data=Images(size=28, channels=1),
        train=TrainSettings(images=300_000, batch=64, log_every=200),
        about=About(name="wgan-gp-mnist", data=MNIST),
    )
