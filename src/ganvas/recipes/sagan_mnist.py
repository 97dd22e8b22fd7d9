"""SAGAN on MNIST at 28 px: self-attention at 14 px, spectral norm in both networks, two rates."""

from __future__ import annotations

from ganvas.data.images import Images
from ganvas.methods.sagan import SAGAN
from ganvas.nets.synthesis.settings import ResNetSettings
from ganvas.recipes._mnist import MNIST
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--data`` is the folder of MNIST's idx files."""
    return Recipe(
        method=SAGAN(
            networks_=ResNetSettings(
                size=28,
                channels=1,
                latent=32,
                features_g=64,
                features_d=48,
                plain_d=1,
                attention_at=(14,),
                spectral_norm_g=True,
            ),
        ),
        data=Images(size=28, channels=1),
        train=TrainSettings(images=80_000, batch=32, log_every=400),
        about=About(name="sagan-mnist", data=MNIST),
    )
