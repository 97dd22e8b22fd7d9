"""The bundled colouring, ``colorize``: a small U-Net with a global branch, CIE94 alone: fidelity first."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.settings import PairedFolder
from ganvas.degrade.colourless import Colourless
from ganvas.methods.colorize_gan import ColorizeGAN
from ganvas.nets.colour import ColourSettings
from ganvas.recipes._photos import PHOTOS
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; ``colorize-gan`` follows it, with a discriminator and colour statistics.

    Crops are most of a photo, reduced, because colour is a matter of what the whole picture shows.
    """
    return Recipe(
        method=ColorizeGAN(
            generator=ColourSettings(features=32, levels=4, blocks=2),
            adversarial=0.0,
            statistics=0.0,
            g_optimiser=Optimiser(lr=1e-3, schedule=Schedule(warm_up=1_600, decay_from=0.0, final=0.01)),
        ),
        data=PairedFolder(degradation=Colourless(), patch=160, zoom=(1.0, 2.2)),
        train=TrainSettings(images=60_000, batch=16),
        about=About(name="colorize", title="Colours gray and faded photos, with restraint", data=PHOTOS),
    )
