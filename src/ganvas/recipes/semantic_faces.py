"""Semantic inpainting of faces, 64 px and gray, whose centre quarter is missing."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.masked import MaskedImages
from ganvas.degrade.damage.holes import Boxes
from ganvas.methods.semantic_inpainting import SemanticInpainting
from ganvas.nets.inpainting.generator import InpaintingSettings
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe, 12 minutes on one core.

    ``--data`` is a folder or archive of faces, 400 of which are held out for the test.
    """
    return Recipe(
        method=SemanticInpainting(
            generator=InpaintingSettings(features=32, coarse=8, fine=2),
            channels=1,
            adversarial=0.005,
            content=0.05,
            d_layers=2,
            g_optimiser=Optimiser(lr=1e-3, schedule=Schedule(warm_up=1_600, decay_from=0.0, final=0.01)),
        ),
        data=MaskedImages(
            size=64, channels=1, flip=True, hold_out=400, hole=Boxes(count=(1, 1), side=(0.5, 0.5), centred=True)
        ),
        train=TrainSettings(images=45_000, batch=32),
        about=About(
            name="semantic-faces",
            title="Fills in the middle of a small gray face",
            data="4,000 gray faces of 64 px with smile labels; identifiable people, research terms, not redistributed",
        ),
    )
