"""SRResNet: the generator of SRGAN.

Source: Ledig et al. 2017, "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network",
https://arxiv.org/abs/1609.04802, figure 4. Departures: no batch norm (Lim et al. 2017, EDSR, found it harmful to
super-resolution and it forbids exact tiling), the second convolution of each block starts small, and the result is
added to the nearest-neighbour upsampled input.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from ganvas.core.errors import SettingsError
from ganvas.nets.residual import ResidualBlock

__all__ = ["SRResNet"]


class SRResNet(nn.Module):
    """Residual blocks at low resolution, then pixel-shuffle upsampling by 2 as often as needed.

    Args:
        channels: image channels.
        features: width.
        blocks: residual blocks.
        scale: 1 or a power of 2.

    Raises:
        SettingsError: another scale.
    """

    def __init__(self, *, channels: int = 3, features: int = 64, blocks: int = 16, scale: int = 4) -> None:
        super().__init__()
        if scale < 1 or scale & (scale - 1):
            raise SettingsError(f"SRResNet upsamples by powers of two, not by {scale}: choose 1, 2, 4 or 8.")
        self.scale = scale
        self.head = nn.Conv2d(channels, features, 9, padding=4)
        self.body = nn.Sequential(*[ResidualBlock(features) for _ in range(blocks)])
        self.join = nn.Conv2d(features, features, 3, padding=1)
        ups: list[nn.Module] = []
        for _ in range(scale.bit_length() - 1):
            ups += [nn.Conv2d(features, 4 * features, 3, padding=1), nn.PixelShuffle(2), nn.LeakyReLU(0.1)]
        self.up = nn.Sequential(*ups)
        self.tail = nn.Conv2d(features, channels, 9, padding=4)
        for conv in (self.head, self.join, self.tail, *[m for m in self.up if isinstance(m, nn.Conv2d)]):
            nn.init.kaiming_normal_(conv.weight, a=0.1)
        with torch.no_grad():
            self.join.weight.mul_(0.1)
            self.tail.weight.mul_(0.05)

    def forward(self, image: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c H W"]:
        """Returns the image, ``scale`` times as large."""
        shallow = F.leaky_relu(self.head(image), 0.1)
        deep = shallow + self.join(self.body(shallow))
        return self.tail(self.up(deep)) + F.interpolate(image, scale_factor=self.scale, mode="nearest")
