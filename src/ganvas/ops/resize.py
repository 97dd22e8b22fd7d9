"""Resampling of tensors by the matrices of :mod:`ganvas.ops.resample`."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from ganvas.ops.resample import Kernel, resize_matrix

__all__ = ["Kernel", "resize", "resize_matrix"]


def resize(
    image: Float[Tensor, "b c h w"],
    size: tuple[int, int],
    *,
    kind: Kernel = "bicubic",
    antialias: bool = True,
    scale: tuple[float, float] | None = None,
) -> Float[Tensor, "b c H W"]:
    """Returns the image resampled to ``size`` (height, width), in the image's own dtype and range (no clipping)."""
    height, width = image.shape[-2:]
    scales = scale or (None, None)
    rows = resize_matrix(height, size[0], kind=kind, antialias=antialias, scale=scales[0])
    columns = resize_matrix(width, size[1], kind=kind, antialias=antialias, scale=scales[1])
    left = torch.as_tensor(rows, dtype=image.dtype, device=image.device)
    right = torch.as_tensor(columns, dtype=image.dtype, device=image.device)
    return left @ image @ right.T
