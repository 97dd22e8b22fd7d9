"""Closed forms of the penalties: a linear critic x.w has the gradient w everywhere, a quadratic one A x."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from ganvas.losses.penalties import (
    centred,
    gradient_penalty,
    interpolate,
    norms,
    r1,
    r2,
    scores_and_gradient,
    zero_centred,
)


def _points(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def _alpha(count: int) -> Tensor:
    return torch.rand(count, dtype=torch.float64, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize("batch", [1, 5])
@pytest.mark.parametrize("target", [1.0, 0.3])
def test_gradient_penalty_of_a_linear_critic(batch: int, target: float) -> None:
    """(||w|| - target)^2 whatever the batch: a norm over the whole batch would give (sqrt(n) ||w|| - target)^2."""
    w = _points(7, seed=1).requires_grad_()
    b = torch.zeros((), dtype=torch.float64, requires_grad=True)
    loss = gradient_penalty(lambda x: x @ w + b, _points(batch, 7), _points(batch, 7), _alpha(batch), target=target)
    norm = w.detach().norm()
    assert loss.item() == pytest.approx((norm.item() - target) ** 2, rel=1e-10)
    slope, bias = torch.autograd.grad(loss, [w, b], allow_unused=True)
    assert torch.allclose(slope, 2 * (norm - target) * w.detach() / norm, rtol=1e-9)
    assert bias is None  # the gradient of the score does not see the bias


def test_gradient_penalty_takes_one_norm_over_all_dimensions_of_an_image() -> None:
    """A norm per pixel, or over the channels only, would give another number."""
    w = _points(3, 4, 5, seed=1)
    loss = gradient_penalty(lambda x: (x * w).sum((1, 2, 3)), _points(2, 3, 4, 5), _points(2, 3, 4, 5), _alpha(2))
    assert loss.item() == pytest.approx((w.norm().item() - 1) ** 2, rel=1e-10)


def test_gradient_penalty_interpolates_with_one_alpha_per_sample() -> None:
    """A quadratic critic has the gradient A x, so the penalty tells where it was taken."""
    a = _points(4, 4, seed=1)
    a = a + a.T
    real, fake, alpha = _points(6, 4, seed=4), _points(6, 4, seed=5), _alpha(6)
    loss = gradient_penalty(lambda x: 0.5 * ((x @ a) * x).sum(1), real, fake, alpha)
    between = alpha[:, None] * real + (1 - alpha[:, None]) * fake
    expected = ((between @ a).norm(dim=1) - 1).square().mean()
    assert loss.item() == pytest.approx(expected.item(), rel=1e-10)


def test_interpolation_keeps_whole_images_on_one_line() -> None:
    between = interpolate(torch.ones(2, 3, 4, 4), torch.zeros(2, 3, 4, 4), torch.tensor([0.25, 0.75]))
    assert between[0].unique().tolist() == [0.25] and between[1].unique().tolist() == [0.75]
    with pytest.raises(ValueError, match="one alpha per sample"):
        interpolate(torch.ones(2, 3, 4, 4), torch.zeros(2, 3, 4, 4), torch.rand(2, 3, 4, 4))


def test_gradient_penalty_is_finite_where_the_gradient_is_zero() -> None:
    """sqrt has no derivative at 0; a critic that starts at zero must still be moved or left, not broken."""
    w = torch.zeros(3, requires_grad=True)
    loss = gradient_penalty(lambda x: x @ w, torch.randn(4, 3), torch.randn(4, 3), torch.rand(4))
    (slope,) = torch.autograd.grad(loss, w)
    assert loss.item() == pytest.approx(1.0, abs=1e-5)
    assert slope.isfinite().all()


def test_gradient_penalty_leaves_the_generator_alone() -> None:
    fake = torch.randn(4, 3, requires_grad=True)
    w = torch.randn(3, requires_grad=True)
    loss = gradient_penalty(lambda x: x.square() @ w, torch.randn(4, 3), fake, torch.rand(4))
    assert torch.autograd.grad(loss, fake, allow_unused=True) == (None,)


@pytest.mark.parametrize("penalty", [r1, r2])
@pytest.mark.parametrize("gamma", [0.3, 1.0, 10.0])
def test_zero_centred_penalties_carry_half_of_gamma(penalty: object, gamma: float) -> None:
    w = _points(7, seed=1).requires_grad_()
    loss = (r1 if penalty is r1 else r2)(lambda x: x @ w, _points(5, 7), gamma=gamma)
    assert loss.item() == pytest.approx(gamma / 2 * w.detach().square().sum().item(), rel=1e-12)
    (slope,) = torch.autograd.grad(loss, w)
    assert torch.allclose(slope, gamma * w.detach(), rtol=1e-12)


def test_zero_centred_penalty_of_a_quadratic_critic() -> None:
    a = _points(4, 4, seed=1)
    a = a + a.T
    x = _points(6, 4)
    loss = r1(lambda p: 0.5 * ((p @ a) * p).sum(1, keepdim=True), x, gamma=2.0)
    assert loss.item() == pytest.approx((x @ a).square().sum(1).mean().item(), rel=1e-12)


@pytest.mark.parametrize("patches", [1, 4, 64])
def test_penalty_of_a_patch_critic_does_not_depend_on_the_number_of_patches(patches: int) -> None:
    """The score is the mean over patches; their sum would multiply R1 by the square of their number."""
    w = _points(7, seed=1)
    loss = r1(lambda x: (x @ w)[:, None, None].expand(-1, 1, patches), _points(5, 7), gamma=2.0)
    assert loss.item() == pytest.approx(w.square().sum().item(), rel=1e-12)


def test_penalty_under_autocast_is_the_one_without() -> None:
    torch.manual_seed(0)
    critic = nn.Sequential(nn.Linear(6, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1))
    real, fake, alpha = torch.randn(8, 6), torch.randn(8, 6), torch.rand(8)
    plain = (gradient_penalty(critic, real, fake, alpha), r1(critic, real, gamma=1.0))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        cast = (gradient_penalty(critic, real, fake, alpha), r1(critic, real.bfloat16().float(), gamma=1.0))
        logits, gradient = scores_and_gradient(critic, real.bfloat16())
    assert cast[0].dtype == torch.float32 and torch.equal(plain[0], cast[0])
    assert cast[1].item() == pytest.approx(plain[1].item(), rel=0.05)
    assert logits.dtype == gradient.dtype == torch.float32


def test_penalties_work_under_no_grad_and_do_not_touch_their_input() -> None:
    x = torch.randn(4, 3)
    with torch.no_grad():
        value = r1(lambda p: p.square().sum(1), x, gamma=2.0)
    assert value.item() == pytest.approx(4 * x.square().sum(1).mean().item(), rel=1e-5)
    assert not x.requires_grad


def test_penalties_are_twice_differentiable() -> None:
    x, alpha = _points(3, 2), _alpha(3)

    def of_weights(first: Tensor, second: Tensor) -> Tensor:
        def critic(p: Tensor) -> Tensor:
            return torch.tanh(p @ first) @ second

        return gradient_penalty(critic, x, x + 1, alpha) + r1(critic, x, gamma=0.7)

    weights = (_points(2, 4, seed=7).requires_grad_(), _points(4, 1, seed=8).requires_grad_())
    assert torch.autograd.gradcheck(of_weights, weights)


def test_one_forward_pass_gives_logits_and_gradient() -> None:
    torch.manual_seed(0)
    critic = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1)).double()
    x = _points(5, 3)
    logits, gradient = scores_and_gradient(critic, x)
    assert torch.equal(logits, critic(x))
    assert zero_centred(gradient, gamma=0.5).item() == pytest.approx(r1(critic, x, gamma=0.5).item(), rel=1e-12)
    assert math.isclose(gradient[0, 1].item(), _slope(critic, x[0], 1), rel_tol=1e-6)


def _slope(critic: nn.Module, x: Tensor, axis: int) -> float:
    step = torch.zeros_like(x)
    step[axis] = 1e-6
    with torch.no_grad():
        return ((critic(x + step) - critic(x - step)) / 2e-6).item()


def test_norms_are_of_one_sample_and_have_a_slope_at_0() -> None:
    gradient = torch.stack([torch.full((2, 3), 1.0), torch.zeros(2, 3)]).requires_grad_()
    assert norms(gradient).tolist() == pytest.approx([6**0.5, 1e-6], rel=1e-4)
    centred(gradient).backward()
    assert gradient.grad is not None and gradient.grad.isfinite().all()
    assert centred(gradient, target=0.0).item() == pytest.approx(3, rel=1e-5)
