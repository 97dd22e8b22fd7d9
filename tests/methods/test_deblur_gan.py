"""DeblurGAN: the critic's loss with its penalty and the generator's, against plain formulas."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch

from ganvas.core.batch import Paired
from ganvas.core.method import Draws
from ganvas.methods.deblur_gan import DeblurGAN
from ganvas.nets.generator import HalfUNetSettings
from ganvas.train.engine import Engine, EngineSettings

METHOD = DeblurGAN(
    generator=HalfUNetSettings(features=4, levels=2, blocks=1),
    content_by="discriminator",
    n_critic=2,
    penalty=3.0,
    adversarial=0.1,
    content=0.5,
    pixel=0.25,
    d_features=4,
    d_layers=2,
)
SETTINGS = EngineSettings(batch=4, total=10_000, seed=7)


class Stream:
    def batch(self, first: int, count: int) -> Paired:
        target = torch.rand(count, 3, 16, 16, generator=torch.Generator().manual_seed(first)) * 2 - 1
        return Paired((target + target.roll(1, 3)) / 2, target)


def test_the_first_critic_update_has_the_loss_and_the_penalty_of_wgan_gp() -> None:
    engine = Engine(replace(METHOD, n_critic=1), SETTINGS)
    g, d = (copy.deepcopy(engine.state.nets[name]) for name in ("g", "d"))
    batch = Stream().batch(0, 4)
    made = g(batch.source).detach()
    alpha = Draws(7, 0, "d/0", torch.arange(4)).uniform(stream="interpolation").reshape(4, 1, 1, 1)
    point = (alpha * batch.target + (1 - alpha) * made).requires_grad_()
    (slope,) = torch.autograd.grad(d(point)[0].mean((1, 2, 3)).sum(), point)
    penalty = 3.0 * (slope.flatten(1).norm(dim=1) - 1).square().mean()
    logs = engine.advance(Stream())
    assert float(logs["d/penalty"]) == pytest.approx(float(penalty), rel=1e-4)
    wasserstein = d(made)[0].mean() - d(batch.target)[0].mean()
    assert float(logs["d/wasserstein"]) == pytest.approx(wasserstein.item(), abs=1e-5)


def test_the_generator_descends_on_score_content_and_pixels() -> None:
    engine = Engine(METHOD, SETTINGS)
    g = copy.deepcopy(engine.state.nets["g"])
    logs = engine.advance(Stream())
    d = engine.state.nets["d"]  # after both of its updates, and the generator's moved it no more
    batch = Stream().batch(0, 4)
    with torch.no_grad():
        made = g(batch.source)
        fake, below = d(made)
        real_below = d(batch.target)[1]
    content = sum((a - b).abs().mean() for a, b in zip(below, real_below, strict=True)) / len(below)
    assert float(logs["g/adversarial"]) == pytest.approx(-0.1 * float(fake.mean()), abs=1e-5)
    assert float(logs["g/content"]) == pytest.approx(0.5 * float(content), rel=1e-4)
    assert float(logs["g/pixel"]) == pytest.approx(0.25 * float((made - batch.target).abs().mean()), rel=1e-4)
    assert engine.state.images_seen == 2 * 4  # a fresh batch for each critic update


def test_the_critic_has_no_normalisation_and_the_relativistic_discriminator_has() -> None:
    critic = METHOD.networks()["d"]
    assert not any("parametrizations" in name for name, _ in critic.named_parameters())
    relativistic = replace(METHOD, game="relativistic_average")
    assert any("parametrizations" in name for name, _ in relativistic.networks()["d"].named_parameters())
    assert not any(phase.splittable for phase in relativistic.phases())
    assert all(phase.splittable for phase in METHOD.phases())
