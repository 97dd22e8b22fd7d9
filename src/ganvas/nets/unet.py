"""A U-Net trunk for restoration at full resolution that works at half resolution.

The image is pixel-unshuffled by two first (as FFDNet, Zhang et al. 2018, https://arxiv.org/abs/1710.04026, does), which
makes every convolution four times cheaper for the same field of view; below that a residual U-Net in the manner of
DRUNet (Zhang et al. 2021, https://arxiv.org/abs/2008.13751): strided convolutions down, transposed ones up, sums as
skips, no normalisation. The network predicts the residual, unless its answer is no picture, and its last layer starts
small.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from ganvas.core.errors import SettingsError
from ganvas.nets.residual import ResidualBlock

__all__ = ["HalfUNet"]


def _stage(features: int, blocks: int) -> nn.Sequential:
    return nn.Sequential(*[ResidualBlock(features) for _ in range(blocks)])


class HalfUNet(nn.Module):
    """U-Net over the pixel-unshuffled image.

    Args:
        channels: image channels.
        features: width at half resolution; doubled at each level below, up to four times.
        levels: resolutions, the first of which is one half.
        blocks: residual blocks per level on the way down and on the way up.
        scale: must be 1.
        residual: the image is added to the answer.

    Raises:
        SettingsError: another scale, or no level.
    """

    def __init__(
        self,
        *,
        channels: int = 3,
        features: int = 48,
        levels: int = 3,
        blocks: int = 2,
        scale: int = 1,
        residual: bool = True,
    ) -> None:
        super().__init__()
        self.residual = residual
        if scale != 1 or levels < 1:
            raise SettingsError("HalfUNet restores at the same size: scale must be 1 and levels at least 1.")
        widths = [features * min(2**level, 4) for level in range(levels)]
        self.head = nn.Conv2d(4 * channels, features, 3, padding=1)
        self.down = nn.ModuleList([_stage(width, blocks) for width in widths[:-1]])
        self.shrink = nn.ModuleList([nn.Conv2d(a, b, 2, stride=2) for a, b in pairwise(widths)])
        self.middle = _stage(widths[-1], blocks)
        self.grow = nn.ModuleList([nn.ConvTranspose2d(b, a, 2, stride=2) for a, b in pairwise(widths)])
        self.up = nn.ModuleList([_stage(width, blocks) for width in widths[:-1]])
        self.tail = nn.Conv2d(features, 4 * channels, 3, padding=1)
        with torch.no_grad():
            nn.init.kaiming_normal_(self.head.weight, nonlinearity="linear")
            nn.init.kaiming_normal_(self.tail.weight, nonlinearity="linear")
            self.tail.weight.mul_(0.05)

    def forward(self, image: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        """Returns the restored image, or the answer of its size; sides must be multiples of ``2 ** levels``."""
        x = self.head(F.pixel_unshuffle(image, 2))
        skips: list[Tensor] = []
        for stage, shrink in zip(self.down, self.shrink, strict=True):
            x = stage(x)
            skips.append(x)
            x = shrink(x)
        x = self.middle(x)
        for stage, grow in zip(reversed(self.up), reversed(self.grow), strict=True):
            x = stage(grow(x) + skips.pop())
        answer = F.pixel_shuffle(self.tail(x), 2)
        return image + answer if self.residual else answer
