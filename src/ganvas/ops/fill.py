"""The smooth fill of holes: a pyramid of known means, pushed down again and relaxed at every level.

Source: the pull-push of Gortler et al. 1996 (The Lumigraph, section 3.5) with a few Jacobi steps of the Laplace
equation on each level, so that the fill is close to the harmonic one at the cost of a few poolings.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from ganvas.ops.box import box_mean

__all__ = ["smooth_fill"]

_LEAST = 1e-4  # known share of a cell, below which it counts as empty


def smooth_fill(
    image: Float[Tensor, "b c h w"], mask: Float[Tensor, "b 1 h w"], *, levels: int = 6, sweeps: int = 3
) -> Float[Tensor, "b c h w"]:
    """Returns the image with its holes filled smoothly; known pixels stay as they are, all of a hole's are ignored.

    What is nowhere near a known pixel has the mean of all known ones; without any, 0.

    Args:
        image: any range, any size.
        mask: 1 is missing.
        levels: halvings of the pyramid; holes up to about 2 ** levels px across see their rim.
        sweeps: relaxation steps on each level.
    """
    known = 1 - mask
    sums, shares = [image * known], [known]
    for _ in range(levels):
        # Cells at the border average what there is of them: the ratio of sums to shares is a mean all the same.
        sums.append(F.avg_pool2d(sums[-1], 2, ceil_mode=True))
        shares.append(F.avg_pool2d(shares[-1], 2, ceil_mode=True))
    mean = sums[0].sum((2, 3), keepdim=True) / shares[0].sum((2, 3), keepdim=True).clamp(min=_LEAST)
    filled = mean.expand_as(sums[-1])
    for level in range(levels, -1, -1):
        total, share = sums[level], shares[level]
        if filled.shape[2:] != total.shape[2:]:
            filled = F.interpolate(filled, size=total.shape[2:], mode="bilinear", align_corners=False)
        empty = share < _LEAST
        filled = torch.where(empty, filled, total / share.clamp(min=_LEAST))
        for _ in range(sweeps):
            filled = torch.where(empty, box_mean(filled, 1), filled)
    return torch.where(mask > 0.5, filled, image)
