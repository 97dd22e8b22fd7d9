from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import pytest
import torch
from torch import nn

from ganvas.core.batch import Clean
from ganvas.core.card import Card
from ganvas.core.errors import NonFiniteError, SettingsError
from ganvas.core.method import Ema, Losses, Method, Optimiser, Phase, Schedule, Step
from ganvas.ops import random
from ganvas.train.engine import Engine, EngineSettings
from ganvas.train.optimise import lazy_factor

SETTINGS = EngineSettings(batch=4, total=400, seed=1)


class Points:
    """Sample i is a function of i; remembers which were asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []

    def batch(self, first: int, count: int) -> Clean:
        self.asked.append((first, count))
        return Clean(random.normal(1, torch.arange(first, first + count), (2,)))


@dataclass(frozen=True, kw_only=True)
class Toy(Method[Clean]):
    """A method made of whatever a test hands it."""

    card: ClassVar[Card] = Card(title="toy", task="generate", needs=frozenset())
    batch_type: ClassVar[type[Clean]] = Clean

    nets: Callable[[], dict[str, nn.Module]]
    descents: Sequence[Phase]
    how: Mapping[str, Optimiser] = field(default_factory=dict)
    means: Sequence[Ema] = ()
    after: Callable[[Clean, Step], None] | None = None

    def networks(self) -> dict[str, nn.Module]:
        return self.nets()

    def optimisers(self) -> Mapping[str, Optimiser]:
        return {"g": Optimiser(), "d": Optimiser(), **self.how}

    def phases(self) -> Sequence[Phase[Clean]]:
        return self.descents

    def averages(self) -> Sequence[Ema]:
        return self.means

    def after_step(self, batch: Clean, step: Step) -> None:
        if self.after is not None:
            self.after(batch, step)


def linear() -> dict[str, nn.Module]:
    return {"g": nn.Linear(2, 2), "d": nn.Linear(2, 1)}


def mean_square(name: str) -> Callable[[Clean, Step], Losses]:
    def loss(batch: Clean, step: Step) -> Losses:
        return {"loss": step.nets[name](batch.image).square().mean()}

    return loss


def weights(engine: Engine, name: str) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in engine.state.nets[name].parameters()])


def test_frozen_outside_of_trains_so_no_detach_is_needed() -> None:
    def loss(batch: Clean, step: Step) -> Losses:
        made = step.nets["g"](batch.image)
        assert not made.requires_grad
        return {"loss": step.nets["d"](made).mean()}

    engine = Engine(Toy(nets=linear, descents=[Phase(name="d", trains=("d",), loss=loss)]), SETTINGS)
    before = weights(engine, "g")
    engine.advance(Points())
    assert torch.equal(before, weights(engine, "g"))
    assert all(p.grad is None for p in engine.state.nets["g"].parameters())


def test_each_repeat_draws_a_fresh_batch_and_other_numbers() -> None:
    drawn: list[torch.Tensor] = []

    def loss(batch: Clean, step: Step) -> Losses:
        drawn.append(step.rng.normal(1, stream="z"))
        return mean_square("d")(batch, step)

    points = Points()
    phases = [
        Phase(name="d", trains=("d",), loss=loss, repeats=lambda step: 3 if step == 0 else 1),
        Phase(name="g", trains=("g",), loss=mean_square("g")),
    ]
    engine = Engine(Toy(nets=linear, descents=phases), SETTINGS)
    engine.advance(points)
    assert points.asked == [(0, 4), (4, 4), (8, 4)]
    assert engine.state.images_seen == 12
    assert not torch.equal(drawn[0], drawn[1])
    engine.advance(points)
    assert points.asked[3:] == [(12, 4)]


def test_a_lazy_phase_is_scaled_and_logged_unscaled() -> None:
    seen: dict[int, float] = {}

    def after(step: Step) -> None:
        seen[step.number] = 1.0

    lazy = Phase(name="r1", trains=("d",), loss=mean_square("d"), every=4, after=after)
    plain = Phase(name="r1", trains=("d",), loss=mean_square("d"))
    sgd = {"d": Optimiser(kind="sgd", lr=0.1, betas=(0.0, 0.0))}
    engines = [Engine(Toy(nets=linear, descents=[phase], how=sgd), SETTINGS) for phase in (lazy, plain)]
    start = weights(engines[0], "d")
    logs = [engine.advance(Points()) for engine in engines]
    assert float(logs[0]["r1/loss"]) == pytest.approx(float(logs[1]["r1/loss"]))
    moved = [weights(engine, "d") - start for engine in engines]
    # the gradient is four times as large and the rate 4/5 (Karras et al. 2020, app. B)
    torch.testing.assert_close(moved[0], moved[1] * 4 * 0.8)
    for _ in range(4):
        engines[0].advance(Points())
    assert sorted(seen) == [0, 4]


def test_lazy_factor_of_rate_and_betas() -> None:
    phases = [
        Phase(name="d", trains=("d",), loss=mean_square("d")),
        Phase(name="r1", trains=("d",), loss=mean_square("d"), every=16),
    ]
    assert lazy_factor("d", phases) == pytest.approx(16 / 17)
    assert lazy_factor("g", phases) == 1
    engine = Engine(Toy(nets=linear, descents=phases, how={"d": Optimiser(betas=(0.5, 0.99))}), SETTINGS)
    group = engine.state.owned["d"].optimiser.param_groups[0]
    assert group["betas"] == pytest.approx((0.5 ** (16 / 17), 0.99 ** (16 / 17)))


def test_micro_batches_equal_the_whole_batch() -> None:
    def loss(batch: Clean, step: Step) -> Losses:
        noise = step.rng.normal(2, stream="z")
        step.carry["made"] = step.nets["g"](batch.image + noise).detach()
        return {"loss": step.nets["g"](batch.image + noise).square().mean()}

    def follow(batch: Clean, step: Step) -> Losses:
        assert len(step.carry["made"]) == len(batch)
        return {"loss": (step.nets["d"](step.carry["made"]) - 1).square().mean()}

    phases = [Phase(name="g", trains=("g",), loss=loss), Phase(name="d", trains=("d",), loss=follow)]
    sgd = {name: Optimiser(kind="sgd", lr=0.1, betas=(0.9, 0.0)) for name in ("g", "d")}
    whole = Engine(Toy(nets=linear, descents=phases, how=sgd), SETTINGS)
    split = Engine(
        Toy(nets=linear, descents=phases, how=sgd), EngineSettings(batch=4, total=400, seed=1, micro_batch=3)
    )
    for _ in range(3):
        logs = whole.advance(Points()), split.advance(Points())
    assert float(logs[0]["g/loss"]) == pytest.approx(float(logs[1]["g/loss"]), rel=1e-5)
    for name in ("g", "d"):
        torch.testing.assert_close(weights(whole, name), weights(split, name))


def test_micro_batches_are_refused_where_a_loss_couples_the_batch() -> None:
    phases = [Phase(name="pair", trains=("d",), loss=mean_square("d"), splittable=False)]
    with pytest.raises(SettingsError, match="pair"):
        Engine(Toy(nets=linear, descents=phases), EngineSettings(batch=4, total=4, micro_batch=2))


def test_shared_weights_have_one_owner_and_move_with_either_network() -> None:
    def tied() -> dict[str, nn.Module]:
        shared = nn.Linear(2, 2)
        return {"g": nn.Sequential(shared, nn.Linear(2, 2)), "d": nn.Sequential(shared, nn.Linear(2, 1))}

    engine = Engine(Toy(nets=tied, descents=[Phase(name="d", trains=("d",), loss=mean_square("d"))]), SETTINGS)
    both = Engine(
        Toy(
            nets=tied,
            descents=[
                Phase(name="g", trains=("g",), loss=mean_square("g")),
                Phase(name="d", trains=("d",), loss=mean_square("d")),
            ],
        ),
        SETTINGS,
    )
    owned = [{id(p) for p in owner.parameters} for owner in both.state.owned.values()]
    assert not owned[0] & owned[1]
    shared = both.state.nets["d"][0].weight
    before, head = shared.detach().clone(), both.state.nets["g"][1].weight.detach().clone()
    points = Points()
    both._descend(both._phases[1], 0, 0, points.batch(0, 4), 0, [], {})
    assert not torch.equal(before, shared)
    assert torch.equal(head, both.state.nets["g"][1].weight)
    engine.advance(points)


def test_average_halves_the_distance_and_copies_buffers() -> None:
    def nets() -> dict[str, nn.Module]:
        return {"g": nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)), "d": nn.Linear(2, 1)}

    phases = [Phase(name="g", trains=("g",), loss=mean_square("g"))]
    means = (Ema(of="g", half_life_images=4, warm_up=0),)
    engine = Engine(Toy(nets=nets, descents=phases, means=means), SETTINGS)
    start = weights(engine, "g")
    engine.advance(Points())
    average = torch.cat([p.flatten() for p in engine.state.averages["g"].parameters()])
    torch.testing.assert_close(average, (start + weights(engine, "g")) / 2)
    twin, net = engine.state.averages["g"][1], engine.state.nets["g"][1]
    assert torch.equal(twin.running_mean, net.running_mean)
    assert int(twin.num_batches_tracked) == int(net.num_batches_tracked) == 1


def test_raw_networks_leave_no_trace_but_normalise_as_in_training() -> None:
    def nets() -> dict[str, nn.Module]:
        body = nn.Sequential(nn.utils.parametrizations.spectral_norm(nn.Linear(2, 3)), nn.BatchNorm1d(3))
        return {"g": nn.Linear(2, 2), "d": body}

    outputs: list[torch.Tensor] = []

    def loss(batch: Clean, step: Step) -> Losses:
        state = {key: value.clone() for key, value in engine.state.nets["d"].state_dict().items()}
        outputs.append(step.raw["d"](batch.image))
        after = engine.state.nets["d"].state_dict()
        assert all(torch.equal(value, after[key]) for key, value in state.items())
        outputs.append(step.nets["d"](batch.image))
        assert not torch.equal(state["1.running_mean"], engine.state.nets["d"].state_dict()["1.running_mean"])
        return {"loss": outputs[-1].square().mean()}

    engine = Engine(Toy(nets=nets, descents=[Phase(name="d", trains=("d",), loss=loss)]), SETTINGS)
    engine.advance(Points())
    torch.testing.assert_close(outputs[0].mean(0), torch.zeros(3), atol=1e-5, rtol=0)


@pytest.mark.parametrize("kind", ["adam", "adamw", "sgd", "rmsprop"])
def test_a_non_finite_update_changes_nothing_and_is_counted(kind: str) -> None:
    def loss(batch: Clean, step: Step) -> Losses:
        scale = float("nan") if step.number == 1 else 1.0
        return {"loss": step.nets["d"](batch.image).square().mean() * scale}

    how = {"d": Optimiser(kind=kind, lr=0.1, weight_decay=0.1)}
    engine = Engine(Toy(nets=linear, descents=[Phase(name="d", trains=("d",), loss=loss)], how=how), SETTINGS)
    engine.advance(Points())
    before = {name: tensor.clone() for name, tensor in engine.state.tensors().items()}
    logs = engine.advance(Points())
    assert float(logs["d/skipped"]) == 1
    assert engine.state.skipped == 1
    assert all(torch.equal(tensor, before[name]) for name, tensor in engine.state.tensors().items())
    engine.advance(Points())
    assert not torch.equal(weights(engine, "d"), torch.cat([before["net.d.weight"].flatten(), before["net.d.bias"]]))
    assert weights(engine, "d").isfinite().all()


def test_too_many_non_finite_updates_in_a_row_stop_with_the_phase() -> None:
    def loss(batch: Clean, step: Step) -> Losses:
        bad = step.number in (0, 1) or step.number >= 3
        return {"loss": step.nets["d"](batch.image).mean() * (float("inf") if bad else 1.0)}

    phases = [Phase(name="critic", trains=("d",), loss=loss)]
    engine = Engine(Toy(nets=linear, descents=phases), EngineSettings(batch=4, total=400, max_bad=3))
    for _ in range(5):
        engine.advance(Points())
    with pytest.raises(NonFiniteError, match="critic"):
        engine.advance(Points())


def test_gradient_clipping_and_groups() -> None:
    how = {"d": Optimiser(kind="sgd", lr=1.0, betas=(0.0, 0.0), clip_norm=1e-3, groups=(("bias", 0.0),))}
    engine = Engine(
        Toy(nets=linear, descents=[Phase(name="d", trains=("d",), loss=mean_square("d"))], how=how), SETTINGS
    )
    before, bias = weights(engine, "d"), engine.state.nets["d"].bias.detach().clone()
    logs = engine.advance(Points())
    assert float((weights(engine, "d") - before).norm()) == pytest.approx(1e-3, rel=1e-3)
    assert torch.equal(bias, engine.state.nets["d"].bias)
    assert float(logs["d/gradient_d"]) > 1e-3


def test_rates_follow_the_schedule_of_each_network() -> None:
    how = {
        "g": Optimiser(lr=1e-3, schedule=Schedule(decay_from=0.0)),
        "d": Optimiser(lr=4e-3),
    }
    phases = [Phase(name=name, trains=(name,), loss=mean_square(name)) for name in ("g", "d")]
    engine = Engine(Toy(nets=linear, descents=phases, how=how), EngineSettings(batch=4, total=16))
    rates = [engine.advance(Points()) for _ in range(4)]
    assert [float(r["d/lr_d"]) for r in rates] == [4e-3] * 4
    assert [float(r["g/lr_g"]) for r in rates] == pytest.approx([1e-3, 0.853553e-3, 0.5e-3, 0.146447e-3], rel=1e-4)


def test_memory_changes_after_the_step_and_is_part_of_the_state() -> None:
    def after(batch: Clean, step: Step) -> None:
        step.memory["count"] = step.memory.get("count", 0) + len(batch)
        step.memory["mean"] = batch.image.mean(0)

    engine = Engine(
        Toy(nets=linear, descents=[Phase(name="d", trains=("d",), loss=mean_square("d"))], after=after), SETTINGS
    )
    engine.advance(Points())
    assert engine.state.scalars()["memory"] == {"count": 4}
    assert engine.state.tensors()["memory.mean"].shape == (2,)


def test_batch_size_may_follow_the_images_seen() -> None:
    points = Points()
    settings = EngineSettings(batch=lambda seen: 2 if seen < 4 else 8, total=100)
    engine = Engine(Toy(nets=linear, descents=[Phase(name="d", trains=("d",), loss=mean_square("d"))]), settings)
    for _ in range(3):
        engine.advance(points)
    assert points.asked == [(0, 2), (2, 2), (4, 8)]


def test_a_phase_that_trains_an_unknown_network_is_refused() -> None:
    with pytest.raises(SettingsError, match="critic"):
        Engine(Toy(nets=linear, descents=[Phase(name="d", trains=("critic",), loss=mean_square("d"))]), SETTINGS)
