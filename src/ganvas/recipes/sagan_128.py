"""SAGAN with the article's settings at 128 px: attention at 32 px, batches of 256, a million steps."""

from __future__ import annotations

from ganvas.data.images import Images
from ganvas.methods.sagan import SAGAN
from ganvas.nets.synthesis.settings import ResNetSettings
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--data`` is a folder or archive of images.

    Without classes, where the article has ImageNet's.
    """
    return Recipe(
        method=SAGAN(
            networks_=ResNetSettings(
                size=128,
                latent=128,
                features_g=64,
                features_d=64,
                grow=True,
                plain_d=1,
                attention_at=(32,),
                spectral_norm_g=True,
            ),
        ),
        data=Images(size=128),
        train=TrainSettings(images=256_000_000, batch=256),
        about=About(name="sagan-128"),
    )
