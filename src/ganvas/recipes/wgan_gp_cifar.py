"""WGAN-GP on CIFAR-10 with the article's settings: residual networks, lambda 10, 100,000 generator steps."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.images import Images
from ganvas.games.stabilisers import Stabilisers
from ganvas.methods.wgan_gp import WganGp
from ganvas.nets.synthesis.settings import ResNetSettings
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--data`` is the folder of CIFAR-10's python files."""
    optimiser = Optimiser(lr=2e-4, betas=(0.0, 0.9), schedule=Schedule(decay_from=0.0, shape="linear"))
    return Recipe(
        method=WganGp(
            networks_=ResNetSettings(features_g=128, features_d=128, spectral_norm=False),
            g_optimiser=optimiser,
            d_optimiser=optimiser,
            stabilise=Stabilisers(gradient_penalty=10.0, standing_images=4_096),
        ),
        data=Images(size=32),
        train=TrainSettings(images=5 * 64 * 100_000, batch=64),
        about=About(name="wgan-gp-cifar", data="CIFAR-10"),
    )
