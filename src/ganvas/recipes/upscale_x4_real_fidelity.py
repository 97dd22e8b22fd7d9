"""First training of ``upscale-x4-real``: the fidelity network and L1 on spoilt photos."""

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
    """Returns the recipe; start it with ``--init-from upscale-x4``."""
    base = upscale_x4.recipe()
    method = base.method
    assert isinstance(method, Regression)
    optimiser = Optimiser(lr=5e-4, schedule=Schedule(warm_up=800, decay_from=0.0, final=0.01))
    return replace(
        base,
        method=replace(method, optimiser=optimiser),
        data=PairedFolder(degradation=SecondOrder(scale=4), patch=48, scale=4, margin=2, zoom=(1.0, 1.3)),
        train=TrainSettings(images=16_000, batch=16),
        about=replace(base.about, name="upscale-x4-real-fidelity", title="Enlarges spoilt photos four times, smooth"),
    )
