"""WGAN: algorithm 1 by hand, its clip after every update, and the opening of many."""

from __future__ import annotations

import copy

import pytest
import torch

from ganvas.core.batch import Clean
from ganvas.core.errors import SettingsError
from ganvas.core.method import Draws
from ganvas.data.toy2d import Toy2d
from ganvas.games.stabilisers import Repeats, Stabilisers
from ganvas.methods.wgan import WGAN
from ganvas.nets.synthesis.settings import MLPSettings
from ganvas.train.engine import Engine, EngineSettings

METHOD = WGAN(
    networks_=MLPSettings(width=8, depth_g=1, depth_d=1),
    n_critic=Repeats(count=2, opening=3, opening_steps=1),
    stabilise=Stabilisers(),
    clip=0.05,
)
BATCH = 8


def test_the_engine_does_algorithm_1() -> None:
    engine: Engine[Clean] = Engine(METHOD, EngineSettings(batch=BATCH, total=10_000, seed=5))
    nets = copy.deepcopy(engine.state.nets)
    g, d = nets["g"], nets["d"]
    descend = {
        name: torch.optim.RMSprop(nets[name].parameters(), optimiser.lr, alpha=optimiser.betas[1])
        for name, optimiser in METHOD.optimisers().items()
    }
    data, seen = Toy2d(), 0
    for step, critic in enumerate((3, 2, 2)):
        first = seen
        for repeat in range(critic):
            code = Draws(5, step, f"critic/{repeat}", torch.arange(seen, seen + BATCH)).normal(2, stream="latent")
            descend["d"].zero_grad()
            (d(g(code).detach()).score.mean() - d(data.batch(seen, BATCH).image).score.mean()).backward()
            descend["d"].step()
            with torch.no_grad():
                for weight in d.parameters():
                    weight.clamp_(-0.05, 0.05)
            seen += BATCH
        code = Draws(5, step, "g/0", torch.arange(first, first + BATCH)).normal(2, stream="latent")
        descend["g"].zero_grad()
        (-d(g(code)).score.mean()).backward()
        descend["g"].step()
        engine.advance(data)
    assert engine.state.images_seen == seen == 7 * BATCH
    for name, net in nets.items():
        for ours, theirs in zip(engine.state.nets[name].parameters(), net.parameters(), strict=True):
            assert torch.allclose(ours, theirs, atol=2e-6), name
    assert max(p.abs().max().item() for p in engine.state.nets["d"].parameters()) <= 0.05 + 1e-7


def test_the_article_s_defaults() -> None:
    method = WGAN()
    assert method.n_critic.at(0) == 100 and method.n_critic.at(25) == 5
    assert method.clip == 0.01 and method.d_optimiser.kind == "rmsprop" and method.d_optimiser.lr == 5e-5
    assert method.networks_.normalises_d, "as in the authors' code"


def test_a_clip_of_nothing_is_refused() -> None:
    with pytest.raises(SettingsError, match="clip"):
        WGAN(clip=0.0)
