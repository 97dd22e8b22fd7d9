"""Adversarial enhancement: the recipe ``enhance`` with structure, colour and adversarial losses."""

from __future__ import annotations

from dataclasses import replace

from ganvas.core.method import Optimiser, Schedule
from ganvas.methods.enhancement_gan import EnhancementGAN
from ganvas.nets.generator import FieldSettings
from ganvas.recipes import enhance
from ganvas.train.settings import About, Recipe

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe: the data and the network of ``enhance``, so that the losses alone differ.

    ``--method.distance bounded_kernel`` trains on the articles' kernel in place of L1.
    """
    base = enhance.recipe()
    return replace(
        base,
        method=EnhancementGAN(
            generator=FieldSettings(),
            g_optimiser=Optimiser(lr=1e-3, schedule=Schedule(warm_up=800, decay_from=0.2, final=0.01)),
            average_images=1_500,
        ),
        about=About(
            name="enhance-gan",
            title="Restores contrast, exposure and colour, trained against a discriminator",
            data=base.about.data,
        ),
    )
