"""The original GAN on MNIST at 28 px: two perceptrons, within a few minutes on one core."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.images import Images
from ganvas.methods.vanilla_gan import VanillaGan
from ganvas.nets.synthesis.settings import MLPSettings
from ganvas.recipes._mnist import MNIST
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--data`` is the folder of MNIST's idx files."""
    optimiser = Optimiser(lr=2e-4, betas=(0.5, 0.999), schedule=Schedule(decay_from=0.5))
    return Recipe(
        method=VanillaGan(
            networks_=MLPSettings(
                size=28, channels=1, latent=64, width=512, depth_g=3, depth_d=2, leak=0.2, dropout=0.3
            ),
            g_optimiser=optimiser,
            d_optimiser=optimiser,
            average_images=20_000,
        ),
        data=Images(size=28, channels=1),
        train=TrainSettings(images=1_500_000, batch=100, log_every=200),
        about=About(name="vanilla-gan-mnist", data=MNIST),
    )
