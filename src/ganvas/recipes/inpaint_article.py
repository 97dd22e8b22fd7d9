"""Filling holes as the article states it: binary cross-entropy plus lambda times L1 of the whole image."""

from __future__ import annotations

from dataclasses import replace

from ganvas.core.method import Optimiser, Schedule
from ganvas.methods.inpainting_gan import InpaintingGAN
from ganvas.recipes import inpaint_gan
from ganvas.train.settings import About, Recipe

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe: E[BCE] + 100 L1 (Isola et al. 2017, eq. 4), scaled by 1/100, from nothing.

    One judge of patches, no other loss; data and network are those of ``inpaint``, so that the losses alone differ.
    """
    base = inpaint_gan.recipe()
    method = base.method
    assert isinstance(method, InpaintingGAN)
    article = replace(
        method,
        game="standard",
        judges="patch",
        pixel=1.0,
        hole=0.0,
        valid=0.0,
        coarse=0.0,
        structure=0.0,
        content=0.0,
        adversarial=0.01,
        g_optimiser=Optimiser(lr=5e-4, schedule=Schedule(warm_up=1_600, decay_from=0.2, final=0.02)),
    )
    return replace(base, method=article, about=About(name="inpaint-article", data=base.about.data))
