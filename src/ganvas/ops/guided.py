"""The fast guided filter: a small map enlarged along the edges of a large guide.

Source: He and Sun 2015, https://arxiv.org/abs/1505.00996: the map is, in every window, a straight line of the guide;
the lines are fitted at low resolution and applied at high resolution.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from ganvas.ops.box import box_mean

__all__ = ["along_lines", "guided_lines", "guided_upsample"]


def guided_upsample(
    small: Float[Tensor, "b c h w"],
    small_guide: Float[Tensor, "b 1 h w"],
    guide: Float[Tensor, "b 1 H W"],
    *,
    radius: int = 2,
    epsilon: float = 1e-3,
) -> Float[Tensor, "b c H W"]:
    """Returns the map at the size of the guide; arguments as of :func:`guided_lines`."""
    lines = guided_lines(small, small_guide, radius=radius, epsilon=epsilon)
    return along_lines(lines, guide, height=guide.shape[2])


def guided_lines(
    small: Float[Tensor, "b c h w"],
    small_guide: Float[Tensor, "b 1 h w"],
    *,
    radius: int = 2,
    epsilon: float = 1e-3,
) -> Float[Tensor, "b 2*c h w"]:
    """Returns the lines: slopes, then offsets, each the mean over the windows that hold the pixel.

    Args:
        small: the map.
        small_guide: the guide at the map's size.
        radius: of the windows, px of the map.
        epsilon: variance of the guide below which it counts as flat.
    """

    def mean(x: Tensor) -> Tensor:
        return box_mean(x, radius)

    level, value = mean(small_guide), mean(small)
    covariance = mean(small_guide * small) - level * value
    variance = mean(small_guide * small_guide) - level * level
    slope = covariance / (variance.clamp(min=0) + epsilon)
    return mean(torch.cat([slope, value - slope * level], dim=1))


def along_lines(
    lines: Float[Tensor, "b d h w"], guide: Float[Tensor, "b 1 n W"], *, height: int, top: int = 0
) -> Float[Tensor, "b c n W"]:
    """Returns rows of the enlarged map.

    Args:
        lines: of :func:`guided_lines`; enlarged bilinearly.
        guide: its rows from ``top`` on.
        height: of the whole guide.
    """
    count, wide = guide.shape[2:]
    # The rows between which each new one lies, as torch's bilinear interpolation of the whole places them.
    place = (torch.arange(top, top + count, device=lines.device) + 0.5) * (lines.shape[2] / height) - 0.5
    low = place.clamp(min=0).floor().long()
    share = (place.clamp(min=0) - low).to(lines.dtype)[:, None]
    rows = torch.lerp(lines[:, :, low], lines[:, :, (low + 1).clamp(max=lines.shape[2] - 1)], share)
    slope, offset = F.interpolate(rows, size=(count, wide), mode="bilinear", align_corners=False).chunk(2, dim=1)
    return slope * guide + offset
