"""CoGAN on MNIST at 28 px: digits and their edges, from two halves of the images that have none in common."""

from __future__ import annotations

from ganvas.core.method import Optimiser
from ganvas.data.domains import TwoDomains
from ganvas.methods.co_gan import CoGAN
from ganvas.nets.synthesis.settings import DCGANSettings
from ganvas.recipes._mnist import MNIST
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--data`` is the folder of MNIST's idx files.

    Rates are the article's (appendix A); it has 25,000 steps of 128: ``--train.images 3200000 --train.batch 128``.
    """
    optimiser = Optimiser(lr=2e-4, betas=(0.5, 0.999))
    return Recipe(
        method=CoGAN(
            networks_=DCGANSettings(
                size=28, channels=1, latent=32, features_g=48, features_d=48, halvings=3, dense=512
            ),
            g_optimiser=optimiser,
            d_optimiser=optimiser,
        ),
        data=TwoDomains(size=28, channels=1),
        train=TrainSettings(images=150_000, batch=32, log_every=400),
        about=About(name="co-mnist", data=MNIST),
    )
