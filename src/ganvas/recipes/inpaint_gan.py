"""Second leg of filling holes: judges of patches and of the whole give the fill texture."""

from __future__ import annotations

from dataclasses import replace

from ganvas.core.method import Optimiser, Schedule
from ganvas.methods.inpainting_gan import InpaintingGAN
from ganvas.recipes import inpaint
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; start it with ``--init-from`` the model of the recipe ``inpaint``."""
    base = inpaint.recipe()
    method = base.method
    assert isinstance(method, InpaintingGAN)
    return replace(
        base,
        method=replace(
            method,
            adversarial=0.01,
            content=0.1,
            g_optimiser=Optimiser(lr=1e-4, schedule=Schedule(warm_up=800, decay_from=0.4, final=0.05)),
            d_optimiser=Optimiser(lr=2e-4, betas=(0.5, 0.99), schedule=Schedule(decay_from=0.4, final=0.05)),
            average_images=4_000,
        ),
        train=TrainSettings(images=24_000, batch=16),
        about=About(name="inpaint-gan", title="Fills holes of any shape, with guessed texture", data=base.about.data),
    )
