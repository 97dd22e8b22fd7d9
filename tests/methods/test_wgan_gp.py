"""WGAN-GP: algorithm 1 of the article, step for step."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from ganvas.core.batch import Clean
from ganvas.core.errors import SettingsError
from ganvas.core.method import Draws, Optimiser
from ganvas.data.toy2d import Toy2d
from ganvas.games.stabilisers import Repeats, Stabilisers
from ganvas.methods.wgan_gp import WganGp
from ganvas.nets.synthesis.settings import MLPSettings
from ganvas.train.engine import Engine, EngineSettings

METHOD = WganGp(
    networks_=MLPSettings(width=16, depth_g=2, depth_d=2),
    n_critic=Repeats(count=3),
    stabilise=Stabilisers(gradient_penalty=0.7),
    g_optimiser=Optimiser(lr=1e-3, betas=(0.0, 0.9)),
    d_optimiser=Optimiser(lr=2e-3, betas=(0.0, 0.9)),
)
SMALL = MLPSettings(width=8, depth_g=1, depth_d=1)
LATENT = METHOD.networks_.latent
BATCH = 8


def _engine(method: WganGp = METHOD) -> Engine[Clean]:
    return Engine(method, EngineSettings(batch=BATCH, total=10_000, seed=5))


def _by_hand(nets: dict[str, nn.Module], steps: int) -> None:
    """Algorithm 1 without the engine: plain loops, plain Adam."""
    g, d = nets["g"], nets["d"]
    descend_g = torch.optim.Adam(g.parameters(), 1e-3, (0.0, 0.9))
    descend_d = torch.optim.Adam(d.parameters(), 2e-3, (0.0, 0.9))
    data, seen = Toy2d(), 0
    for step in range(steps):
        first = seen
        for repeat in range(3):
            draws = Draws(5, step, f"critic/{repeat}", torch.arange(seen, seen + BATCH))
            real = data.batch(seen, BATCH).image
            fake = g(draws.normal(LATENT, stream="latent")).detach()
            alpha = draws.uniform(1, stream="interpolation")
            point = (alpha * real + (1 - alpha) * fake).requires_grad_()
            (slope,) = torch.autograd.grad(d(point).score.sum(), point, create_graph=True)
            penalty = (slope.norm(dim=1) - 1).square().mean()
            descend_d.zero_grad()
            (d(fake).score.mean() - d(real).score.mean() + 0.7 * penalty).backward()
            descend_d.step()
            seen += BATCH
        draws = Draws(5, step, "g/0", torch.arange(first, first + BATCH))
        descend_g.zero_grad()
        (-d(g(draws.normal(LATENT, stream="latent"))).score.mean()).backward()
        descend_g.step()


def test_the_engine_does_algorithm_1() -> None:
    engine = _engine()
    nets = copy.deepcopy(engine.state.nets)
    _by_hand(nets, 4)
    for _ in range(4):
        engine.advance(Toy2d())
    for name, net in nets.items():
        for ours, theirs in zip(engine.state.nets[name].parameters(), net.parameters(), strict=True):
            assert torch.allclose(ours, theirs, atol=2e-6), name


def test_the_critic_moves_n_times_on_fresh_batches_and_codes() -> None:
    seen: list[tuple[torch.Tensor, torch.Tensor]] = []

    class Recording(WganGp):
        def discriminator_loss(self, batch, step):  # type: ignore[no-untyped-def]
            seen.append((batch.image, step.rng.normal(LATENT, stream="latent")))
            return super().discriminator_loss(batch, step)

        def generator_loss(self, batch, step):  # type: ignore[no-untyped-def]
            seen.append((batch.image, step.rng.normal(LATENT, stream="latent")))
            return super().generator_loss(batch, step)

    engine = _engine(Recording(networks_=SMALL, n_critic=Repeats(count=3)))
    engine.advance(Toy2d())
    assert engine.state.images_seen == 3 * BATCH
    assert len(seen) == 4
    codes = torch.cat([code for _, code in seen])
    assert len(codes.unique(dim=0)) == 4 * BATCH  # the generator does not reuse the critic's codes
    assert len(torch.cat([real for real, _ in seen[:3]]).unique(dim=0)) == 3 * BATCH


def test_the_penalty_weighs_lambda_and_scales_with_it() -> None:
    ten, one = (
        Engine(
            WganGp(networks_=SMALL, stabilise=Stabilisers(gradient_penalty=weight)), EngineSettings(batch=8, total=80)
        )
        for weight in (10.0, 1.0)
    )
    ratio = ten.advance(Toy2d())["critic/gradient_penalty"] / one.advance(Toy2d())["critic/gradient_penalty"]
    # The last of five critic updates is logged; the first four differ by little at this learning rate.
    assert float(ratio) == pytest.approx(10, rel=0.2)


def test_without_the_penalty_it_is_refused() -> None:
    with pytest.raises(SettingsError, match="gradient_penalty"):
        WganGp(stabilise=Stabilisers())


def test_no_layer_of_the_critic_couples_samples() -> None:
    d = METHOD.networks()["d"]
    x = torch.randn(6, 2)
    assert torch.allclose(d(x).score[:2], d(x[:2]).score, atol=1e-6)


def test_samples_come_from_the_average_and_depend_on_the_index_alone() -> None:
    engine = _engine()
    for _ in range(3):
        engine.advance(Toy2d())
    average, raw = engine.state.averages["g"], engine.state.nets["g"]
    assert not torch.equal(next(average.parameters()), next(raw.parameters()))
    rng = Draws(1, 0, "sample", torch.arange(10))
    nets = {**engine.state.nets, **engine.state.averages}
    points = METHOD.sample(nets, rng)
    assert points.shape == (10, 2) and points.isfinite().all()
    assert torch.allclose(points[3:5], METHOD.sample(nets, Draws(1, 0, "sample", torch.arange(3, 5))), atol=1e-6)
