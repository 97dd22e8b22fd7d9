"""Augmentations: what each does to pixels, that gradients pass, and that a sample depends on its own numbers alone."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ganvas.ops.augment import ADA_NUMBERS, DIFFAUGMENT_NUMBERS, ada, cut_out, diffaugment, translate

ALL = ("colour", "translation", "cutout")
NEVER, ALWAYS = torch.zeros(()), torch.tensor(0.5)


def images(count: int = 3, channels: int = 3, side: int = 8, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(count, channels, side, side, generator=generator, dtype=torch.float64) * 2 - 1


def numbers(count: int, many: int, seed: int = 1) -> Tensor:
    return torch.rand(count, many, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def only(gate: int, amounts: dict[int, float], count: int = 3) -> Tensor:
    """Numbers by which, at probability 0.5, one transform of ADA happens with these amounts."""
    drawn = torch.ones(count, ADA_NUMBERS, dtype=torch.float64)
    drawn[:, gate] = 0
    drawn[:, 13:] = 0.5
    for place, amount in amounts.items():
        drawn[:, 13 + place] = amount
    return drawn


def test_an_empty_policy_changes_nothing() -> None:
    x = images()
    assert torch.equal(diffaugment(x, numbers(3, DIFFAUGMENT_NUMBERS), ()), x)


@pytest.mark.parametrize("policy", [(name,) for name in ALL])
def test_each_part_of_the_policy_changes_something(policy: tuple) -> None:
    assert not torch.allclose(diffaugment(images(), numbers(3, DIFFAUGMENT_NUMBERS), policy), images())


def test_colour_by_hand() -> None:
    x, drawn = images(1), torch.tensor([[0.75, 0.5, 0.0, 0, 0, 0, 0]], dtype=torch.float64)
    # Brightness +0.25, saturation as it is, contrast halved about the mean.
    lifted = x + 0.25
    assert torch.allclose(diffaugment(x, drawn, ("colour",)), lifted.mean() + (lifted - lifted.mean()) / 2)
    drawn = torch.tensor([[0.5, 0.0, 0.5, 0, 0, 0, 0]], dtype=torch.float64)
    gray = diffaugment(x, drawn, ("colour",))
    assert torch.allclose(gray, x.mean(1, keepdim=True).expand_as(x))


def test_translation_moves_by_whole_pixels_and_brings_in_0() -> None:
    x = images(2)
    moved = translate(x, torch.tensor([[2, 0], [0, -3]]))
    assert torch.equal(moved[0, :, 2:], x[0, :, :-2]) and (moved[0, :, :2] == 0).all()
    assert torch.equal(moved[1, :, :, :-3], x[1, :, :, 3:]) and (moved[1, :, :, -3:] == 0).all()


def test_translation_reaches_an_eighth_of_the_side_and_no_further() -> None:
    x = torch.zeros(500, 1, 16, 16)
    x[:, :, 8, 8] = 1
    places = diffaugment(x, numbers(500, DIFFAUGMENT_NUMBERS).float(), ("translation",)).nonzero()[:, 2:]
    assert sorted(set(places.flatten().tolist())) == [6, 7, 8, 9, 10]


def test_cutout_hides_half_of_each_side() -> None:
    x = torch.ones(1, 2, 8, 8)
    hidden = cut_out(x, torch.tensor([[2, 3]]), (4, 4))
    assert (hidden[0, :, 2:6, 3:7] == 0).all() and hidden.sum() == 2 * (64 - 16)
    many = diffaugment(torch.ones(200, 1, 8, 8), numbers(200, DIFFAUGMENT_NUMBERS).float(), ("cutout",))
    assert (1 - many).sum((1, 2, 3)).max() == 16  # less where the rectangle leaves the image


@pytest.mark.parametrize("policy", [(name,) for name in ALL] + [ALL])
def test_gradients_pass_through_diffaugment(policy: tuple) -> None:
    drawn = numbers(2, DIFFAUGMENT_NUMBERS)
    assert torch.autograd.gradcheck(lambda x: diffaugment(x, drawn, policy), images(2, side=4).requires_grad_())


def test_gradients_pass_through_ada() -> None:
    drawn = numbers(2, ADA_NUMBERS)
    assert torch.autograd.gradcheck(lambda x: ada(x, torch.tensor(0.7), drawn), images(2, side=4).requires_grad_())


@pytest.mark.parametrize("function", ["diffaugment", "ada"])
def test_a_sample_s_transform_depends_on_its_own_numbers_alone(function: str) -> None:
    """So real and generated images under the same numbers meet the same transform, in whatever batch."""
    x, drawn = images(4), numbers(4, ADA_NUMBERS)

    def change(part: Tensor, given: Tensor) -> Tensor:
        return diffaugment(part, given[:, :7], ALL) if function == "diffaugment" else ada(part, ALWAYS, given)

    assert torch.allclose(change(x, drawn)[2:3], change(x[2:3], drawn[2:3]))
    # Linear up to the mean: the same numbers move the same place of any image.
    other = images(4, seed=9)
    assert torch.equal(change(x, drawn) == 0, change(other, drawn) == 0)


@pytest.mark.parametrize("channels", [1, 3])
def test_ada_at_probability_0_changes_nothing(channels: int) -> None:
    x = images(channels=channels)
    assert torch.allclose(ada(x, NEVER, numbers(3, ADA_NUMBERS)), x, atol=1e-9)
    assert not torch.allclose(ada(x, torch.tensor(0.8), numbers(3, ADA_NUMBERS)), x, atol=0.1)


def test_ada_s_blits_move_whole_pixels() -> None:
    x = images()
    assert torch.allclose(ada(x, ALWAYS, only(0, {0: 0.1})), x.flip(3), atol=1e-9)
    assert torch.allclose(ada(x, ALWAYS, only(0, {0: 0.9})), x, atol=1e-9)
    turned = ada(x, ALWAYS, only(1, {1: 0.3}))
    assert torch.allclose(turned, x.rot90(1, (2, 3)), atol=1e-9) or torch.allclose(
        turned, x.rot90(-1, (2, 3)), atol=1e-9
    )
    shifted = ada(x, ALWAYS, only(2, {2: 0.999}))
    inner = slice(1, -1)
    assert torch.allclose(shifted[..., inner], x[..., 2:], atol=1e-9)


def test_ada_scales_about_the_middle() -> None:
    x = images(side=9)
    larger = ada(x, ALWAYS, only(3, {3: 0.1}))
    assert torch.allclose(larger[..., 4, 4], x[..., 4, 4], atol=1e-9)
    assert not torch.allclose(larger, x, atol=1e-2)


def test_ada_inverts_light_and_keeps_colour() -> None:
    x = images()
    made = ada(x, ALWAYS, only(10, {10: 0.1}))
    gray = x.mean(1, keepdim=True)
    assert torch.allclose(made, x - 2 * gray, atol=1e-9)


def test_ada_turns_hue_without_changing_light_or_strength() -> None:
    x = images()
    made = ada(x, ALWAYS, only(11, {13: 0.9}))
    before, after = x - x.mean(1, keepdim=True), made - made.mean(1, keepdim=True)
    assert torch.allclose(made.mean(1), x.mean(1), atol=1e-9)
    assert torch.allclose(before.norm(dim=1), after.norm(dim=1), atol=1e-9)
    assert not torch.allclose(before, after, atol=0.1)


def test_ada_s_transforms_happen_as_often_as_asked() -> None:
    x = torch.zeros(4000, 1, 4, 4, dtype=torch.float64)
    x[:, :, 0, 0] = 1
    drawn = numbers(4000, ADA_NUMBERS)
    drawn[:, 1:13] = 1  # the mirror alone
    mirrored = ada(x, torch.tensor(0.4), drawn)[:, 0, 0, 3] > 0.5
    assert mirrored.double().mean().item() == pytest.approx(0.2, abs=0.02)  # half of them by heads or tails
