"""The original GAN on MNIST as its authors trained it: momentum, batches of 100, dropout."""

from __future__ import annotations

from ganvas.core.method import Optimiser
from ganvas.data.images import Images
from ganvas.methods.vanilla_gan import VanillaGan
from ganvas.nets.synthesis.settings import MLPSettings
from ganvas.recipes._mnist import MNIST
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--data`` is the folder of MNIST's idx files

    Rate, momentum and batch are those of the authors' code; momentum stays, where theirs rises to 0.7.
    """
    optimiser = Optimiser(kind="sgd", lr=0.1, betas=(0.5, 0.0))
    return Recipe(
        method=VanillaGan(
            networks_=MLPSettings(size=28, channels=1, latent=100, width=1200, depth_g=2, depth_d=2, dropout=0.5),
            g_optimiser=optimiser,
            d_optimiser=optimiser,
        ),
        data=Images(size=28, channels=1),
        train=TrainSettings(images=10_000_000, batch=100, log_every=500),
        about=About(name="vanilla-gan-momentum", data=MNIST),
    )
