"""Closed forms of the adversarial losses."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from ganvas.losses import adversarial as A

ZERO = torch.zeros(6, 1, dtype=torch.float64)
ONE = torch.ones(6, 1, dtype=torch.float64)
LN2 = math.log(2)
NEAR = math.log(1 + math.exp(-1))  # softplus(-1) = 0.3133
FAR = math.log(1 + math.exp(1))  # softplus(1) = 1.3133

TWO_SIDED = {
    A.discriminator_logistic: (2 * LN2, NEAR + FAR),
    A.discriminator_hinge: (2.0, 2.0),
    A.discriminator_least_squares: (0.5, 0.5),
    A.critic_wasserstein: (0.0, 0.0),
    A.relativistic_pairing: (LN2, LN2),
    A.relativistic_average_discriminator: (2 * LN2, 2 * LN2),
    A.relativistic_average_generator: (2 * LN2, 2 * LN2),
}
ONE_SIDED = {
    A.generator_nonsaturating: (LN2, NEAR),
    A.generator_minimax: (-LN2, -FAR),
    A.generator_hinge: (0.0, -1.0),
    A.generator_least_squares: (0.5, 0.0),
    A.generator_wasserstein: (0.0, -1.0),
}


@pytest.mark.parametrize("loss", TWO_SIDED, ids=lambda f: f.__name__)
def test_constants_of_losses_of_two_sides(loss: Callable[[Tensor, Tensor], Tensor]) -> None:
    at_zero, at_one = TWO_SIDED[loss]
    assert loss(ZERO, ZERO).item() == pytest.approx(at_zero, abs=1e-12)
    assert loss(ONE, ONE).item() == pytest.approx(at_one, abs=1e-12)


@pytest.mark.parametrize("loss", ONE_SIDED, ids=lambda f: f.__name__)
def test_constants_of_losses_of_one_side(loss: Callable[[Tensor], Tensor]) -> None:
    at_zero, at_one = ONE_SIDED[loss]
    assert loss(ZERO).item() == pytest.approx(at_zero, abs=1e-12)
    assert loss(ONE).item() == pytest.approx(at_one, abs=1e-12)


def test_published_constants_at_logit_one() -> None:
    assert A.generator_nonsaturating(ONE).item() == pytest.approx(0.3133, abs=5e-5)
    assert A.discriminator_logistic(ONE, ONE).item() == pytest.approx(1.6265, abs=5e-5)


@pytest.mark.parametrize("loss", [*TWO_SIDED], ids=lambda f: f.__name__)
def test_every_discriminator_prefers_real_above_fake(loss: Callable[[Tensor, Tensor], Tensor]) -> None:
    above, below = loss(2 * ONE, -2 * ONE), loss(-2 * ONE, 2 * ONE)
    assert (above > below) if loss is A.relativistic_average_generator else (above < below)


@pytest.mark.parametrize("loss", [*TWO_SIDED, *ONE_SIDED], ids=lambda f: f.__name__)
def test_gradients(loss: Callable[..., Tensor]) -> None:
    torch.manual_seed(0)
    sides = 2 if loss in TWO_SIDED else 1
    # 0.3 from the hinge's corner at 1, where it has no derivative.
    inputs = [(0.7 * torch.rand(5, 1, dtype=torch.float64)).requires_grad_() for _ in range(sides)]
    assert torch.autograd.gradcheck(loss, inputs)


def test_hinge_stops_at_the_margin_and_its_generator_does_not() -> None:
    assert A.discriminator_hinge(3 * ONE, -3 * ONE).item() == 0
    assert A.generator_hinge(3 * ONE).item() == -3


def test_minimax_and_nonsaturating_have_the_same_direction_but_not_the_same_strength() -> None:
    """Where the discriminator wins (logit -10) the zero-sum gradient is e^-10, the other one nearly 1."""
    logit = torch.tensor([-10.0], dtype=torch.float64, requires_grad=True)
    (weak,) = torch.autograd.grad(A.generator_minimax(logit), logit)
    (strong,) = torch.autograd.grad(A.generator_nonsaturating(logit), logit)
    assert weak.item() == pytest.approx(-math.exp(-10) / (1 + math.exp(-10)), rel=1e-9)
    assert strong.item() == pytest.approx(-1 / (1 + math.exp(-10)), rel=1e-9)


def test_logits_of_any_size_stay_finite() -> None:
    huge = 1e4 * ONE
    for loss in TWO_SIDED:
        assert loss(huge, -huge).isfinite() and loss(-huge, huge).isfinite()


def test_least_squares_discriminator_is_half_of_the_squares() -> None:
    assert A.discriminator_least_squares(3 * ONE, 2 * ONE).item() == pytest.approx((4 + 4) / 2)


def test_pairing_couples_equal_indices_only() -> None:
    """So a mean over micro-batches is the mean over the batch, which the relativistic average is not."""
    torch.manual_seed(0)
    real, fake = torch.randn(8, 1, dtype=torch.float64), torch.randn(8, 1, dtype=torch.float64)

    def halves(loss: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
        return (loss(real[:4], fake[:4]) + loss(real[4:], fake[4:])) / 2

    assert halves(A.relativistic_pairing).item() == pytest.approx(A.relativistic_pairing(real, fake).item(), abs=1e-12)
    average = A.relativistic_average_discriminator
    assert abs(halves(average) - average(real, fake)).item() > 1e-3


def test_pairing_refuses_to_broadcast() -> None:
    with pytest.raises(ValueError, match="one shape"):
        A.relativistic_pairing(torch.zeros(4, 1), torch.zeros(4))


def test_pairing_depends_on_the_difference_alone() -> None:
    torch.manual_seed(0)
    real, fake = torch.randn(8, 1, dtype=torch.float64), torch.randn(8, 1, dtype=torch.float64)
    shifted = A.relativistic_pairing(real + 5, fake + 5)
    assert shifted.item() == pytest.approx(A.relativistic_pairing(real, fake).item(), abs=1e-12)


def test_relativistic_average_exchanges_the_sides() -> None:
    torch.manual_seed(0)
    real, fake = torch.randn(8, 1, dtype=torch.float64), torch.randn(8, 1, dtype=torch.float64)
    d, g = A.relativistic_average_discriminator(real, fake), A.relativistic_average_generator(fake, real)
    assert d.item() == pytest.approx(g.item(), abs=1e-12)


def test_optimal_discriminator_is_the_log_ratio() -> None:
    """Two discrete distributions: the loss is least at log(p / q), where it is log 4 - 2 JS(p, q)."""
    p = torch.tensor([0.7, 0.2, 0.1], dtype=torch.float64)
    q = torch.tensor([0.1, 0.3, 0.6], dtype=torch.float64)
    draws = 10
    real = torch.repeat_interleave(torch.arange(3), (p * draws).round().long())
    fake = torch.repeat_interleave(torch.arange(3), (q * draws).round().long())
    logits = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([logits], max_iter=100, tolerance_grad=1e-12, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        loss = A.discriminator_logistic(logits[real], logits[fake])
        loss.backward()
        return loss

    optimiser.step(closure)
    assert torch.allclose(logits.detach(), (p / q).log(), atol=1e-6)
    m = (p + q) / 2
    js = ((p * (p / m).log()).sum() + (q * (q / m).log()).sum()) / 2
    assert closure().item() == pytest.approx(math.log(4) - 2 * js.item(), abs=1e-9)


def test_logistic_discriminator_recovers_the_log_ratio_of_two_gaussians() -> None:
    """N(m, 1) against N(0, 1): log p/q = m x - m^2/2, so a linear discriminator finds slope m, offset -m^2/2."""
    torch.manual_seed(0)
    mean = 1.5
    # Quantiles instead of draws, so that only the discretisation is left as an error.
    level = (torch.arange(20_000, dtype=torch.float64) + 0.5) / 20_000
    fake = torch.special.ndtri(level)
    real = fake + mean
    slope, offset = (torch.zeros((), dtype=torch.float64, requires_grad=True) for _ in range(2))
    optimiser = torch.optim.LBFGS([slope, offset], max_iter=50, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        loss = A.discriminator_logistic(slope * real + offset, slope * fake + offset)
        loss.backward()
        return loss

    optimiser.step(closure)
    assert slope.item() == pytest.approx(mean, rel=1e-3)
    assert offset.item() == pytest.approx(-(mean**2) / 2, rel=1e-3)


def test_the_best_discriminator_of_two_gaussians_is_their_log_ratio() -> None:
    """N(1, 1) against N(-1, 1): log p - log q = 2 x. At p = q the value is 2 ln 2 (Goodfellow et al. 2014, prop. 1)."""
    quantile = (torch.arange(4000, dtype=torch.float64) + 0.5) / 4000
    normal = torch.special.ndtri(quantile)
    slope, shift = (torch.zeros((), dtype=torch.float64, requires_grad=True) for _ in range(2))
    descend = torch.optim.LBFGS([slope, shift], line_search_fn="strong_wolfe", max_iter=50)

    def loss(apart: float) -> Tensor:
        real, fake = normal + apart, normal - apart
        return A.discriminator_logistic(slope * real + shift, slope * fake + shift)

    def closure() -> Tensor:
        descend.zero_grad()
        value = loss(1.0)
        value.backward()
        return value

    descend.step(closure)
    assert slope.item() == pytest.approx(2, abs=0.01) and shift.item() == pytest.approx(0, abs=1e-3)
    with torch.no_grad():
        slope.zero_()
    assert loss(0.0).item() == pytest.approx(2 * LN2)
