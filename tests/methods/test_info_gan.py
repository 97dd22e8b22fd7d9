"""InfoGAN: the bound by hand, who moves, codes that a query sets, and what reads them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
import torch
from tests.contracts.cases import CASES, Made, images
from torch.distributions import Normal
from torch.nn.functional import cross_entropy

from ganvas.core.errors import SettingsError
from ganvas.core.method import Draws, Query
from ganvas.methods.info_gan import InfoGAN
from ganvas.train.engine import Engine, EngineSettings

METHOD: Any = CASES["info_gan"].method
SETTINGS = EngineSettings(batch=6, total=600, seed=3)


def test_the_bound_is_the_likelihood_of_the_codes_that_were_drawn() -> None:
    method = replace(
        METHOD,
        g_optimiser=replace(METHOD.g_optimiser, lr=0.0),
        d_optimiser=replace(METHOD.d_optimiser, lr=0.0),
        category_weight=0.7,
        code_weight=0.3,
    )
    logs = Engine(method, SETTINGS).advance(Made(images))
    nets = Engine(method, SETTINGS).state.nets
    draws = Draws(3, 0, "d/0", torch.arange(6))
    code, label = draws.normal(3, stream="latent"), draws.integers(3, stream="label")
    with torch.no_grad():
        judged = nets["d"](nets["g"](code, label))
        mean, deviation = nets["q"](judged.features)
    true = torch.erf(code[:, :2] / math.sqrt(2))
    expected = -Normal(mean, deviation).log_prob(true).sum(1).mean().item()
    assert float(logs["d/codes"]) == pytest.approx(0.3 * expected, rel=1e-4)
    assert float(logs["d/category"]) == pytest.approx(0.7 * cross_entropy(judged.classes, label).item(), rel=1e-4)
    assert {"g/codes", "g/category", "g/adversarial"} <= logs.keys()


def test_both_descents_lower_what_is_not_understood() -> None:
    """A generator that is frozen leaves Q to learn; a Q that is frozen leaves the generator to show its codes."""
    for frozen in ("g", "d"):
        fast = replace(METHOD.g_optimiser, lr=5e-3)
        still = replace(METHOD.g_optimiser, lr=0.0)
        method = replace(
            METHOD,
            g_optimiser=still if frozen == "g" else fast,
            d_optimiser=still if frozen == "d" else fast,
            code_weight=1.0,
        )
        engine = Engine(method, replace(SETTINGS, batch=32))
        logs = [engine.advance(Made(images)) for _ in range(40)]
        losses = [float(log["g/category"]) + float(log["g/codes"]) for log in logs]
        assert sum(losses[-5:]) < sum(losses[:5]) - 0.5, frozen


def test_a_query_sets_category_and_codes() -> None:
    nets = {name: net.eval() for name, net in METHOD.networks().items()}
    draws = Draws(0, 0, "apply", torch.tensor([4, 4]))
    plain = METHOD.codes(Query(), draws)
    code = METHOD.codes(Query(control={"code2": 0.5, "truncation": 3.0}), draws)
    assert torch.allclose(torch.erf(code[:, 1] / math.sqrt(2)), torch.tensor(0.5))
    assert torch.allclose(METHOD.codes(Query(control={"code2": 0.5}), draws)[:, [0, 2]], plain[:, [0, 2]])
    with torch.no_grad():
        ends = [METHOD.apply(nets, Query(control={"code1": value}), draws).images for value in (-1.0, 1.0)]
        one, two = METHOD.apply(nets, Query(label=torch.tensor([0, 1])), draws).images
    assert all(end.isfinite().all() for end in ends) and not torch.equal(*ends)
    assert not torch.equal(one, two)
    with pytest.raises(SettingsError, match="code1 of 1.5"):
        METHOD.codes(Query(control={"code1": 1.5}), draws)


def test_categories_are_drawn_where_none_is_asked_for() -> None:
    assert len(set(METHOD.drawn_labels(Draws(0, 0, "apply", torch.arange(60))).tolist())) == 3


def test_reading_gives_a_category_and_each_code() -> None:
    nets = {name: net.eval() for name, net in METHOD.networks().items()}
    logits, means = METHOD.read(nets, images(torch.arange(4)).image)
    assert logits.shape == (4, 3) and means.shape == (4, 2)
    assert set(METHOD.exportable()) == set(nets)


def test_what_does_not_fit_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match="auxiliary"):
        InfoGAN(networks_=replace(METHOD.networks_, classes=0, condition="none"))
    with pytest.raises(SettingsError, match="3 continuous codes among 3"):
        replace(METHOD, continuous=3)
    with pytest.raises(SettingsError, match="both weights"):
        replace(METHOD, code_weight=0.0)
