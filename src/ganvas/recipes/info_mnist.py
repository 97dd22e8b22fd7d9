"""InfoGAN on MNIST at 28 px: a category of ten and two continuous codes, which nobody labelled."""

from __future__ import annotations

from dataclasses import replace

from ganvas.core.method import Schedule
from ganvas.data.images import Images
from ganvas.methods.info_gan import InfoGAN
from ganvas.recipes._mnist import MNIST
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--data`` is the folder of MNIST's idx files.

    Sizes and rates are the article's for MNIST (appendix C.1): 62 numbers of noise, one category, two codes.
    """
    method = InfoGAN()
    falling = Schedule(decay_from=0.5)
    return Recipe(
        method=replace(
            method,
            g_optimiser=replace(method.g_optimiser, schedule=falling),
            d_optimiser=replace(method.d_optimiser, schedule=falling),
        ),
        data=Images(size=28, channels=1),
        train=TrainSettings(images=640_000, batch=64, log_every=200),
        about=About(name="info-mnist", data=MNIST),
    )
