"""Adversarial upscaling as the article states it: binary cross-entropy plus lambda times L1, no content loss."""

from __future__ import annotations

from dataclasses import replace

from ganvas.methods.srgan import SRGAN
from ganvas.recipes import upscale_x4_gan
from ganvas.train.settings import About, Recipe

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe: the objective of pix2pix, E[BCE] + 100 L1 (Isola et al. 2017, eq. 4), scaled by 1/100."""
    base = upscale_x4_gan.recipe()
    method = base.method
    assert isinstance(method, SRGAN)
    article = replace(method, game="standard", pixel=1.0, structure=0.0, grid=0.0, content=0.0, adversarial=0.01)
    return replace(base, method=article, about=About(name="srgan-bce", data=base.about.data))
