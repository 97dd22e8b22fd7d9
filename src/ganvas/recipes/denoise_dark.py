"""The bundled ``denoise-dark``: what follows ``brighten``. Half-resolution U-Net on dark photos made bright again."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.settings import PairedFolder
from ganvas.degrade.jpeg import Jpeg
from ganvas.degrade.low_light import LowLight, Raised
from ganvas.methods.regression import Regression
from ganvas.nets.generator import HalfUNetSettings
from ganvas.recipes._photos import PHOTOS
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe of the bundled weights."""
    dark = LowLight(jpeg_chance=0.5, jpeg=Jpeg(quality=(60, 98)))
    return Recipe(
        method=Regression(
            generator=HalfUNetSettings(features=32, levels=3, blocks=2),
            task="denoise",
            scale=1,
            optimiser=Optimiser(lr=1e-3, schedule=Schedule(warm_up=1_600, decay_from=0.0, final=0.01)),
            average_images=3_000,
        ),
        data=PairedFolder(degradation=Raised(dark=dark), patch=96, zoom=(1.0, 1.5)),
        train=TrainSettings(images=32_000, batch=16),
        about=About(
            name="denoise-dark",
            title="Removes the noise of a dark photo that was brightened",
            data=PHOTOS,
        ),
    )
