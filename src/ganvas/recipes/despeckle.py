"""The bundled ``despeckle``: half-resolution U-Net, L1; takes off what lies over a worn print, and leaves the print."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.settings import PairedFolder
from ganvas.degrade.damage.dust import Dust
from ganvas.degrade.damage.folds import Folds
from ganvas.degrade.damage.overlay import Overlay
from ganvas.degrade.damage.scratches import Scratches
from ganvas.degrade.damage.scuffs import Scuffs
from ganvas.degrade.damage.specks import Specks
from ganvas.degrade.worn import Worn
from ganvas.methods.regression import Regression
from ganvas.nets.generator import HalfUNetSettings
from ganvas.recipes._photos import PHOTOS
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; start it with ``--init-from deblur``, whose network it shares.

    The bundled file saw 134,000 crops in four legs, in which damage became rarer and more of it dark: a network that
    learns from worn prints alone takes sparks and whiskers for specks.
    """
    return Recipe(
        method=Regression(
            generator=HalfUNetSettings(features=32, levels=4, blocks=2),
            task="despeckle",
            scale=1,
            optimiser=Optimiser(lr=1e-3, schedule=Schedule(warm_up=1_600, decay_from=0.0, final=0.01)),
        ),
        data=PairedFolder(
            degradation=Worn(
                clean=0.35,
                damages=(
                    Folds(count=(1, 1)),
                    Scratches(count=(1, 2), length=(0.15, 2.0), dark=0.35),
                    Dust(fibres=(0, 2), dark=0.5),
                    Specks(dark=0.5),
                    Specks(count=(100, 5000), radius=(0.4, 1.6), dark=0.5),
                    Scuffs(count=(1, 2), dark=0.2),
                    Overlay(),
                ),
                chances=(0.1, 0.3, 0.15, 0.2, 0.2, 0.2, 0.5),
            ),
            patch=128,
            gray=0.1,
            zoom=(0.8, 2.0),
        ),
        train=TrainSettings(images=100_000, batch=16),
        about=About(name="despeckle", title="Takes specks, dust and scratches off photos", data=PHOTOS),
    )
