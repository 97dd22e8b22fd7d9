"""The bundled filler of holes, ``inpaint``: gated convolutions, coarse to fine, distances alone: fidelity first."""

from __future__ import annotations

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.masked import MaskedPhotos
from ganvas.degrade.damage.holes import Borders, Boxes, Holes, Strokes
from ganvas.methods.inpainting_gan import InpaintingGAN
from ganvas.nets.inpainting.generator import InpaintingSettings
from ganvas.recipes._photos import PHOTOS
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe: 75,000 crops of 128 px, about an hour on one core.

    The bundled file's first 23,376 crops ran with the rate of a run of 120,000. ``inpaint-gan`` follows it, with
    judges. Strokes are as thick, in pixels, as people's are on photos of some hundred pixels.
    """
    strokes = Strokes(share=(0.05, 0.35), width=(0.03, 0.2), piece=(0.1, 0.5))
    return Recipe(
        method=InpaintingGAN(
            generator=InpaintingSettings(features=32, coarse=8, fine=3),
            adversarial=0.0,
            g_optimiser=Optimiser(lr=1e-3, schedule=Schedule(warm_up=1_600, decay_from=0.0, final=0.005)),
        ),
        data=MaskedPhotos(
            patch=128,
            hole=Holes(kinds=(strokes, Boxes(side=(0.1, 0.45)), Borders()), shares=(0.8, 0.15, 0.05)),
            gray=0.05,
            zoom=(0.8, 1.6),
        ),
        train=TrainSettings(images=75_000, batch=16),
        about=About(name="inpaint", title="Fills holes of any shape", data=PHOTOS),
    )
