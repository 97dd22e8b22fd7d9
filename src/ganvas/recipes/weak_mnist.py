"""A classifier of digits from 100 labels in all, and the other images without theirs."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.images import LabelledImages
from ganvas.games.stabilisers import Stabilisers
from ganvas.methods.weakly_supervised_gan import WeaklySupervisedGAN
from ganvas.nets.synthesis.settings import DCGANSettings
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--data`` is the folder of MNIST's idx files. A quarter of each batch has labels."""
    optimiser = Optimiser(lr=5e-4, betas=(0.5, 0.999), schedule=Schedule(decay_from=0.5))
    return Recipe(
        method=WeaklySupervisedGAN(
            networks_=DCGANSettings(
                size=28,
                channels=1,
                latent=64,
                features_g=32,
                features_d=32,
                halvings=3,
                classes=10,
                condition="fused",
                norm_d="none",
                dropout=0.2,
            ),
            g_optimiser=optimiser,
            d_optimiser=optimiser,
            stabilise=Stabilisers(
                feature_matching=1.0,
                instance_noise=0.1,
                augment="diffaugment",
                policy=("translation",),
                standing_images=4_096,
            ),
        ),
        data=LabelledImages(size=28, channels=1, classes=10, labels_kept=100, labelled_share=0.25),
        train=TrainSettings(images=1_500_000, batch=64, log_every=400),
        about=About(name="weak-mnist", data="MNIST, with 100 of its labels"),
    )
