"""Losses of labels and codes that a network tells of a sample.

Sources: Odena et al. 2017 (AC-GAN, https://arxiv.org/abs/1610.09585), Chen et al. 2016 (InfoGAN,
https://arxiv.org/abs/1606.03657).
"""

from __future__ import annotations

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

__all__ = ["class_loss", "gaussian_surprise", "share_right"]

Scalar = Float[Tensor, ""]


def class_loss(logits: Float[Tensor, "b k"], label: Int[Tensor, " b"]) -> Scalar:
    """Returns -E log P(label), in nats, over the samples whose label is known (not -1); 0 where none is."""
    total = F.cross_entropy(logits, label, ignore_index=-1, reduction="sum")
    return total / (label >= 0).sum().clamp(min=1)


def share_right(logits: Float[Tensor, "b k"], label: Int[Tensor, " b"]) -> Scalar:
    """Returns the share of the samples with a known label whose most likely class it is; 0 where none is known."""
    return (logits.detach().argmax(1) == label).sum() / (label >= 0).sum().clamp(min=1)


def gaussian_surprise(
    value: Float[Tensor, "b n"], mean: Float[Tensor, "b n"], deviation: Float[Tensor, "b n"]
) -> Scalar:
    """Returns -E log N(value; mean, deviation^2), in nats, summed over the numbers of a sample."""
    apart = (value - mean) / deviation
    return (apart.square() / 2 + torch.log(deviation) + math.log(2 * math.pi) / 2).sum(1).mean()
