"""Distances between an image and its target, averaged over everything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

__all__ = [
    "PixelLoss",
    "bounded_kernel",
    "charbonnier",
    "coarse_l1",
    "gradient_dissimilarity",
    "grid_loss",
    "l1",
    "l2",
    "pixel_loss",
]

PixelLoss = Literal["l1", "l2", "charbonnier", "bounded_kernel"]


def l1(result: Float[Tensor, "..."], target: Float[Tensor, "..."]) -> Float[Tensor, ""]:
    """Returns the mean absolute difference."""
    return (result - target).abs().mean()


def coarse_l1(result: Float[Tensor, "b c h w"], target: Float[Tensor, "b c h w"]) -> Float[Tensor, ""]:
    """Returns L1 between both images averaged over 2 x 2 px: what lies below half Nyquist."""
    return l1(F.avg_pool2d(result, 2), F.avg_pool2d(target, 2))


def l2(result: Float[Tensor, "..."], target: Float[Tensor, "..."]) -> Float[Tensor, ""]:
    """Returns the mean squared difference."""
    return (result - target).square().mean()


def charbonnier(
    result: Float[Tensor, "..."], target: Float[Tensor, "..."], *, epsilon: float = 1e-3
) -> Float[Tensor, ""]:
    """Returns the mean of sqrt(d^2 + epsilon^2): L1 that is smooth at zero (Charbonnier et al. 1994)."""
    return torch.sqrt((result - target).square() + epsilon**2).mean()


def bounded_kernel(
    result: Float[Tensor, "b c *size"], target: Float[Tensor, "b c *size"], *, sigma: float = 0.5
) -> Float[Tensor, ""]:
    """Returns the mean of 1/2 - e / (1 + e), e = exp(-d^2 / (2 sigma^2)): 0 where both agree, 1/2 far away.

    d is the Euclidean distance along axis 1, so of one pixel's channels or of one place's feature vector. The articles
    print e / (1 + e), which is 1/2 where the images agree and falls to 0: as a loss it would drive them apart, so this
    is its complement, tanh(d^2 / (4 sigma^2)) / 2. Near zero it is d^2 / (8 sigma^2); beyond about 3 sigma it hardly
    pulls any more. Over a whole image d is so large that the gradient is exactly zero in float32.

    Args:
        sigma: in units of the images or features; the pull is strongest at a distance of about 1.4 sigma.
    """
    squared = (result - target).square().sum(1)
    return torch.tanh(squared / (4 * sigma**2)).mean() / 2


def gradient_dissimilarity(
    result: Float[Tensor, "b c h w"], target: Float[Tensor, "b c h w"], *, threshold: float = 170.0
) -> Float[Tensor, ""]:
    """Returns one minus the mean gradient magnitude similarity of the lightness: 0 for equal images, below 1.

    Source: Xue et al. 2014, GMSD, https://arxiv.org/abs/1308.3052, eq. 1 to 4: Prewitt gradients after averaging over
    2 x 2 px, images of 0 to 255. The mean instead of the deviation, so that every pixel has a gradient. A result that
    is smooth where the target has detail of any phase is charged for it, which L1 does not do.

    Args:
        threshold: keeps flat regions from counting as different.
    """
    first, second = (_magnitude(F.avg_pool2d(image.mean(dim=1, keepdim=True), 2) * 127.5) for image in (result, target))
    similar = (2 * first * second + threshold) / (first.square() + second.square() + threshold)
    return 1 - similar.mean()


def _magnitude(gray: Float[Tensor, "b 1 h w"]) -> Float[Tensor, "b 1 k l"]:
    """Prewitt gradient magnitude, without the border."""
    across = torch.tensor([1.0, 0.0, -1.0], dtype=gray.dtype, device=gray.device).repeat(3, 1) / 3
    kernels = torch.stack([across, across.T])[:, None]
    # The root has no slope at zero.
    return (F.conv2d(gray, kernels).square().sum(dim=1, keepdim=True) + 1e-3).sqrt()


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
    return {"l1": l1, "l2": l2, "charbonnier": charbonnier, "bounded_kernel": bounded_kernel}[kind]
