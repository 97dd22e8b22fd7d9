"""The bundled ``dejpeg``: half-resolution U-Net from the denoiser's weights, L1, one to three rounds of JPEG."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.settings import PairedFolder
from ganvas.degrade.jpeg import Jpeg, JpegChain
from ganvas.methods.regression import Regression
from ganvas.nets.generator import HalfUNetSettings
from ganvas.recipes._photos import PHOTOS
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe of the bundled weights; start it with ``--init-from denoise``."""
    return Recipe(
        method=Regression(
            generator=HalfUNetSettings(features=48, levels=3, blocks=2),
            task="dejpeg",
            scale=1,
            optimiser=Optimiser(lr=5e-4, schedule=Schedule(warm_up=1_600, decay_from=0.0, final=0.01)),
        ),
        data=PairedFolder(
            degradation=JpegChain(rounds=(0.85, 0.1, 0.05), jpeg=Jpeg(quality=(5, 98))),
            patch=96,
            gray=0.1,
            margin=8,
            zoom=(1.0, 1.5),
        ),
        train=TrainSettings(images=32_000, batch=16),
        about=About(
            name="dejpeg",
            title="Removes the blocks and rings of JPEG compression",
            data=PHOTOS,
        ),
    )
