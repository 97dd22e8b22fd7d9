"""Adversarial deblurring: DeblurGAN on the data and the network of the recipe ``deblur``."""

from __future__ import annotations

from dataclasses import replace

from ganvas.core.method import Optimiser, Schedule
from ganvas.methods.deblur_gan import DeblurGAN
from ganvas.methods.regression import Regression
from ganvas.nets.generator import HalfUNetSettings
from ganvas.recipes import deblur
from ganvas.train.settings import About, Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; start it with ``--init-from deblur`` or the model of a training by the recipe ``deblur``.

    Two critic updates for one of the generator instead of five: the generator starts from good weights, and its updates
    are what the time goes by.
    """
    base = deblur.recipe()
    assert isinstance(base.method, Regression) and isinstance(base.method.generator, HalfUNetSettings)
    return replace(
        base,
        method=DeblurGAN(
            generator=base.method.generator,
            n_critic=2,
            g_optimiser=Optimiser(
                lr=1e-4, betas=(0.5, 0.99), schedule=Schedule(warm_up=800, decay_from=0.5, final=0.05)
            ),
        ),
        train=TrainSettings(images=48_000, batch=16),
        about=About(
            name="deblur-gan",
            title="Sharpens photos blurred by a shaking camera, trained against a critic",
            data=base.about.data,
        ),
    )
