"""The bundled fidelity upscaler by two, ``upscale-x2``: as ``upscale-x4``, reduced by two."""

from __future__ import annotations

from dataclasses import replace

from ganvas.data.settings import PairedFolder
from ganvas.degrade.bicubic import Bicubic
from ganvas.methods.regression import Regression
from ganvas.recipes import upscale_x4
from ganvas.train.settings import Recipe, TrainSettings

__all__ = ["recipe"]


def recipe() -> Recipe:
    """Returns the recipe of the bundled weights, which were stopped after 41,000 crops."""
    larger = upscale_x4.recipe()
    method = larger.method
    assert isinstance(method, Regression)
    return replace(
        larger,
        method=replace(method, scale=2),
        data=PairedFolder(degradation=Bicubic(scale=2), patch=48, scale=2, margin=4),
        train=TrainSettings(images=48_000, batch=16),
        about=replace(larger.about, name="upscale-x2", title="Enlarges twice, faithful to what is there"),
    )
