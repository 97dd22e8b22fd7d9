"""The bundled ``dehaze``: a field of colour transforms learned from the scattering model."""

from __future__ import annotations

from dataclasses import replace

from ganvas.data.settings import PairedFolder
from ganvas.degrade.haze import Haze
from ganvas.methods.regression import Regression
from ganvas.recipes import brighten
from ganvas.train.settings import Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe of the bundled weights: that of ``brighten`` under another degradation.

    They are the mean (``scripts/average.py``) of the models after the first and the second half of its last 46,000
    images; the first half knew no airlight below 0.7, and the 30,000 images before it no skies.
    """
    base = brighten.recipe()
    method = base.method
    assert isinstance(method, Regression)
    return replace(
        base,
        method=replace(method, task="dehaze"),
        data=PairedFolder(degradation=Haze(beta=(0.4, 2.6), light=(0.55, 1.0)), patch=128, zoom=(1.5, 3.0)),
        train=TrainSettings(images=46_000, batch=16),
        about=replace(base.about, name="dehaze", title="Takes haze, mist and smoke out of a photo"),
    )
