"""LSGAN with the article's settings for scenes: 112 px, Adam at 1e-3, batches of 64."""

from __future__ import annotations

from ganvas.core.method import Optimiser
from ganvas.data.images import Images
from ganvas.methods.lsgan import LSGAN
from ganvas.nets.synthesis.settings import DCGANSettings
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--data`` is a folder or archive of images."""
    optimiser = Optimiser(lr=1e-3, betas=(0.5, 0.999))
    return Recipe(
        method=LSGAN(
            networks_=DCGANSettings(size=112, latent=1024, features_g=64, features_d=64),
            g_optimiser=optimiser,
            d_optimiser=optimiser,
        ),
        data=Images(size=112),
        train=TrainSettings(images=30_000_000, batch=64),
        about=About(name="lsgan-112"),
    )
