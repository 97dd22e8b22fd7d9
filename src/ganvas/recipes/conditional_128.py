"""The conditional GAN with the settings of the projection discriminator's article: ImageNet at 128 px."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.images import LabelledImages
from ganvas.games.stabilisers import Repeats
from ganvas.methods.conditional_gan import ConditionalGAN
from ganvas.nets.synthesis.settings import ResNetSettings
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]

_STEPS, _CRITIC, _BATCH = 450_000, 5, 256


def recipe() -> Recipe:
    """Returns the recipe; ``--data`` is a set of 1,000 classes (Miyato and Koyama 2018, section 6.1)."""
    schedule = Schedule(decay_from=400_000 / _STEPS, shape="linear")
    optimiser = Optimiser(lr=2e-4, betas=(0.0, 0.9), schedule=schedule)
    return Recipe(
        method=ConditionalGAN(
            game="hinge",
            networks_=ResNetSettings(
                size=128, features_g=64, features_d=64, grow=True, classes=1_000, condition="projection"
            ),
            g_optimiser=optimiser,
            d_optimiser=optimiser,
            n_critic=Repeats(count=_CRITIC),
        ),
        data=LabelledImages(size=128, classes=1_000),
        train=TrainSettings(images=_STEPS * _CRITIC * _BATCH, batch=_BATCH),
        about=About(name="conditional-128"),
    )
