"""The bundled finder of ``scratches``: a small U-Net that marks what hides a photo, for inpainting to fill."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.settings import PairedFolder
from ganvas.degrade.captions import Captions
from ganvas.degrade.damage.dust import Dust
from ganvas.degrade.damage.folds import Folds
from ganvas.degrade.damage.marked import Marked
from ganvas.degrade.damage.scratches import Scratches
from ganvas.degrade.damage.scuffs import Scuffs
from ganvas.degrade.damage.specks import Specks
from ganvas.degrade.old_photo import OldPhoto
from ganvas.methods.segmentation import Segmentation
from ganvas.nets.generator import HalfUNetSettings
from ganvas.recipes._photos import PHOTOS
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe: 80,000 crops of 128 px, about half an hour on one AMX core.

    The bundled file saw 119,000 in three legs, this mix in the last. A crop is a small part of a photo: it gets about
    as much damage as such a part has, not the whole, or the network would expect too much. Stains and torn corners are
    left out: a stain shows the picture, and what a corner held nobody can guess.
    """
    made = OldPhoto(
        chances=(0.3, 0.3, 0.3, 0.6),
        damages=(
            Folds(count=(1, 1)),
            Scratches(count=(1, 2), length=(0.15, 2.0)),
            Dust(fibres=(0, 2)),
            Specks(),
            Specks(count=(100, 5000), radius=(0.4, 1.6), dark=0.1),
            Scuffs(count=(1, 2)),
        ),
        damage_chances=(0.12, 0.8, 0.12, 0.15, 0.1, 0.12),
    )
    return Recipe(
        method=Segmentation(
            generator=HalfUNetSettings(features=24, levels=3, blocks=2),
            optimiser=Optimiser(lr=1e-3, schedule=Schedule(warm_up=1_600, decay_from=0.0, final=0.01)),
        ),
        data=PairedFolder(
            degradation=Marked(made=made, captions=Captions(border=0.05, lettering=0.05), clean=0.35),
            patch=128,
            gray=0.1,
            zoom=(0.8, 2.0),
        ),
        train=TrainSettings(images=80_000, batch=16),
        about=About(name="scratches", title="Finds scratches, specks, dust and cracks", data=PHOTOS),
    )
