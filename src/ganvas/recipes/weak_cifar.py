"""Few labels with the article's settings: CIFAR-10 with 4,000 of its labels."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.images import LabelledImages
from ganvas.games.stabilisers import Stabilisers
from ganvas.methods.weakly_supervised_gan import WeaklySupervisedGAN
from ganvas.nets.synthesis.settings import DCGANSettings
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--data`` is the folder of CIFAR-10 (Salimans et al. 2016, section 6.2).

    Rate, batch and epochs are the article's; its discriminator has nine convolutions with weight norm.
    """
    optimiser = Optimiser(lr=3e-4, betas=(0.5, 0.999), schedule=Schedule(decay_from=0.5, shape="linear"))
    return Recipe(
        method=WeaklySupervisedGAN(
            networks_=DCGANSettings(
                size=32,
                latent=100,
                features_g=128,
                features_d=96,
                classes=10,
                condition="fused",
                norm_d="none",
                dropout=0.5,
            ),
            g_optimiser=optimiser,
            d_optimiser=optimiser,
            stabilise=Stabilisers(feature_matching=1.0, standing_images=4_096),
        ),
        data=LabelledImages(size=32, classes=10, flip=True, labels_kept=4_000, labelled_share=0.5),
        train=TrainSettings(images=1_200 * 50_000, batch=100),
        about=About(name="weak-cifar", data="CIFAR-10, with 4,000 of its labels"),
    )
