"""A conditional GAN on MNIST at 28 px: the digit that was asked for, within 25 minutes on one core."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.images import LabelledImages
from ganvas.methods.conditional_gan import ConditionalGAN
from ganvas.nets.synthesis.settings import DCGANSettings
from ganvas.recipes._mnist import MNIST
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--data`` is the folder of MNIST's idx files. The generator has 1.2 MB in bf16."""
    optimiser = Optimiser(lr=2e-4, betas=(0.5, 0.999), schedule=Schedule(decay_from=0.5))
    return Recipe(
        method=ConditionalGAN(
            networks_=DCGANSettings(
                size=28,
                channels=1,
                latent=64,
                features_g=64,
                features_d=64,
                classes=10,
                condition="auxiliary",
            ),
            g_optimiser=optimiser,
            d_optimiser=optimiser,
        ),
        data=LabelledImages(size=28, channels=1, classes=10),
        train=TrainSettings(images=1_000_000, batch=64, log_every=200),
        about=About(name="conditional-mnist", title="Digits to order", data=MNIST),
    )
