"""Losses of masks that a network tells by the logarithm of the odds of every pixel.

Source: Milletari et al. 2016 (V-Net, the Dice coefficient as a loss, https://arxiv.org/abs/1606.04797, section 3), here
with p and m not squared.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

__all__ = ["dice_loss", "intersection_over_union", "mask_cross_entropy"]

Scalar = Float[Tensor, ""]
Map = Float[Tensor, "b c h w"]


def mask_cross_entropy(odds: Map, mask: Map, *, missed: float = 1.0) -> Scalar:
    """Returns the mean of -log P(mask), in nats; pixels of the mask (1) count ``missed`` times."""
    weight = torch.tensor(missed, device=odds.device)
    return F.binary_cross_entropy_with_logits(odds, mask, pos_weight=weight)


def dice_loss(odds: Map, mask: Map) -> Scalar:
    """Returns 1 - (2 sum p m + 1) / (sum p + sum m + 1), the sums over the whole batch: many masks are empty."""
    found = torch.sigmoid(odds)
    return 1 - (2 * (found * mask).sum() + 1) / (found.sum() + mask.sum() + 1)


def intersection_over_union(odds: Map, mask: Map) -> Scalar:
    """Returns the share that what is found (odds above 1 : 1) and the mask have in common; 1 where both are empty."""
    found, true = odds.detach() > 0, mask > 0.5
    both, either = (found & true).sum(), (found | true).sum()
    return torch.where(either > 0, both / either.clamp(min=1), torch.ones((), device=odds.device))
