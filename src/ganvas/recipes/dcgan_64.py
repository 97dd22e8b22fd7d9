"""DCGAN with the article's settings: 64 px, 128 features, batches of 128."""

from __future__ import annotations

from ganvas.data.images import Images
from ganvas.methods.dcgan import DCGAN
from ganvas.nets.synthesis.settings import DCGANSettings
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--data`` is a folder or archive of images."""
    return Recipe(
        method=DCGAN(networks_=DCGANSettings(size=64, latent=100, features_g=128, features_d=128)),
        data=Images(size=64),
        train=TrainSettings(images=15_000_000, batch=128),
        about=About(name="dcgan-64"),
    )
