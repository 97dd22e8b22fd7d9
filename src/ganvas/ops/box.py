"""The mean over square windows, by shifted sums.

Ten times as fast as average pooling with stride 1 on a CPU, whose kernels for images of three channels are slow
(measured), and in the precision of its input under autocast, which would lower a convolution.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

__all__ = ["box_mean"]


def box_mean(x: Float[Tensor, "b c h w"], radius: int) -> Float[Tensor, "b c h w"]:
    """Returns at each pixel the mean over the window of 2 * radius + 1 px a side, of what there is of it at borders."""
    ones = torch.ones(1, 1, *x.shape[2:], dtype=x.dtype, device=x.device)
    return _sums(x, radius) / _sums(ones, radius)


def _sums(x: Tensor, radius: int) -> Tensor:
    height, width = x.shape[2:]
    padded = F.pad(x, (radius, radius, radius, radius))
    rows = padded[:, :, :height]
    for shift in range(1, 2 * radius + 1):
        rows = rows + padded[:, :, shift : shift + height]
    columns = rows[..., :width]
    for shift in range(1, 2 * radius + 1):
        columns = columns + rows[..., shift : shift + width]
    return columns
