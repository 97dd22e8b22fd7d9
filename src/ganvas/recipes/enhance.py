"""The bundled ``enhance``: a field of colour transforms learned from spoilt tones."""

from __future__ import annotations

from dataclasses import replace

from ganvas.data.settings import PairedFolder
from ganvas.degrade.tone import ToneLoss
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
        data=PairedFolder(degradation=ToneLoss(), patch=128, zoom=(1.5, 3.0)),
        train=TrainSettings(images=12_000, batch=16),
        about=replace(base.about, name="enhance", title="Restores contrast, exposure and colour"),
    )
