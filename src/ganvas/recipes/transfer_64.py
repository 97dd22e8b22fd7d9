"""A pre-trained GAN on few images of another kind: lower rates, and lower layers of the discriminator that stay.

Sources: Wang et al. 2018, Transferring GANs (https://arxiv.org/abs/1805.01677); Mo et al. 2020, FreezeD
(https://arxiv.org/abs/2002.10964).
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from ganvas.core.method import Optimiser
from ganvas.methods.sngan import SNGAN
from ganvas.recipes import few_64
from ganvas.train.settings import About, Recipe

__all__ = ["FROZEN", "recipe"]

FROZEN = r"^trunk\.[0-3]\."
"""Parameters of the discriminator's two convolutions nearest to the image; its slopes stand between them."""


def recipe() -> Recipe:
    """Returns the recipe; start it with ``--init-from runs/few-64/last.safetensors``, which has both networks."""
    base = few_64.recipe()
    method = replace(
        cast(SNGAN, base.method),
        g_optimiser=Optimiser(lr=1e-4, betas=(0.5, 0.99)),
        d_optimiser=Optimiser(lr=1e-4, betas=(0.5, 0.99), groups=((FROZEN, 0.0),)),
    )
    return replace(base, method=method, train=replace(base.train, images=100_000), about=About(name="transfer-64"))
