"""The conditional GAN: each of the three ways by hand, what is refused, and the articles' settings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from tests.contracts.cases import CASES, Made, classed, partly_classed
from torch.nn.functional import cross_entropy, relu, softplus

from ganvas.core.errors import SettingsError
from ganvas.core.method import Draws, Query
from ganvas.games.stabilisers import Stabilisers
from ganvas.methods.conditional_gan import ConditionalGAN
from ganvas.recipes import conditional_128, conditional_mnist
from ganvas.train.engine import Engine, EngineSettings

SETTINGS = EngineSettings(batch=6, total=600, seed=3)


def still(name: str) -> Any:
    method: Any = CASES[name].method
    frozen = {f"{side}_optimiser": replace(optimiser, lr=0.0) for side, optimiser in method.optimisers().items()}
    return replace(method, **frozen)


@pytest.mark.parametrize("name", ["conditional_gan", "conditional_gan-auxiliary", "conditional_gan-projection"])
def test_the_losses_are_the_articles(name: str) -> None:
    """Both sides, with networks that do not move, on the labels of the data and on drawn ones."""
    method = replace(still(name), class_weight=0.5)
    logs = Engine(method, SETTINGS).advance(Made(classed))
    nets = Engine(method, SETTINGS).state.nets
    real = classed(torch.arange(6))
    hinge = method.game == "hinge"

    def made(place: str) -> tuple[Any, torch.Tensor]:
        draws = Draws(3, 0, place, torch.arange(6))
        label = draws.integers(3, stream="label")
        return nets["d"](nets["g"](draws.normal(3, stream="latent"), label), label), label

    with torch.no_grad():
        truth = nets["d"](real.image, real.label)
        fake, label = made("d/0")
        sides = (
            (relu(1 - truth.score), relu(1 + fake.score)) if hinge else (softplus(-truth.score), softplus(fake.score))
        )
        assert float(logs["d/adversarial"]) == pytest.approx(sum(side.mean().item() for side in sides), rel=1e-4)
        if name.endswith("auxiliary"):
            for side, judged, wanted in (("real", truth, real.label), ("fake", fake, label)):
                expected = 0.5 * cross_entropy(judged.classes, wanted).item()
                assert float(logs[f"d/classes_{side}"]) == pytest.approx(expected, rel=1e-4)
        else:
            assert "d/classes_real" not in logs
        fake, label = made("g/0")
        expected = (-fake.score if hinge else softplus(-fake.score)).mean().item()
        assert float(logs["g/adversarial"]) == pytest.approx(expected, rel=1e-3, abs=1e-6)
        if name.endswith("auxiliary"):
            assert float(logs["g/classes"]) == pytest.approx(0.5 * cross_entropy(fake.classes, label).item(), rel=1e-3)


def test_the_class_asked_for_decides_the_sample_and_the_rest_is_the_code_s() -> None:
    method = still("conditional_gan")
    nets = {name: net.eval() for name, net in method.networks().items()}
    draws = Draws(0, 0, "apply", torch.tensor([7, 7]))
    with torch.no_grad():
        one, two = method.apply(nets, Query(label=torch.tensor([0, 2])), draws).images
        again, _ = method.apply(nets, Query(label=torch.tensor([0, 0])), draws).images
    assert torch.equal(one, again) and not torch.equal(one, two)
    with pytest.raises(SettingsError, match="3 classes"):
        method.apply(nets, Query(label=torch.tensor([3, 0])), draws)
    assert "label" in method.describe().needs


def test_an_image_without_a_label_is_refused_at_the_first_step() -> None:
    with pytest.raises(SettingsError, match="weakly_supervised_gan"):
        Engine(CASES["conditional_gan"].method, SETTINGS).advance(Made(partly_classed))


def test_what_does_not_fit_is_refused_by_name() -> None:
    networks: Any = still("conditional_gan").networks_
    with pytest.raises(SettingsError, match="classes to ask for"):
        ConditionalGAN(networks_=replace(networks, classes=0, condition="none"))
    with pytest.raises(SettingsError, match="classes to ask for"):
        ConditionalGAN(networks_=replace(networks, condition="fused"))
    with pytest.raises(SettingsError, match="class_weight"):
        ConditionalGAN(networks_=networks, class_weight=0.0)
    smooth = Stabilisers(label_smoothing=0.1)
    ConditionalGAN(networks_=networks, stabilise=smooth)
    with pytest.raises(SettingsError, match="Label smoothing"):
        ConditionalGAN(networks_=networks, stabilise=smooth, game="hinge")


def test_the_bundled_generator_is_small_and_the_article_s_settings_are_there() -> None:
    g = conditional_mnist.recipe().method.networks()["g"]
    assert 2 * sum(tensor.numel() for tensor in g.state_dict().values()) < 2_000_000
    recipe = conditional_128.recipe()
    method: Any = recipe.method
    assert method.networks_.condition == "projection" and method.n_critic.count == 5
    assert method.d_optimiser.schedule.factor(400_000 * 5 * 256, recipe.train.images) == 1
    assert method.d_optimiser.schedule.factor(425_000 * 5 * 256, recipe.train.images) == pytest.approx(0.5)
