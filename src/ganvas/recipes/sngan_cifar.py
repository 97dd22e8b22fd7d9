"""SNGAN on CIFAR-10 with the article's settings: 100,000 generator steps, five discriminator updates each."""

from __future__ import annotations

from ganvas.data.images import Images
from ganvas.methods.sngan import SNGAN
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``--data`` is the folder of CIFAR-10's python files."""
    return Recipe(
        method=SNGAN(),
        data=Images(size=32),
        train=TrainSettings(images=5 * 64 * 100_000, batch=64),
        about=About(name="sngan-cifar", data="CIFAR-10"),
    )
