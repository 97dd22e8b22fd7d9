"""The bundled ``upscale-x4-real``: for photos spoilt by blur, noise and JPEG, as by the chain of Real-ESRGAN."""

from __future__ import annotations

from dataclasses import replace

from ganvas.core.method import Optimiser, Schedule
from ganvas.data.settings import PairedFolder
from ganvas.degrade.second_order import SecondOrder
from ganvas.methods.regression import Regression
from ganvas.recipes import upscale_x4
from ganvas.train.settings import Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe; start it with ``--init-from upscale-x4``.

    The bundled weights had 16,000 crops without the gradient loss, then some with it at a rate of 3e-4.
    """
    base = upscale_x4.recipe()
    method = base.method
    assert isinstance(method, Regression)
    optimiser = Optimiser(lr=5e-4, schedule=Schedule(warm_up=800, decay_from=0.0, final=0.01))
    return replace(
        base,
        method=replace(method, optimiser=optimiser, gradient=0.5, average_images=2_000),
        data=PairedFolder(degradation=SecondOrder(scale=4), patch=48, scale=4, margin=2, zoom=(1.0, 1.3)),
        train=TrainSettings(images=24_000, batch=16),
        about=replace(
            base.about, name="upscale-x4-real", title="Enlarges spoilt photos four times: blur, noise and JPEG go"
        ),
    )
