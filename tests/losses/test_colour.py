"""The colour loss: closed forms of its space, its blur and its distance."""

from __future__ import annotations

import math

import pytest
import torch
from scipy import ndimage

from ganvas.losses.colour import blur, colour_loss, opponent


def flat(*rgb: float, side: int = 12) -> torch.Tensor:
    return torch.tensor(rgb, dtype=torch.float64).reshape(1, 3, 1, 1).expand(1, 3, side, side)


def test_gray_has_brightness_alone_and_the_rotation_keeps_distances() -> None:
    assert opponent(flat(0.6, 0.6, 0.6))[0, :, 0, 0].tolist() == pytest.approx([0.6 * math.sqrt(3), 0, 0])
    assert opponent(flat(1, -1, 0))[0, :, 0, 0].tolist() == pytest.approx([0, math.sqrt(2), 0])
    assert opponent(flat(1, 1, -2))[0, :, 0, 0].tolist() == pytest.approx([0, 0, math.sqrt(6)])
    image = torch.rand(2, 3, 4, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(opponent(image).norm(dim=1), image.norm(dim=1))


def test_the_blur_is_scipys_gaussian() -> None:
    image = torch.rand(1, 2, 15, 17, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    expected = ndimage.gaussian_filter(image.numpy(), 2.0, mode="nearest", truncate=3.0, axes=(2, 3))
    assert torch.allclose(blur(image, sigma=2.0), torch.from_numpy(expected), atol=1e-12)
    assert blur(image, sigma=0) is image


def test_flat_images_give_the_closed_form_and_equal_ones_zero() -> None:
    gray, lighter, redder = flat(0.0, 0.0, 0.0), flat(0.3, 0.3, 0.3), flat(0.2, -0.2, 0.0)
    assert colour_loss(lighter, gray, brightness=0.5).item() == pytest.approx(0.5 * 0.3 * math.sqrt(3) / 3)
    assert colour_loss(lighter, gray, brightness=0.0).item() == pytest.approx(0.0, abs=1e-12)
    assert colour_loss(redder, gray).item() == pytest.approx(0.2 * math.sqrt(2) / 3)
    kernel = colour_loss(redder, gray, distance="bounded_kernel").item()
    assert kernel == pytest.approx(math.tanh(0.08 / (4 * 0.25)) / 2)
    assert colour_loss(redder, redder).item() == 0.0


def test_detail_hardly_counts_and_colour_does() -> None:
    board = torch.tensor([1.0, -1.0], dtype=torch.float64).repeat(16)
    detail = (board[:, None] * board[None, :]).expand(1, 3, 32, 32) * 0.3
    assert colour_loss(detail, torch.zeros_like(detail)).item() < 0.01 * 0.3
    result = (flat(0.1, 0.0, 0.0, side=32) + detail).clone().requires_grad_()
    colour_loss(result, flat(-0.1, 0.0, 0.0, side=32).clone()).backward()
    assert result.grad is not None
    assert (result.grad[:, 0].sum() > 0) and result.grad[:, 0].min() > 0  # red goes down, towards the target
