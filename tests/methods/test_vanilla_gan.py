"""The original GAN: both games, and the two descents of algorithm 1."""

from __future__ import annotations

import copy
import math
from typing import Any, Literal

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from ganvas.core.batch import Clean
from ganvas.core.method import Draws
from ganvas.data.toy2d import Toy2d
from ganvas.methods.vanilla_gan import VanillaGan
from ganvas.nets.synthesis.settings import MLPSettings
from ganvas.train.engine import Engine, EngineSettings

GAMES: list[Literal["nonsaturating", "minimax"]] = ["nonsaturating", "minimax"]
BATCH = 8
SMALL = MLPSettings(width=8, depth_g=1, depth_d=1)


@pytest.mark.parametrize("game", GAMES)
def test_the_engine_does_algorithm_1(game: Any) -> None:
    method = VanillaGan(game=game, networks_=MLPSettings(width=16, depth_g=2, depth_d=2))
    engine: Engine[Clean] = Engine(method, EngineSettings(batch=BATCH, total=10_000, seed=5))
    nets = copy.deepcopy(engine.state.nets)
    g, d = nets["g"], nets["d"]
    descend_g = torch.optim.Adam(g.parameters(), 1e-3, (0.5, 0.999))
    descend_d = torch.optim.Adam(d.parameters(), 1e-3, (0.5, 0.999))
    one, zero = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)
    for step in range(4):
        index = torch.arange(step * BATCH, (step + 1) * BATCH)
        code = Draws(5, step, "d/0", index).normal(method.networks_.latent, stream="latent")
        real = Toy2d().batch(step * BATCH, BATCH).image
        descend_d.zero_grad()
        (bce(d(real).score, one) + bce(d(g(code).detach()).score, zero)).backward()
        descend_d.step()
        code = Draws(5, step, "g/0", index).normal(method.networks_.latent, stream="latent")
        descend_g.zero_grad()
        fake = d(g(code)).score
        (bce(fake, one) if game == "nonsaturating" else -bce(fake, zero)).backward()
        descend_g.step()
        engine.advance(Toy2d())
    for name, net in nets.items():
        for ours, theirs in zip(engine.state.nets[name].parameters(), net.parameters(), strict=True):
            assert torch.allclose(ours, theirs, atol=2e-6), name


def test_at_the_start_a_silent_discriminator_has_the_loss_of_a_coin() -> None:
    method = VanillaGan(networks_=SMALL)
    engine: Engine[Clean] = Engine(method, EngineSettings(batch=BATCH, total=80))
    with torch.no_grad():
        for parameter in engine.state.nets["d"].parameters():
            parameter.zero_()
    assert float(engine.advance(Toy2d())["d/adversarial"]) == pytest.approx(2 * math.log(2), abs=1e-6)


def test_minimax_generator_hardly_moves_where_the_discriminator_is_sure() -> None:
    """The reason for the non-saturating loss: with logits of -12 the zero-sum gradient is e^-12 of it."""
    norms = {}
    for game in GAMES:
        engine: Engine[Clean] = Engine(VanillaGan(game=game, networks_=SMALL), EngineSettings(batch=BATCH, total=80))
        with torch.no_grad():
            engine.state.nets["d"].head.score.bias.fill_(-12.0)
        norms[game] = float(engine.advance(Toy2d())["g/gradient_g"])
    assert norms["minimax"] < 1e-3 * norms["nonsaturating"]
