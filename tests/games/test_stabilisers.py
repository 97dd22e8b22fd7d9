"""Every stabiliser: its closed form, that the setting does something, and the pairs that are refused."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from ganvas.core.batch import Clean
from ganvas.core.errors import SettingsError
from ganvas.core.method import Optimiser, Schedule
from ganvas.games.penalties import penalties
from ganvas.games.regularisers import distance_from_past, feature_distance, lecam, smoothing, verdict_entropy
from ganvas.games.showing import noise_left, steer
from ganvas.games.stabilisers import Repeats, Stabilisers
from ganvas.losses.adversarial import discriminator_least_squares, discriminator_logistic
from ganvas.methods.lsgan import LSGAN
from ganvas.methods.r3gan import R3Gan
from ganvas.methods.sngan import SNGAN
from ganvas.methods.vanilla_gan import VanillaGan
from ganvas.methods.wgan import WGAN
from ganvas.nets.synthesis.settings import DCGANSettings, MLPSettings
from ganvas.ops import random
from ganvas.train.engine import Engine, EngineSettings

NETWORKS = DCGANSettings(size=8, channels=1, latent=3, features_g=4, features_d=4, norm_g="none", norm_d="none")
PLAIN = VanillaGan(networks_=NETWORKS)
BATCH = 6


class Images:
    def batch(self, first: int, count: int) -> Clean:
        return Clean(random.uniform(2, torch.arange(first, first + count), (1, 8, 8)) * 2 - 1)


def trained(method: Any, steps: int = 3) -> Engine[Clean]:
    engine: Engine[Clean] = Engine(method, EngineSettings(batch=BATCH, total=600, seed=3))
    if steps and method.stabilise.augment == "ada":
        engine.state.memory["ada_p"] = torch.tensor(0.5)  # in the middle of a training
    for _ in range(steps):
        engine.advance(Images())
    return engine


def weights(engine: Engine[Clean], name: str) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in engine.state.nets[name].parameters()])


@pytest.fixture(scope="module")
def plain() -> Engine[Clean]:
    return trained(PLAIN)


ON: dict[str, tuple[Stabilisers, str]] = {
    "r1": (Stabilisers(r1=5.0), "d/r1"),
    "r2": (Stabilisers(r2=5.0), "d/r2"),
    "gradient_penalty": (Stabilisers(gradient_penalty=5.0), "d/gradient_penalty"),
    "dragan": (Stabilisers(dragan=5.0), "d/dragan"),
    "lazy": (Stabilisers(r1=5.0, penalty_every=2), "penalty/r1"),
    "label_smoothing": (Stabilisers(label_smoothing=0.1), "d/smoothing"),
    "instance_noise": (Stabilisers(instance_noise=0.5), ""),
    "feature_matching": (Stabilisers(feature_matching=5.0), "g/feature_matching"),
    "historical_averaging": (Stabilisers(historical_averaging=5.0), "g/historical_averaging"),
    "lecam": (Stabilisers(lecam=5.0, lecam_images=BATCH), "d/lecam"),
    "entropy": (Stabilisers(entropy=1.0), "d/entropy"),
    "diffaugment": (Stabilisers(augment="diffaugment"), ""),
    "policy": (Stabilisers(augment="diffaugment", policy=("cutout",)), ""),
    "ada": (Stabilisers(augment="ada"), "d/ada_p"),
}


@pytest.mark.parametrize("name", ON)
def test_every_setting_changes_the_training_and_says_so(name: str, plain: Engine[Clean]) -> None:
    stabilise, logged = ON[name]
    engine = trained(replace(PLAIN, stabilise=stabilise))
    moved = "g" if name == "feature_matching" else "d"
    assert not torch.equal(weights(engine, moved), weights(plain, moved))
    logs = {**engine.advance(Images()), **engine.advance(Images())}  # a lazy phase is due in one of two
    assert not logged or logged in logs
    assert weights(engine, "g").isfinite().all()


def test_settings_beside_a_stabiliser_count_too() -> None:
    pairs: list[tuple[Stabilisers, dict[str, Any]]] = [
        (Stabilisers(dragan=5.0), {"dragan_noise": 0.1}),
        (Stabilisers(augment="diffaugment"), {"policy": ("colour",)}),
        (Stabilisers(instance_noise=0.5), {"instance_noise_images": 13}),
        (Stabilisers(lecam=5.0, lecam_images=BATCH), {"lecam_images": 2 * BATCH}),
        (Stabilisers(augment="ada"), {"ada_speed_images": 20}),
        (Stabilisers(augment="ada"), {"ada_limit": 0.1}),
    ]
    for stabilise, change in pairs:
        first, second = (trained(replace(PLAIN, stabilise=each)) for each in (stabilise, replace(stabilise, **change)))
        assert not torch.equal(weights(first, "d"), weights(second, "d")), change


@pytest.mark.parametrize(
    "change",
    [
        {"d_optimiser": Optimiser(lr=1e-3, betas=(0.5, 0.999), weight_decay=0.1)},
        {"d_optimiser": Optimiser(lr=1e-3, betas=(0.5, 0.999), clip_norm=1e-3)},
        {"d_optimiser": Optimiser(lr=4e-3, betas=(0.5, 0.999))},
        {"d_optimiser": Optimiser(lr=1e-3, betas=(0.5, 0.999), schedule=Schedule(warm_up=60))},
        {"n_critic": Repeats(count=2)},
        {"n_critic": Repeats(count=1, opening=3, opening_steps=1)},
        {"networks_": replace(NETWORKS, spectral_norm=True)},
        {"networks_": replace(NETWORKS, dropout=0.5)},
        {"networks_": replace(NETWORKS, minibatch_discrimination=2)},
        {"networks_": replace(NETWORKS, minibatch_std=2)},
        {"networks_": replace(NETWORKS, norm_g="virtual")},
    ],
    ids=lambda change: str(next(iter(change.values())))[:60],
)
def test_stabilisers_of_networks_and_optimisers_change_it_too(change: dict, plain: Engine[Clean]) -> None:
    engine = trained(replace(PLAIN, **change))
    assert len(weights(engine, "d")) != len(weights(plain, "d")) or not torch.allclose(
        weights(engine, "d"), weights(plain, "d"), atol=1e-7
    )


BATCH_NORM = replace(NETWORKS, norm_d="batch")
REFUSED: list[tuple[Any, Any, Any, str]] = [
    (VanillaGan, BATCH_NORM, Stabilisers(r1=1.0), "gradient penalty and batch norm"),
    (VanillaGan, BATCH_NORM, Stabilisers(gradient_penalty=1.0), "gradient penalty and batch norm"),
    (VanillaGan, replace(BATCH_NORM, spectral_norm=True), Stabilisers(), "Spectral norm and batch norm"),
    (SNGAN, NETWORKS, Stabilisers(label_smoothing=0.1), "Label smoothing and"),
    (LSGAN, NETWORKS, Stabilisers(entropy=0.1), "entropy of verdicts and"),
    (WGAN, NETWORKS, Stabilisers(lecam=0.1), "LeCam or ADA and"),
    (R3Gan, NETWORKS, Stabilisers(augment="ada"), "LeCam or ADA and"),
    (VanillaGan, MLPSettings(), Stabilisers(augment="diffaugment"), "Augmentation and points"),
    (VanillaGan, NETWORKS, Stabilisers(standing_images=64), "Standing statistics and"),
]


@pytest.mark.parametrize(("method", "networks", "stabilise", "both"), REFUSED, ids=[row[3] for row in REFUSED])
def test_pairs_that_do_not_go_together_are_refused_by_name(
    method: Any, networks: Any, stabilise: Any, both: str
) -> None:
    with pytest.raises(SettingsError, match=both):
        method(networks_=networks, stabilise=stabilise)


@pytest.mark.parametrize(
    "wrong",
    [
        {"r1": -1.0},
        {"penalty_every": 4},
        {"penalty_every": 0, "r1": 1.0},
        {"instance_noise_images": 100},
        {"label_smoothing": 0.5},
        {"augment": "ada", "ada_limit": 0.9},
    ],
)
def test_numbers_out_of_range_are_refused(wrong: dict) -> None:
    with pytest.raises(SettingsError):
        Stabilisers(**wrong)
    with pytest.raises(SettingsError):
        Repeats(count=0)


def test_repeats_open_with_another_number() -> None:
    assert [Repeats(count=5, opening=100, opening_steps=25).at(step) for step in (0, 24, 25, 500)] == [100, 100, 5, 5]


def test_lazy_penalties_are_as_strong_as_those_of_every_step() -> None:
    """16 times the gradient, every 16th step (Karras et al. 2020, appendix B)."""
    still = Optimiser(lr=0.0)
    lazy = replace(PLAIN, stabilise=Stabilisers(r1=3.0, penalty_every=16), g_optimiser=still, d_optimiser=still)
    engine: Engine[Clean] = Engine(lazy, EngineSettings(batch=BATCH, total=600, seed=3))
    logs = [engine.advance(Images()) for _ in range(17)]
    assert ["penalty/r1" in row for row in logs] == [True] + [False] * 15 + [True]
    d = engine.state.nets["d"]
    for parameter in d.parameters():
        parameter.requires_grad_(True)
    shown = Images().batch(0, BATCH).image.requires_grad_()
    (slope,) = torch.autograd.grad(d(shown).score.sum(), shown, create_graph=True)
    value = 3.0 / 2 * slope.square().sum((1, 2, 3)).mean()
    every = torch.autograd.grad(value, list(d.parameters()), allow_unused=True)
    norm = torch.cat([g.flatten() for g in every if g is not None]).norm().item()
    assert float(logs[0]["penalty/r1"]) == pytest.approx(value.item(), rel=1e-4)  # logged unscaled
    assert float(logs[0]["penalty/gradient_d"]) == pytest.approx(16 * norm, rel=1e-3)


def test_penalties_of_a_linear_critic_and_their_norms() -> None:
    """With slope w everywhere: R1 = gamma/2 |w|^2, gradient penalty and DRAGAN = lambda (|w| - 1)^2."""
    from ganvas.core.method import Draws, Step
    from ganvas.games.judged import Shown
    from ganvas.nets.synthesis.judge import Judgement

    w = torch.tensor([[3.0, 4.0]])
    critic = {"d": lambda x, label: Judgement(x @ w.T, x)}
    step = Step(0, 0, critic, critic, Draws(0, 0, "d/0", torch.arange(4)), {}, {}, {})
    stabilise = Stabilisers(r1=2.0, r2=4.0, gradient_penalty=0.5, dragan=0.25)
    sides = Shown(samples=torch.randn(4, 2)), Shown(samples=torch.randn(4, 2))
    found = {name: value.item() for name, value in penalties(stabilise, *sides, step).items()}
    assert found == pytest.approx({"r1": 25, "r2": 50, "gradient_penalty": 8, "dragan": 4}, rel=1e-5)
    assert {float(value) for value in step.seen.values()} == {5.0} and len(step.seen) == 4


def test_smoothing_is_a_target_of_less_than_1() -> None:
    real, fake = torch.randn(9, 1, dtype=torch.float64), torch.randn(9, 1, dtype=torch.float64)
    smoothed = discriminator_logistic(real, fake) + smoothing(real, 0.1)
    by_hand = bce(real, torch.full_like(real, 0.9)) + bce(fake, torch.zeros_like(fake))
    assert smoothed.item() == pytest.approx(by_hand.item(), abs=1e-12)
    squares = discriminator_least_squares(real, fake) + smoothing(real, 0.1)
    shifted = ((real - 0.9).square().mean() + fake.square().mean()) / 2
    assert squares.item() == pytest.approx(shifted.item() + 0.1 - 0.1**2 / 2, abs=1e-12)


def test_the_entropy_of_verdicts() -> None:
    zero, sure = torch.zeros(4, 1), torch.full((4, 1), 50.0)
    assert verdict_entropy(zero, zero).item() == pytest.approx(math.log(2))
    assert verdict_entropy(sure, -sure).item() == pytest.approx(0, abs=1e-6)
    p = 1 / (1 + math.exp(-1))
    one = verdict_entropy(zero + 1, zero + 1).item()
    assert one == pytest.approx(-p * math.log(p) - (1 - p) * math.log(1 - p), rel=1e-5)


def test_lecam_pulls_each_side_to_the_past_of_the_other() -> None:
    real, fake = torch.full((4, 1), 2.0), torch.full((4, 1), -1.0)
    assert lecam(real, fake, torch.tensor(1.0), torch.tensor(0.5)).item() == pytest.approx(1.5**2 + 2**2)


def test_lecam_s_averages_have_the_half_life_asked_for() -> None:
    """Scores held at 1 after a start at 0: after one half-life the average is half way."""
    engine = trained(replace(PLAIN, stabilise=Stabilisers(lecam=0.1, lecam_images=4 * BATCH)), steps=1)
    from ganvas.core.method import Draws, Step
    from ganvas.games.memory import remember

    memory: dict[str, Any] = {"lecam_real": torch.tensor(0.0), "lecam_fake": torch.tensor(0.0)}
    for number in range(4):
        carry = {"score_real": torch.tensor(6.0), "score_fake": torch.tensor(float("nan")), "score_count": BATCH}
        step = Step(number, 0, {}, {}, Draws(0, 0, "", torch.arange(1)), memory, {**carry, "score_sign": 0}, {})
        remember(engine.method.stabilise, step)
    assert memory["lecam_real"].item() == pytest.approx(0.5)
    assert memory["lecam_fake"].item() == 0, "what is not finite changes nothing"


def test_feature_distance_is_that_of_the_means() -> None:
    real, fake = torch.randn(5, 3), torch.randn(5, 3)
    assert feature_distance(real, real.flip(0)).item() == pytest.approx(0, abs=1e-10)
    assert feature_distance(real, fake).item() == pytest.approx((real.mean(0) - fake.mean(0)).norm().item() ** 2)


def test_the_past_is_the_mean_of_all_steps() -> None:
    engine = trained(replace(PLAIN, stabilise=Stabilisers(historical_averaging=0.1)), steps=0)
    seen = []
    for _ in range(4):
        engine.advance(Images())
        seen.append(weights(engine, "g"))
    net = engine.state.nets["g"]
    mean = torch.stack(seen).mean(0)
    assert torch.allclose(engine.state.memory["past_g"], mean, atol=1e-6)
    expected = (weights(engine, "g") - mean).square().sum().item()
    assert distance_from_past(net, engine.state.memory["past_g"]).item() == pytest.approx(expected, rel=1e-4)


def test_instance_noise_fades() -> None:
    fading = Stabilisers(instance_noise=0.4, instance_noise_images=100)
    assert [noise_left(fading, seen) for seen in (0, 50, 100, 200)] == pytest.approx([0.4, 0.2, 0, 0])
    assert noise_left(Stabilisers(instance_noise=0.4), 10**9) == 0.4


def test_ada_drifts_by_1_in_its_speed_and_stays_in_bounds() -> None:
    """A constant sign of 1 raises p by 1 per 500,000 images (Karras et al. 2020), whatever the batch."""
    stabilise = Stabilisers(augment="ada")
    for count in (64, 1000):
        p = torch.zeros((), dtype=torch.float64)
        for _ in range(250_000 // count):
            p = steer(p, torch.tensor(1.0), count, stabilise)
        assert p.item() == pytest.approx(0.5, abs=2e-3)
    assert steer(torch.tensor(0.7999), torch.tensor(1.0), 10_000, stabilise).item() == pytest.approx(0.8)
    assert steer(torch.tensor(0.001), torch.tensor(0.59), 10_000, stabilise).item() == 0
    assert steer(torch.tensor(0.3), torch.tensor(0.6), 10_000, stabilise).item() == pytest.approx(0.3)
    assert steer(torch.tensor(0.3), torch.tensor(float("nan")), 10_000, stabilise).item() == pytest.approx(0.3)


def test_ada_follows_the_scores_of_real_images_in_training() -> None:
    up = Stabilisers(augment="ada", ada_target=0.0, ada_speed_images=100)
    method = replace(PLAIN, stabilise=up, d_optimiser=Optimiser(lr=0.0))
    for bias, expected in ((5.0, 2 * BATCH / 100), (-5.0, 0.0)):
        engine = trained(method, steps=0)
        with torch.no_grad():
            engine.state.nets["d"].head.score.bias.fill_(bias)
        for _ in range(2):
            engine.advance(Images())
        assert engine.state.memory["ada_p"].item() == pytest.approx(expected)


def test_real_and_generated_images_are_both_augmented_in_both_phases() -> None:
    """Real ones alone would leak: with the whole image cut out of both, the discriminator can tell nothing."""
    from unittest.mock import patch

    from ganvas.games import showing

    seen = []

    def note(images: torch.Tensor, *rest: Any) -> torch.Tensor:
        seen.append(images)
        return torch.zeros_like(images) + 0 * images

    with patch.object(showing, "diffaugment", note):
        engine = trained(replace(PLAIN, stabilise=Stabilisers(augment="diffaugment")), steps=1)
    assert len(seen) == 3  # generated and real in d, generated in g
    assert torch.equal(seen[1], Images().batch(0, BATCH).image) and engine.state.step == 1
