"""Distances between an image and its target, averaged over everything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

__all__ = ["PixelLoss", "charbonnier", "grid_loss", "l1", "l2", "pixel_loss"]

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


def grid_loss(
    result: Float[Tensor, "b c h w"], target: Float[Tensor, "b c h w"], *, period: int, cells: int = 8
) -> Float[Tensor, ""]:
    """Returns how much the error repeats with ``period`` px: zero for an error without a periodic part.

    The error is split into its ``period ** 2`` polyphase components (pixel unshuffle), each is averaged over
    ``cells`` x ``cells`` neighbouring cells, where all but the repeating part cancels, and the mean magnitude is
    taken. A generator that upsamples by pixel shuffle can add such a grid almost for free, and a patch discriminator
    is slow to see it.
    """
    parts = F.pixel_unshuffle(result - target, period)
    window = min(cells, *parts.shape[-2:])
    return F.avg_pool2d(parts, window).abs().mean()


def pixel_loss(kind: PixelLoss) -> Callable[[Tensor, Tensor], Tensor]:
    """Returns the loss of that name."""
    return {"l1": l1, "l2": l2, "charbonnier": charbonnier}[kind]
