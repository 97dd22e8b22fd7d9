from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganvas.core.card import Card
from ganvas.core.errors import CheckpointError, SettingsError
from ganvas.core.method import Draws, Ema, Method, Phase, Schedule


def test_draws_depend_on_the_sample_not_on_the_batch_it_is_in() -> None:
    whole = Draws(1, 2, "d/0", torch.arange(10, 20)).normal(5, stream="z")
    late = Draws(1, 2, "d/0", torch.arange(14, 20)).normal(5, stream="z")
    assert torch.equal(whole[4:], late)


@pytest.mark.parametrize("other", [Draws(2, 2, "d/0", torch.arange(4)), Draws(1, 3, "d/0", torch.arange(4))])
def test_draws_differ_by_seed_and_step(other: Draws) -> None:
    first = Draws(1, 2, "d/0", torch.arange(4)).normal(3, stream="z")
    assert not torch.equal(first, other.normal(3, stream="z"))
    assert not torch.equal(first, Draws(1, 2, "d/0", torch.arange(4)).normal(3, stream="noise"))
    assert not torch.equal(first, Draws(1, 2, "g/0", torch.arange(4)).normal(3, stream="z"))


def test_integers_cover_their_range_evenly() -> None:
    drawn = Draws(0, 0, "x", torch.arange(5000)).integers(7, 2, stream="label")
    counts = torch.bincount(drawn.flatten(), minlength=7)
    assert counts.shape == (7,)
    assert (counts / counts.sum() - 1 / 7).abs().max() < 0.01


def test_a_phase_is_due_every_k_steps_and_repeats_on_a_schedule() -> None:
    phase = Phase(name="d", trains=("d",), loss=lambda b, s: {}, every=3, repeats=lambda step: 5 if step < 6 else 1)
    assert [phase.repeats_at(step) for step in range(9)] == [5, 0, 0, 5, 0, 0, 1, 0, 0]


def test_half_life_of_the_average() -> None:
    average = Ema(of="g", half_life_images=1000, warm_up=0)
    weight = 1.0
    for _ in range(100):
        weight *= average.decay(10, 0)
    assert weight == pytest.approx(0.5, abs=1e-12)


def test_the_average_warms_up_with_the_images_seen() -> None:
    average = Ema(of="g", half_life_images=1000, warm_up=0.05)
    assert average.decay(10, 100) == pytest.approx(0.5 ** (10 / 5))
    assert average.decay(10, 10**9) == pytest.approx(0.5 ** (10 / 1000))


@given(st.integers(0, 1000))
def test_schedule_stays_between_final_and_one(images: int) -> None:
    schedule = Schedule(warm_up=50, decay_from=0.5, final=0.1)
    factor = schedule.factor(images, 1000)
    assert 0 < factor <= 1
    assert images < 50 or factor >= 0.1


def test_schedule_values() -> None:
    cosine = Schedule(warm_up=100, decay_from=0.5, final=0.1)
    assert cosine.factor(49, 1000) == pytest.approx(0.5)
    assert cosine.factor(500, 1000) == 1
    assert cosine.factor(750, 1000) == pytest.approx(0.55)
    assert cosine.factor(1000, 1000) == pytest.approx(0.1)
    assert Schedule(decay_from=0.0, shape="linear").factor(250, 1000) == pytest.approx(0.75)
    with pytest.raises(SettingsError, match="share"):
        Schedule(decay_from=1.0)


def test_settings_must_be_keyword_only() -> None:
    with pytest.raises(TypeError, match="keyword-only"):

        class Late(_Positional):
            pass


@dataclass(frozen=True)
class _Positional(Method):
    width: int = 1


def test_card_survives_json_and_refuses_unknown_fields() -> None:
    card = Card(title="t", task="upscale", tiling=18, scale=4, plain=True, needs=frozenset({"image", "mask"}))
    assert Card.from_json(card.to_json()) == card
    with pytest.raises(CheckpointError, match="colour"):
        Card.from_json({**card.to_json(), "colour": 1})
    with pytest.raises(CheckpointError, match="title"):
        Card.from_json({})
