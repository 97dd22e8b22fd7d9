"""The bundled ``enhance-underwater``: a field of colour transforms learned from a simulated medium."""

from __future__ import annotations

from dataclasses import replace

from ganvas.data.settings import PairedFolder
from ganvas.degrade.underwater import Underwater
from ganvas.methods.regression import Regression
from ganvas.recipes import brighten
from ganvas.train.settings import Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe of the bundled weights: that of ``brighten`` under another degradation."""
    base = brighten.recipe()
    method = base.method
    assert isinstance(method, Regression)
    return replace(
        base,
        method=replace(method, task="enhance"),
        data=PairedFolder(degradation=Underwater(kept=0.3), patch=128, zoom=(1.5, 3.0)),
        train=TrainSettings(images=16_000, batch=16),
        about=replace(base.about, name="enhance-underwater", title="Restores the colours of underwater photos"),
    )
