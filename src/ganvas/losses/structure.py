"""Structural dissimilarity as a loss, and means over holes.

Sources: Wang et al. 2004, SSIM, https://doi.org/10.1109/TIP.2003.819861; the appearance loss of Godard et al. 2017,
https://arxiv.org/abs/1609.03677, eq. 2.
"""

from __future__ import annotations

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from ganvas.ops.box import box_mean

__all__ = ["Distance", "appearance", "distance_within", "mean_within", "structural_dissimilarity"]

Distance = Literal["l1", "l2"]
_C1, _C2 = 0.02**2, 0.06**2  # (0.01 * 2)^2 and (0.03 * 2)^2: images span 2


def mean_within(values: Float[Tensor, "b c h w"], mask: Float[Tensor, "b 1 h w"]) -> Float[Tensor, ""]:
    """Returns the mean over the batch of each sample's mean where the mask is 1; a sample without such a place adds 0.

    Sample by sample, so that the loss of a batch is the mean of those of its parts.
    """
    totals = (values * mask).sum((1, 2, 3)) / values.shape[1]
    means: Tensor = totals / mask.sum((1, 2, 3)).clamp(min=1)
    return means.mean()


def distance_within(
    kind: Distance, made: Float[Tensor, "b c h w"], truth: Float[Tensor, "b c h w"], mask: Float[Tensor, "b 1 h w"]
) -> Float[Tensor, ""]:
    """Returns the mean absolute or squared difference where the mask is 1."""
    difference = made - truth
    return mean_within(difference.abs() if kind == "l1" else difference.square(), mask)


def structural_dissimilarity(
    made: Float[Tensor, "b c h w"], truth: Float[Tensor, "b c h w"], *, window: int = 7
) -> Float[Tensor, "b c h w"]:
    """Returns (1 - SSIM) / 2 around each pixel, in [0, 1]; 0 for equal images.

    Box window, population covariance; at the border the window holds what there is.

    Args:
        made, truth: images in [-1, 1].
        window: side, px; odd.
    """

    a, b, radius = made, truth, window // 2
    moments = torch.cat([a, b, a * a, b * b, a * b], dim=1)  # at once: one sum for each shift
    mean_a, mean_b, square_a, square_b, product = box_mean(moments, radius).chunk(5, dim=1)
    # SSIM counts levels from black, which is -1 here; variances are the same from wherever they are counted.
    level_a, level_b = mean_a + 1, mean_b + 1
    variance_a, variance_b = square_a - mean_a * mean_a, square_b - mean_b * mean_b
    covariance = product - mean_a * mean_b
    luminance = (2 * level_a * level_b + _C1) / (level_a * level_a + level_b * level_b + _C1)
    contrast = (2 * covariance + _C2) / (variance_a + variance_b + _C2)
    return ((1 - luminance * contrast) / 2).clamp(0, 1)


def appearance(
    made: Float[Tensor, "b c h w"],
    truth: Float[Tensor, "b c h w"],
    mask: Float[Tensor, "b 1 h w"],
    *,
    share: float = 0.85,
) -> Float[Tensor, ""]:
    """Returns share * (1 - SSIM) / 2 + (1 - share) * L1 within the mask (Godard et al. 2017, eq. 2)."""
    dissimilar = mean_within(structural_dissimilarity(made, truth), mask)
    return share * dissimilar + (1 - share) * distance_within("l1", made, truth, mask)
