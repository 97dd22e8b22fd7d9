"""The bundled ``faces``: half-resolution U-Net, L1; faces of 128 px that were small, blurred, noisy and compressed."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.faces import FaceFolders
from ganvas.degrade.enlarged import Enlarged
from ganvas.methods.regression import Regression
from ganvas.nets.generator import HalfUNetSettings
from ganvas.recipes._photos import PHOTOS
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["FACES", "recipe"]

FACES = (
    "240 faces of identifiable people found on the web (120 of them with a mask laid over, from the repository "
    f"prajnasb/observations, no licence of the photos stated) and {PHOTOS}"
)


def recipe() -> Recipe:
    """Returns the recipe; start it with ``--init-from deblur``, whose network it shares.

    ``--data`` is a folder with the folders ``faces`` and ``photos``.
    """
    return Recipe(
        method=Regression(
            generator=HalfUNetSettings(features=32, levels=4, blocks=2),
            task="faces",
            scale=1,
            gradient=0.3,
            optimiser=Optimiser(lr=6e-4, schedule=Schedule(warm_up=1_600, decay_from=0.0, final=0.01)),
            average_images=4_000,
        ),
        data=FaceFolders(degradation=Enlarged()),
        train=TrainSettings(images=36_000, batch=16),
        about=About(name="faces", title="Restores faces that are small, blurred, noisy or compressed", data=FACES),
    )
