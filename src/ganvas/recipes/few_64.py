"""A small GAN for few images, at 64 px, from nothing: what a transfer is compared with, and its source."""

from __future__ import annotations

from ganvas.core.method import Optimiser
from ganvas.data.images import Images
from ganvas.games.stabilisers import Repeats, Stabilisers
from ganvas.methods.sngan import SNGAN
from ganvas.nets.synthesis.settings import DCGANSettings
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--data`` is a folder or archive of images. Augmentations keep few images from being learnt
    by heart."""
    optimiser = Optimiser(lr=2e-4, betas=(0.5, 0.99))
    return Recipe(
        method=SNGAN(
            networks_=DCGANSettings(size=64, features_g=48, features_d=48, norm_d="none", spectral_norm=True),
            g_optimiser=optimiser,
            d_optimiser=optimiser,
            n_critic=Repeats(),
            average_images=5_000,
            stabilise=Stabilisers(augment="diffaugment", standing_images=2_048),
        ),
        data=Images(size=64, flip=True),
        train=TrainSettings(images=300_000, batch=32),
        about=About(name="few-64"),
    )
