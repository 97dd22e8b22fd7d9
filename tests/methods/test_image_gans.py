"""DCGAN, LSGAN, SNGAN, SAGAN: each one's game through the engine, by hand, and its article's settings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch.nn.functional import relu, softplus

from ganvas.core.batch import Clean
from ganvas.core.method import Draws
from ganvas.games.stabilisers import Repeats
from ganvas.methods.dcgan import DCGAN
from ganvas.methods.lsgan import LSGAN
from ganvas.methods.sagan import SAGAN
from ganvas.methods.sngan import SNGAN
from ganvas.nets.synthesis.settings import DCGANSettings, ResNetSettings
from ganvas.ops import random
from ganvas.train.engine import Engine, EngineSettings

STRIDED = DCGANSettings(size=16, channels=1, latent=3, features_g=4, features_d=4)
RESIDUAL = ResNetSettings(size=16, channels=1, latent=3, features_g=4, features_d=4, plain_d=1)
GAMES: dict[str, tuple[Any, Any, Any]] = {
    "dcgan": (
        DCGAN(networks_=STRIDED),
        lambda r, f: (softplus(-r) + softplus(f)).mean(),
        lambda f: softplus(-f).mean(),
    ),
    "lsgan": (
        LSGAN(networks_=STRIDED),
        lambda r, f: ((r - 1) ** 2 + f**2).mean() / 2,
        lambda f: ((f - 1) ** 2).mean() / 2,
    ),
    "sngan": (SNGAN(networks_=RESIDUAL), lambda r, f: (relu(1 - r) + relu(1 + f)).mean(), lambda f: -f.mean()),
    "sagan": (
        SAGAN(networks_=replace(RESIDUAL, attention_at=(8,), spectral_norm_g=True)),
        lambda r, f: (relu(1 - r) + relu(1 + f)).mean(),
        lambda f: -f.mean(),
    ),
}


class Images:
    def batch(self, first: int, count: int) -> Clean:
        return Clean(random.uniform(2, torch.arange(first, first + count), (1, 16, 16)) * 2 - 1)


@pytest.mark.parametrize("name", GAMES)
def test_the_losses_are_the_article_s(name: str) -> None:
    """Both sides, with networks that do not move; batch norm and power iterations as in the step itself."""
    method, d_loss, g_loss = GAMES[name]
    still = {side: replace(optimiser, lr=0.0) for side, optimiser in method.optimisers().items()}
    method = replace(method, g_optimiser=still["g"], d_optimiser=still["d"], n_critic=Repeats())
    settings = EngineSettings(batch=6, total=600, seed=3)
    engine: Engine[Clean] = Engine(method, settings)
    nets = Engine(method, settings).state.nets
    logs = engine.advance(Images())
    code = Draws(3, 0, "d/0", torch.arange(6)).normal(3, stream="latent")
    with torch.no_grad():
        fake = nets["g"](code)
        real_score, fake_score = nets["d"](Images().batch(0, 6).image).score, nets["d"](fake).score
        assert float(logs["d/adversarial"]) == pytest.approx(d_loss(real_score, fake_score).item(), rel=1e-4)
        code = Draws(3, 0, "g/0", torch.arange(6)).normal(3, stream="latent")
        expected = g_loss(nets["d"](nets["g"](code)).score).item()
    assert float(logs["g/adversarial"]) == pytest.approx(expected, rel=1e-4)


def test_settings_of_the_articles() -> None:
    dcgan, sngan, sagan = DCGAN(), SNGAN(), SAGAN()
    assert dcgan.g_optimiser.lr == 2e-4 and dcgan.g_optimiser.betas[0] == 0.5
    assert sngan.n_critic.count == 5 and sngan.d_optimiser.betas == (0.0, 0.9)
    assert sngan.networks_.spectral_norm and not sngan.networks_.spectral_norm_g
    assert sngan.d_optimiser.schedule.factor(500, 1000) == pytest.approx(0.5)
    assert sagan.d_optimiser.lr == 4 * sagan.g_optimiser.lr
    assert sagan.networks_.spectral_norm_g and sagan.networks_.attention_at
