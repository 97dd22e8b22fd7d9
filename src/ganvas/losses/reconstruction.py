"""Distances between an image and its target, averaged over everything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

__all__ = ["PixelLoss", "charbonnier", "l1", "l2", "pixel_loss"]

PixelLoss = Literal["l1", "l2", "charbonnier"]


def l1(result: Float[Tensor, "..."], target: Float[Tensor, "..."]) -> Float[Tensor, ""]:
    """Returns the mean absolute difference."""
    return (result - target).abs().mean()


def l2(result: Float[Tensor, "..."], target: Float[Tensor, "..."]) -> Float[Tensor, ""]:
    """Returns the mean squared difference."""
    return (result - target).square().mean()


def charbonnier(
    result: Float[Tensor, "..."], target: Float[Tensor, "..."], *, epsilon: float = 1e-3
) -> Float[Tensor, ""]:
    """Returns the mean of sqrt(d^2 + epsilon^2): L1 that is smooth at zero (Charbonnier et al. 1994)."""
    return torch.sqrt((result - target).square() + epsilon**2).mean()


def pixel_loss(kind: PixelLoss) -> Callable[[Tensor, Tensor], Tensor]:
    """Returns the loss of that name."""
    return {"l1": l1, "l2": l2, "charbonnier": charbonnier}[kind]
