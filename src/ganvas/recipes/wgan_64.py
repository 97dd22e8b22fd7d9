"""WGAN with the article's settings: 64 px, RMSprop at 5e-5, clip 0.01, five critic updates."""

from __future__ import annotations

from ganvas.data.images import Images
from ganvas.methods.wgan import WGAN
from ganvas.nets.synthesis.settings import DCGANSettings
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--data`` is a folder or archive of images."""
    return Recipe(
        method=WGAN(networks_=DCGANSettings(size=64, latent=100)),
        data=Images(size=64),
        train=TrainSettings(images=75_000_000, batch=64),
        about=About(name="wgan-64"),
    )
