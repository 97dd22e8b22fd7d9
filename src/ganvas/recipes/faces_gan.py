"""The bundled ``faces-gan``, the sharp end of ``--fidelity``: SRGAN from the weights of ``faces`` on its pairs."""

from __future__ import annotations

from dataclasses import replace

from ganvas.core.method import Optimiser, Schedule
from ganvas.methods.regression import Regression
from ganvas.methods.srgan import SRGAN
from ganvas.nets.generator import HalfUNetSettings
from ganvas.recipes import faces
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; start it with ``--init-from`` the weights of ``faces``.

    What lies below half Nyquist is held by the structure loss: who it is stays, skin and hair are guessed. The first
    16,000 samples of the bundled file ran with a grid loss of 10 at a period of 2.
    """
    base = faces.recipe()
    assert isinstance(base.method, Regression) and isinstance(base.method.generator, HalfUNetSettings)
    return replace(
        base,
        method=SRGAN(
            generator=base.method.generator,
            task="faces",
            scale=1,
            pixel=0.5,
            structure=4.0,
            grid=40.0,
            grid_period=4,  # the U-Net enlarges by two twice and more; without this its pattern is seen on skin
            content=1.0,
            content_by="features",
            adversarial=0.02,
            g_optimiser=Optimiser(lr=1e-4, schedule=Schedule(warm_up=800, decay_from=0.4, final=0.05)),
            d_optimiser=Optimiser(lr=2e-4, betas=(0.5, 0.99), schedule=Schedule(decay_from=0.4, final=0.05)),
            average_images=2_000,
        ),
        train=TrainSettings(images=22_000, batch=16),
        about=About(
            name="faces-gan",
            title="Restores faces, sharp: skin and hair are guessed",
            data=base.about.data,
        ),
    )
