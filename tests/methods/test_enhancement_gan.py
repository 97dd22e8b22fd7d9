"""Enhancement GAN: its losses against plain formulas, in both distances."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch
from torch.nn import functional as F

from ganvas.core.batch import Paired
from ganvas.losses.colour import colour_loss
from ganvas.methods.enhancement_gan import EnhancementGAN
from ganvas.nets.generator import FieldSettings, HalfUNetSettings
from ganvas.train.engine import Engine, EngineSettings

METHOD = EnhancementGAN(
    generator=HalfUNetSettings(features=4, levels=2, blocks=1),
    structure=0.5,
    colour=2.0,
    colour_blur=1.0,
    adversarial=0.1,
    d_features=4,
    d_layers=2,
)


class Stream:
    def batch(self, first: int, count: int) -> Paired:
        target = torch.rand(count, 3, 16, 16, generator=torch.Generator().manual_seed(first)) * 2 - 1
        return Paired(target * 0.5 - 0.2, target)


@pytest.mark.parametrize("distance", ["l1", "bounded_kernel"])
def test_the_generators_losses(distance: str) -> None:
    engine = Engine(replace(METHOD, distance=distance), EngineSettings(batch=3, total=300, seed=1))
    g, d = (copy.deepcopy(engine.state.nets[name]) for name in ("g", "d"))
    logs = engine.advance(Stream())
    batch = Stream().batch(0, 3)
    with torch.no_grad():
        made = g(batch.source)
        fake, real = d(made)[0], d(batch.target)[0]
        difference = made - batch.target
        e = torch.exp(-difference.square().sum(1) / (2 * 0.5**2))
        structure = difference.abs().mean() if distance == "l1" else (0.5 - e / (1 + e)).mean()
        colour = colour_loss(made, batch.target, sigma=1.0, distance=distance)
    assert float(logs["g/structure"]) == pytest.approx(0.5 * float(structure), rel=1e-4)
    assert float(logs["g/colour"]) == pytest.approx(2.0 * float(colour), rel=1e-4)
    assert float(logs["g/adversarial"]) == pytest.approx(0.1 * float(F.softplus(real - fake).mean()), rel=1e-4)
    assert not any(name.startswith("g/content") for name in logs)


def test_a_field_of_transforms_is_the_default_and_says_so_on_the_card() -> None:
    assert isinstance(EnhancementGAN().generator, FieldSettings)
    assert EnhancementGAN().describe().tiling == "field"
    assert METHOD.describe().multiple_of == 4
