"""The fast guided filter: a small map enlarged along the edges of a large guide.

Source: He and Sun 2015, https://arxiv.org/abs/1505.00996: the map is, in every window, a straight line of the guide;
the lines are fitted at low resolution and applied at high resolution.
"""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from ganvas.ops.box import box_mean

__all__ = ["guided_upsample"]


def guided_upsample(
    small: Float[Tensor, "b c h w"],
    small_guide: Float[Tensor, "b 1 h w"],
    guide: Float[Tensor, "b 1 H W"],
    *,
    radius: int = 2,
    epsilon: float = 1e-3,
) -> Float[Tensor, "b c H W"]:
    """Returns the map at the size of the guide.

    Args:
        small: the map.
        small_guide: the guide at the map's size.
        guide: the guide.
        radius: of the windows, px of the map.
        epsilon: variance of the guide below which it counts as flat.
    """

    def mean(x: Tensor) -> Tensor:
        return box_mean(x, radius)

    level, value = mean(small_guide), mean(small)
    covariance = mean(small_guide * small) - level * value
    variance = mean(small_guide * small_guide) - level * level
    slope = covariance / (variance.clamp(min=0) + epsilon)
    offset = value - slope * level

    def large(x: Tensor) -> Tensor:
        return F.interpolate(mean(x), size=guide.shape[2:], mode="bilinear", align_corners=False)

    return large(slope) * guide + large(offset)
