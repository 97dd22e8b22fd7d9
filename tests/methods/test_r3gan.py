"""R3GAN: the step by hand, micro-batches, and that it learns where the original GAN does not."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch.nn.functional import softplus

from ganvas.core.batch import Clean
from ganvas.core.method import Draws, Method, Optimiser, Query, Schedule
from ganvas.data.toy2d import Toy2d
from ganvas.games.stabilisers import Stabilisers
from ganvas.methods.r3gan import R3Gan
from ganvas.methods.vanilla_gan import VanillaGan
from ganvas.metrics.mode_coverage import ModeCoverage, mode_coverage
from ganvas.nets.synthesis.settings import MLPSettings
from ganvas.train.engine import Engine, EngineSettings

GAMMA = 0.3
NETWORKS = MLPSettings(width=16, depth_g=2, depth_d=2)
METHOD = R3Gan(networks_=NETWORKS, stabilise=Stabilisers(r1=GAMMA, r2=GAMMA))
LATENT = NETWORKS.latent
BATCH = 8


def _engine(method: Method[Clean] = METHOD, *, batch: int = BATCH, micro_batch: int | None = None) -> Engine[Clean]:
    return Engine(method, EngineSettings(batch=batch, total=10_000, seed=5, micro_batch=micro_batch))


def test_the_engine_does_the_article_s_step() -> None:
    """Separate forward and backward passes for loss, R1 and R2, as the equations are written."""
    engine = _engine()
    nets = copy.deepcopy(engine.state.nets)
    g, d = nets["g"], nets["d"]
    descend = {name: torch.optim.Adam(net.parameters(), 1e-3, (0.0, 0.99)) for name, net in nets.items()}

    def penalty(x: torch.Tensor) -> torch.Tensor:
        x = x.detach().requires_grad_()
        (slope,) = torch.autograd.grad(d(x).score.sum(), x, create_graph=True)
        return slope.square().sum(1).mean() * GAMMA / 2

    for step in range(4):
        index = torch.arange(step * BATCH, (step + 1) * BATCH)
        real = Toy2d().batch(step * BATCH, BATCH).image
        fake = g(Draws(5, step, "d/0", index).normal(LATENT, stream="latent")).detach()
        descend["d"].zero_grad()
        (softplus(d(fake).score - d(real).score).mean() + penalty(real) + penalty(fake)).backward()
        descend["d"].step()
        fake = g(Draws(5, step, "g/0", index).normal(LATENT, stream="latent"))
        descend["g"].zero_grad()
        softplus(d(real).score - d(fake).score).mean().backward()
        descend["g"].step()
        engine.advance(Toy2d())
    for name, net in nets.items():
        for ours, theirs in zip(engine.state.nets[name].parameters(), net.parameters(), strict=True):
            assert torch.allclose(ours, theirs, atol=2e-6), name


def test_micro_batches_do_not_change_it() -> None:
    """Real i meets fake i only, so a mean of means over equal parts is the mean."""
    whole, parts = _engine(), _engine(micro_batch=2)
    first, second = whole.advance(Toy2d()), parts.advance(Toy2d())
    for name in ("d/adversarial", "d/r1", "d/r2", "g/adversarial", "d/gradient_d", "g/gradient_g"):
        assert float(first[name]) == pytest.approx(float(second[name]), rel=1e-4), name
    for a, b in zip(whole.state.nets["d"].parameters(), parts.state.nets["d"].parameters(), strict=True):
        assert torch.allclose(a, b, atol=1e-5)


def test_both_penalties_carry_gamma() -> None:
    logs = [
        _engine(R3Gan(networks_=NETWORKS, stabilise=Stabilisers(r1=gamma, r2=gamma))).advance(Toy2d())
        for gamma in (0.1, 1.0)
    ]
    for name in ("d/r1", "d/r2"):
        assert float(logs[1][name]) == pytest.approx(10 * float(logs[0][name]), rel=1e-5)


def _coverage(engine: Engine[Clean], data: Toy2d) -> ModeCoverage:
    nets = {**engine.state.nets, **engine.state.averages}
    with torch.no_grad():
        points = engine.method.apply(nets, Query(), Draws(7, 0, "sample", torch.arange(2000))).images
    return mode_coverage(points.numpy().astype(np.float64), data.modes().numpy(), sigma=data.deviation)


@pytest.mark.learn
def test_it_learns_the_ring_where_the_original_gan_does_not() -> None:
    """A ring of sigma 0.03, 600 steps each of small networks: seconds. Seen: 59 % within 3 sigma and a
    reverse KL of 0.02 against 12 % and 0.96; 1 % untrained.
    """
    data, steps, batch = Toy2d(sigma=0.03), 600, 128
    schedule = Schedule(decay_from=0.3)
    networks = MLPSettings(width=64, depth_g=3)
    methods: dict[str, Method[Clean]] = {
        "r3gan": R3Gan(
            networks_=networks,
            stabilise=Stabilisers(r1=0.05, r2=0.05),
            g_optimiser=Optimiser(lr=2e-3, betas=(0.0, 0.99), schedule=schedule),
            d_optimiser=Optimiser(lr=2e-3, betas=(0.0, 0.99), schedule=schedule),
        ),
        "vanilla": VanillaGan(
            networks_=networks,
            g_optimiser=Optimiser(lr=2e-3, betas=(0.5, 0.999), schedule=schedule),
            d_optimiser=Optimiser(lr=2e-3, betas=(0.5, 0.999), schedule=schedule),
        ),
    }
    got = {}
    for name, method in methods.items():
        engine: Engine[Clean] = Engine(method, EngineSettings(batch=batch, total=steps * batch, seed=1))
        got[f"untrained {name}"] = _coverage(engine, data)
        for _ in range(steps):
            engine.advance(data)
        got[name] = _coverage(engine, data)
    assert got["untrained r3gan"].share < 0.05
    assert got["r3gan"].modes == 8
    assert got["r3gan"].share > 0.4
    assert got["r3gan"].share > 2 * got["vanilla"].share
    assert got["r3gan"].reverse_kl < 0.1 < got["vanilla"].reverse_kl  # measured .04 and .19 or more, by processor
