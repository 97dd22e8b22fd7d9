"""The base of synthesis: sampling, queries, labels, what is logged, and statistics for the model file."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import nn

from ganvas.core.batch import Clean, Labelled
from ganvas.core.errors import SettingsError
from ganvas.core.method import Draws, Query
from ganvas.games.codes import truncated
from ganvas.games.stabilisers import Stabilisers
from ganvas.methods.dcgan import DCGAN
from ganvas.methods.lsgan import LSGAN
from ganvas.methods.vanilla_gan import VanillaGan
from ganvas.methods.wgan import WGAN
from ganvas.nets.synthesis.settings import DCGANSettings
from ganvas.ops import random
from ganvas.train.engine import Engine, EngineSettings
from ganvas.train.export import model_tensors
from ganvas.train.settings import Recipe, TrainSettings

NETWORKS = DCGANSettings(size=8, channels=1, latent=3, features_g=4, features_d=4, norm_d="none")
METHOD = DCGAN(networks_=NETWORKS, stabilise=Stabilisers(standing_images=128))
BY_CLASS = replace(METHOD, networks_=replace(NETWORKS, classes=3, condition="concatenate"))


class Images:
    def batch(self, first: int, count: int) -> Any:
        index = torch.arange(first, first + count)
        return Labelled(random.uniform(2, index, (1, 8, 8)) * 2 - 1, index % 3)


def draws(*index: int) -> Draws:
    return Draws(5, 0, "apply", torch.tensor(index))


def nets_of(method: Any) -> dict[str, nn.Module]:
    torch.manual_seed(0)
    return {name: net.eval() for name, net in method.networks().items()}


def test_sample_k_is_the_same_in_every_batch() -> None:
    nets = nets_of(METHOD)
    with torch.no_grad():
        many, few = METHOD.sample(nets, draws(0, 1, 2, 3)), METHOD.sample(nets, draws(3, 1))
        asked = METHOD.apply(nets, Query(), draws(3, 1)).images
    assert torch.allclose(many[[3, 1]], few, atol=1e-6) and torch.equal(asked, few)


def test_codes_can_be_given_and_truncated() -> None:
    nets = nets_of(METHOD)
    codes = torch.randn(2, 3)
    with torch.no_grad():
        given = METHOD.apply(nets, Query(styles=(codes,)), draws(0, 1)).images
        assert torch.equal(given, nets["g"](codes))
        near = METHOD.apply(nets, Query(control={"truncation": 0.5}), draws(0, 1)).images
        assert torch.equal(near, nets["g"](truncated(draws(0, 1).normal(3, stream="latent"), 0.5)))
    with pytest.raises(SettingsError, match="3 numbers"):
        METHOD.apply(nets, Query(styles=(torch.randn(2, 4),)), draws(0, 1))


def test_truncation_is_the_truncated_normal() -> None:
    codes = draws(*range(20_000)).normal(1, stream="latent")
    made = truncated(codes, 1.0)
    assert made.abs().max() <= 1
    # The variance of a normal within +-1: 1 - 2 phi(1) / (2 Phi(1) - 1).
    assert made.var().item() == pytest.approx(1 - 2 * 0.24197 / 0.68269, abs=0.01)
    assert torch.allclose(truncated(codes, 9.0), codes, atol=1e-4)
    assert (made[codes > 0] > 0).all(), "the order of codes is kept"
    with pytest.raises(SettingsError, match="above 0"):
        truncated(codes, 0.0)


def test_labels_come_from_the_query_or_are_drawn() -> None:
    nets, label = nets_of(BY_CLASS), torch.tensor([2, 0])
    with torch.no_grad():
        asked = BY_CLASS.apply(nets, Query(label=label), draws(0, 1)).images
        code = draws(0, 1).normal(3, stream="latent")
        assert torch.equal(asked, nets["g"](code, label))
        free = BY_CLASS.apply(nets, Query(), draws(0, 1)).images
        assert torch.equal(free, nets["g"](code, draws(0, 1).integers(3, stream="label")))
    assert "label" in BY_CLASS.describe().needs and "label" not in METHOD.describe().needs
    for method, wrong in ((BY_CLASS, 3), (BY_CLASS, -1), (METHOD, 0)):
        with pytest.raises(SettingsError, match="classes"):
            method.apply(nets_of(method), Query(label=torch.tensor([wrong])), draws(0))


def test_a_game_with_classes_trains_on_the_labels_of_the_batch() -> None:
    engines = []
    for shift in (0, 1):

        class Shifted(Images):
            def batch(self, first: int, count: int, shift: int = shift) -> Any:
                batch = super().batch(first, count)
                return Labelled(batch.image, (batch.label + shift) % 3)

        engine: Engine[Clean] = Engine(BY_CLASS, EngineSettings(batch=6, total=60))
        engine.advance(Shifted())
        engines.append(engine)
    first, second = (next(engine.state.nets["d"].parameters()) for engine in engines)
    assert not torch.equal(first, second)


@pytest.mark.parametrize(("method", "line"), [(VanillaGan, 0.0), (LSGAN, 0.5), (WGAN, None)])
def test_accuracy_is_the_share_on_the_right_side(method: Any, line: float | None) -> None:
    """Where scores float freely, the line is the middle between the sides."""
    game = method(networks_=NETWORKS)
    engine: Engine[Clean] = Engine(game, EngineSettings(batch=6, total=60))
    step = engine._step("d/0", 0, 6, 0, {})
    shift = 100.0 if line is None else 0.0
    real = torch.tensor([[0.9], [0.8], [0.7], [-0.3]]) + shift
    fake = torch.tensor([[0.6], [-0.5], [-0.6], [-0.7]]) + shift
    game._observe(real, fake, step)
    assert float(step.seen["accuracy_real"]) == 0.75 and float(step.seen["accuracy_fake"]) == 0.75


def test_standing_statistics_are_those_of_the_weights_in_use() -> None:
    engine: Engine[Clean] = Engine(METHOD, EngineSettings(batch=6, total=60))
    for _ in range(3):
        engine.advance(Images())
    average = engine.state.averages["g"]
    copies = {"g": copy.deepcopy(average)}
    METHOD.settle(copies, Draws(0, 3, "settle", torch.arange(1)))
    assert not copies["g"].training
    norm = next(part for part in copies["g"].modules() if isinstance(part, nn.BatchNorm2d))
    with torch.no_grad():
        parts = []
        for first in (0, 64):
            code = Draws(0, 3, "settle", torch.arange(first, first + 64)).normal(3, stream="latent")
            parts.append(average.first(code).unflatten(1, average.shape))
    means = torch.stack([part.mean((0, 2, 3)) for part in parts]).mean(0)
    variances = torch.stack([part.var((0, 2, 3)) for part in parts]).mean(0)
    assert torch.allclose(norm.running_mean, means, atol=1e-5)
    assert torch.allclose(norm.running_var, variances, atol=1e-5)
    assert norm.momentum == 0.1
    stale = next(part for part in average.modules() if isinstance(part, nn.BatchNorm2d))
    assert not torch.allclose(norm.running_mean, stale.running_mean), "the training's own stay as they are"


def test_a_model_file_holds_settled_copies_and_the_training_goes_on_with_its_own() -> None:
    engine: Engine[Clean] = Engine(METHOD, EngineSettings(batch=6, total=60))
    for _ in range(3):
        engine.advance(Images())
    before = {key: value.clone() for key, value in engine.state.tensors().items()}
    recipe = Recipe(method=METHOD, data=None, train=TrainSettings(images=60))
    tensors = model_tensors(recipe, engine.state)
    key = next(key for key in tensors if key.endswith("running_mean"))
    assert not torch.equal(tensors[key], before[f"average.{key}"])
    assert torch.equal(tensors["g.first.weight"], before["average.g.first.weight"])
    assert all(torch.equal(value, before[name]) for name, value in engine.state.tensors().items())
    assert not any(name.startswith("d.") for name in tensors)


def test_without_the_setting_statistics_stay() -> None:
    method = replace(METHOD, stabilise=Stabilisers())
    nets = nets_of(method)
    before = copy.deepcopy(nets["g"].state_dict())
    method.settle(nets, draws(0))
    assert all(torch.equal(value, before[key]) for key, value in nets["g"].state_dict().items())


def test_an_average_is_kept_where_it_is_asked_for() -> None:
    assert METHOD.averages() and not replace(METHOD, average_images=0.0).averages()


def test_phases_say_what_couples_them() -> None:
    def coupling(networks: Any, stabilise: Stabilisers) -> set[tuple[bool, str]]:
        method = VanillaGan(networks_=networks, stabilise=stabilise)
        return {(phase.splittable, phase.coupling if not phase.splittable else "") for phase in method.phases()}

    free = replace(NETWORKS, norm_g="none")
    assert coupling(free, Stabilisers(r1=1.0)) == {(True, "")}
    assert coupling(NETWORKS, Stabilisers()) == {(False, "batch_norm")}
    assert coupling(free, Stabilisers(feature_matching=1.0)) == {(False, "batch")}
    assert coupling(free, Stabilisers(augment="ada")) == {(False, "batch")}
    assert coupling(replace(free, minibatch_std=2), Stabilisers()) == {(False, "batch")}
