"""WGAN with clipped weights on MNIST at 28 px."""

from __future__ import annotations

from ganvas.core.method import Optimiser
from ganvas.data.images import Images
from ganvas.games.stabilisers import Repeats
from ganvas.methods.wgan import WGAN
from ganvas.nets.synthesis.settings import DCGANSettings
from ganvas.recipes._mnist import MNIST
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--data`` is the folder of MNIST's idx files

    A faster rate and fewer critic updates than the article's (5e-5; 5, and 100 at the opening): the time is short.
    """
    optimiser = Optimiser(kind="rmsprop", lr=2e-4)
    return Recipe(
        method=WGAN(
            networks_=DCGANSettings(size=28, channels=1, latent=32, halvings=3, dense=512),
            g_optimiser=optimiser,
            d_optimiser=optimiser,
            n_critic=Repeats(count=3, opening=20, opening_steps=25),
        ),
        data=Images(size=28, channels=1),
        train=TrainSettings(images=450_000, batch=64, log_every=200),
        about=About(name="wgan-mnist", data=MNIST),
    )
