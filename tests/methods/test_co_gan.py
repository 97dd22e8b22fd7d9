"""CoGAN: shared weights are one tensor that moves once, pairs come of one code, and the step is the article's."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest
import torch
from tests.contracts.cases import CASES, Made, two_domains
from torch.nn.functional import softplus

from ganvas.core.errors import SettingsError
from ganvas.core.method import Draws, Query
from ganvas.games.stabilisers import Stabilisers
from ganvas.methods.co_gan import CoGAN
from ganvas.nets.synthesis.settings import MLPSettings
from ganvas.train.engine import Engine, EngineSettings

METHOD: Any = CASES["co_gan"].method
SETTINGS = EngineSettings(batch=6, total=600, seed=3)
BARE: Any = replace(METHOD, networks_=replace(METHOD.networks_, norm_g="none", norm_d="none"), stabilise=Stabilisers())


def test_shared_weights_have_one_owner_stay_equal_and_move_once() -> None:
    """One step of plain Adam on the summed gradient of both domains, each with its own pass, gives the same weights."""
    engine = Engine(BARE, SETTINGS)
    nets = copy.deepcopy(engine.state.nets)
    batch, (g, d) = two_domains(torch.arange(6)), (nets["g"], nets["d"])
    optimiser = BARE.d_optimiser
    adam = torch.optim.Adam(list(d.parameters()), optimiser.lr, optimiser.betas)
    code = Draws(3, 0, "d/0", torch.arange(6)).normal(3, stream="latent")
    for domain, real in (("a", batch.a), ("b", batch.b)):
        judge, make = getattr(d, domain), getattr(g, domain)
        loss = softplus(-judge(real).score).mean() + softplus(judge(make(code).detach()).score).mean()
        (loss / 2).backward()
    adam.step()
    engine.advance(Made(two_domains))
    for (name, ours), (_, theirs) in zip(
        engine.state.nets["d"].state_dict().items(), d.state_dict().items(), strict=True
    ):
        assert torch.allclose(ours, theirs, atol=1e-6), name
    for name in ("g", "d"):
        owned = engine.state.owned[name].parameters
        assert len({id(parameter) for parameter in owned}) == len(owned) == len(list(nets[name].parameters()))


def test_shared_weights_stay_equal_through_a_checkpoint_and_in_the_average() -> None:
    engine = Engine(METHOD, SETTINGS)
    for _ in range(3):
        engine.advance(Made(two_domains))
    tensors = {name: value.clone() for name, value in engine.state.tensors().items()}
    second = Engine(METHOD, SETTINGS)
    second.state.restore(tensors, engine.state.scalars())
    second.advance(Made(two_domains))
    for net in (second.state.nets["g"], second.state.averages["g"]):
        assert net.a.first is net.b.first
        assert torch.equal(net.state_dict()["a.first.weight"], net.state_dict()["b.first.weight"])
        assert not torch.equal(net.state_dict()["a.body.5.weight"], net.state_dict()["b.body.5.weight"])


def test_a_pair_comes_of_one_code_side_by_side_or_by_its_domain() -> None:
    nets = {name: net.eval() for name, net in METHOD.networks().items()}
    draws = Draws(0, 0, "apply", torch.tensor([3, 3, 8]))
    with torch.no_grad():
        pairs = METHOD.apply(nets, Query(), draws).images
        alone = METHOD.apply(nets, Query(label=torch.tensor([0, 1, 1])), draws).images
    assert pairs.shape == (3, 1, 16, 32)
    assert torch.allclose(pairs[0, :, :, :16], alone[0], atol=1e-6)
    assert torch.allclose(pairs[1, :, :, 16:], alone[1], atol=1e-6)
    assert torch.allclose(pairs[2, :, :, 16:], alone[2], atol=1e-6)
    with pytest.raises(SettingsError, match="2 classes"):
        METHOD.apply(nets, Query(label=torch.tensor([0, 1, 2])), draws)


def test_what_does_not_fit_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match="DCGANSettings"):
        CoGAN(networks_=MLPSettings(size=16, channels=1), stabilise=Stabilisers())
    with pytest.raises(SettingsError, match="in place of classes"):
        CoGAN(networks_=replace(METHOD.networks_, classes=2, condition="auxiliary"))
    with pytest.raises(SettingsError, match="own_g and own_d are from 1 to 2"):
        replace(METHOD, own_d=3)
    with pytest.raises(SettingsError, match="gradient_penalty"):
        replace(BARE, stabilise=Stabilisers(gradient_penalty=10.0))


def test_penalties_noise_and_augmentation_take_both_domains() -> None:
    own = Stabilisers(r1=1.0, instance_noise=0.1, augment="diffaugment")
    logs = Engine(replace(BARE, stabilise=own), SETTINGS).advance(Made(two_domains))
    assert float(logs["d/r1"]) > 0
