"""The bundled ``unfade``: a field of colour transforms that gives faded, yellowed and toned photos their tones back."""

from __future__ import annotations

from dataclasses import replace

from ganvas.data.settings import PairedFolder
from ganvas.degrade.fading import Fading
from ganvas.methods.regression import Regression
from ganvas.recipes import brighten
from ganvas.train.settings import Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe of the bundled weights: that of ``brighten`` under another degradation.

    A fifth of the photos have not faded, so that the network leaves such alone; others are browner than most. What was
    black and white is to come out so: colour is the affair of ``colorize``.
    """
    base = brighten.recipe()
    method = base.method
    assert isinstance(method, Regression)
    return replace(
        base,
        method=replace(method, task="enhance"),
        data=PairedFolder(
            degradation=Fading(monochrome=0.5, tone=(0.2, 1.5), yellow=(0.0, 0.4), clean=0.2),
            patch=128,
            zoom=(1.5, 3.0),
        ),
        train=TrainSettings(images=40_000, batch=16),
        about=replace(base.about, name="unfade", title="Gives faded and yellowed photos their tones back"),
    )
