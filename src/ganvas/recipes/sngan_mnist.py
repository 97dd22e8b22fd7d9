"""SNGAN on MNIST at 28 px: narrow residual blocks, hinge, spectral norm in the discriminator."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.images import Images
from ganvas.games.stabilisers import Repeats
from ganvas.methods.sngan import SNGAN
from ganvas.nets.synthesis.settings import ResNetSettings
from ganvas.recipes._mnist import MNIST
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--data`` is the folder of MNIST's idx files

    Two discriminator updates instead of five, and narrow networks: the time is short.
    """
    optimiser = Optimiser(lr=2e-4, betas=(0.0, 0.9), schedule=Schedule(decay_from=0.0, shape="linear"))
    return Recipe(
        method=SNGAN(
            networks_=ResNetSettings(size=28, channels=1, latent=32, features_g=64, features_d=48, plain_d=1),
            g_optimiser=optimiser,
            d_optimiser=optimiser,
            n_critic=Repeats(count=2),
        ),
        data=Images(size=28, channels=1),
        train=TrainSettings(images=120_000, batch=32, log_every=400),
        about=About(name="sngan-mnist", data=MNIST),
    )
