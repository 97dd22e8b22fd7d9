from __future__ import annotations

import math

import pytest
import torch

from ganvas.losses.perceptual import feature_matching, feature_mse
from ganvas.losses.reconstruction import (
    bounded_kernel,
    charbonnier,
    gradient_dissimilarity,
    grid_loss,
    l1,
    l2,
    pixel_loss,
)

A = torch.tensor([[1.0, -2.0]], dtype=torch.float64)
B = torch.tensor([[0.0, 1.0]], dtype=torch.float64)


def test_closed_forms() -> None:
    assert l1(A, B).item() == 2.0
    assert l2(A, B).item() == 5.0
    assert charbonnier(A, B, epsilon=0.0).item() == 2.0
    assert charbonnier(A, A, epsilon=1e-3).item() == pytest.approx(1e-3)
    assert {kind: pixel_loss(kind)(A, B).item() for kind in ("l1", "l2")} == {"l1": 2.0, "l2": 5.0}


def test_charbonnier_has_a_gradient_at_zero_that_l1_lacks() -> None:
    x = torch.full((3,), 1e-4, dtype=torch.float64, requires_grad=True)
    charbonnier(x, torch.zeros_like(x)).backward()
    assert x.grad is not None
    assert 0 < float(x.grad[0]) < 0.05  # d / sqrt(d^2 + eps^2) / 3; that of L1 is 1/3 on one side of zero


def test_layers_count_the_same_and_the_real_side_is_the_target() -> None:
    made = [torch.ones(1, 2, 4, 4, requires_grad=True), torch.ones(1, 8, 2, 2, requires_grad=True)]
    real = [torch.zeros(1, 2, 4, 4, requires_grad=True), torch.full((1, 8, 2, 2), 4.0, requires_grad=True)]
    assert feature_matching(made, real).item() == (1 + 3) / 2
    loss = feature_mse(made, real)
    assert loss.item() == (1 + 9) / 2
    loss.backward()
    assert made[0].grad is not None
    assert real[0].grad is None
    with pytest.raises(ValueError, match="shorter"):
        feature_matching(made, real[:1])


def test_the_grid_loss_sees_what_repeats_and_nothing_else() -> None:
    flat = torch.zeros(1, 1, 64, 64, dtype=torch.float64)
    tile = torch.tensor([[0.5, -0.5], [-0.5, 0.5]], dtype=torch.float64).repeat(32, 32)[None, None]
    assert grid_loss(tile, flat, period=2).item() == 0.5
    assert grid_loss(tile, flat, period=4).item() == 0.5  # a multiple of the period sees it too
    stripes = torch.tensor([1.0, -1.0], dtype=torch.float64).repeat_interleave(2).repeat(16).expand(1, 1, 64, 64)
    assert grid_loss(stripes, flat, period=2).item() == 0.0
    noise = torch.randn(1, 1, 64, 64, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    assert grid_loss(noise, flat, period=4).item() < 0.2 * noise.abs().mean().item()
    assert grid_loss(tile[..., :6, :6], flat[..., :6, :6], period=2).item() == 0.5


def test_the_bounded_kernel_is_the_complement_of_the_printed_formula() -> None:
    result = torch.tensor([[0.3, 0.0], [0.4, 2.0], [0.0, 0.0]], dtype=torch.float64).reshape(1, 3, 1, 2)
    target = torch.zeros_like(result)
    printed = [e / (1 + e) for e in (math.exp(-(d**2) / (2 * 0.7**2)) for d in (0.5, 2.0))]
    assert bounded_kernel(result, target, sigma=0.7).item() == pytest.approx(0.5 - sum(printed) / 2, abs=1e-15)
    assert bounded_kernel(result, result).item() == 0.0
    assert bounded_kernel(result + 1e3, target).item() == 0.5
    assert pixel_loss("bounded_kernel")(result, target).item() == bounded_kernel(result, target).item()


def test_descending_on_the_bounded_kernel_moves_the_result_to_the_target() -> None:
    generator = torch.Generator().manual_seed(0)
    target = torch.rand(2, 3, 4, 4, dtype=torch.float64, generator=generator)
    result = (target + 0.3 * torch.randn(target.shape, dtype=torch.float64, generator=generator)).requires_grad_()
    bounded_kernel(result, target).backward()
    assert result.grad is not None
    assert (result.grad.sign() == (result.detach() - target).sign()).all()  # against the gradient is towards the target
    squared = (result.detach() - target).square().sum(1, keepdim=True)
    slope = (1 - torch.tanh(squared).square()) * (result.detach() - target) / 32  # 4 sigma^2 = 1; 32 pixels
    assert torch.allclose(result.grad, slope, rtol=1e-12)


def test_over_a_whole_image_the_kernel_has_no_gradient_in_float32_but_per_pixel_it_has() -> None:
    generator = torch.Generator().manual_seed(0)
    target = torch.rand(1, 3, 64, 64, generator=generator) * 2 - 1
    result = (target + 0.1 * torch.randn(target.shape, generator=generator)).requires_grad_()
    bounded_kernel(result.flatten(1), target.flatten(1)).backward()
    assert result.grad is not None
    assert not result.grad.any()
    result.grad = None
    distance = torch.linalg.vector_norm(result - target)
    e = torch.exp(-(distance**2) / (2 * 0.5**2))
    (e / (1 + e)).backward()  # as printed, too
    assert not result.grad.any()
    result.grad = None
    bounded_kernel(result, target).backward()
    assert result.grad.abs().min() > 0


def test_gradient_dissimilarity_by_its_closed_form() -> None:
    # A ramp of 2 steps of 255 per px is one of 4 after halving, and Prewitt's gradient of it is 8.
    ramp = (torch.arange(32, dtype=torch.float64) * 2 / 127.5 - 0.5).expand(1, 3, 32, 32)
    flat = torch.zeros_like(ramp)
    expected = 1 - 170.0 / (8.0**2 + 170.0)
    assert gradient_dissimilarity(flat, ramp).item() == pytest.approx(expected, abs=3e-3)
    assert gradient_dissimilarity(ramp, ramp).item() == pytest.approx(0, abs=1e-12)
    # The same slope the other way is as similar as it can be: magnitudes alone count.
    assert gradient_dissimilarity(-ramp, ramp).item() == pytest.approx(0, abs=1e-9)
    weak = (ramp * 0.5).requires_grad_()
    gradient_dissimilarity(weak, ramp).backward()
    assert (weak.grad * ramp).sum() < 0  # descending makes the slope steeper
