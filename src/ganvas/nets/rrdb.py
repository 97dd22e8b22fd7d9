"""RRDBNet: the generator of ESRGAN, with the parameter names of BasicSR so that its published weights load.

Source: Wang et al. 2018, "ESRGAN", https://arxiv.org/abs/1809.00219, figures 3 and 4: residual-in-residual dense
blocks, residual scaling 0.2, no batch norm. Scales 2 and 1 unshuffle the input by 2 and 4 first (Real-ESRGAN).
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from ganvas.core.errors import SettingsError

__all__ = ["RRDBNet"]

_RESIDUAL_SCALE = 0.2


def _conv(inputs: int, outputs: int) -> nn.Conv2d:
    conv = nn.Conv2d(inputs, outputs, 3, padding=1)
    nn.init.kaiming_normal_(conv.weight, a=0.2)
    assert conv.bias is not None
    nn.init.zeros_(conv.bias)
    with torch.no_grad():
        conv.weight.mul_(0.1)  # ESRGAN, section 3.1: smaller initialisation eases deep residual training
    return conv


class _DenseBlock(nn.Module):
    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        self.conv1 = _conv(features, growth)
        self.conv2 = _conv(features + growth, growth)
        self.conv3 = _conv(features + 2 * growth, growth)
        self.conv4 = _conv(features + 3 * growth, growth)
        self.conv5 = _conv(features + 4 * growth, features)

    def forward(self, x: Float[Tensor, "b n h w"]) -> Float[Tensor, "b n h w"]:
        known = x
        for conv in (self.conv1, self.conv2, self.conv3, self.conv4):
            known = torch.cat([known, F.leaky_relu(conv(known), 0.2)], dim=1)
        return self.conv5(known) * _RESIDUAL_SCALE + x


class _RRDB(nn.Module):
    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        self.rdb1 = _DenseBlock(features, growth)
        self.rdb2 = _DenseBlock(features, growth)
        self.rdb3 = _DenseBlock(features, growth)

    def forward(self, x: Float[Tensor, "b n h w"]) -> Float[Tensor, "b n h w"]:
        return self.rdb3(self.rdb2(self.rdb1(x))) * _RESIDUAL_SCALE + x


class RRDBNet(nn.Module):
    """The trunk works at a quarter of the output resolution.

    Args:
        num_in_ch: image channels in.
        num_out_ch: image channels out.
        scale: 1, 2 or 4.
        num_feat: width of the trunk.
        num_block: residual-in-residual dense blocks.
        num_grow_ch: growth of the dense blocks.

    Raises:
        SettingsError: another scale.
    """

    def __init__(
        self,
        *,
        num_in_ch: int = 3,
        num_out_ch: int = 3,
        scale: int = 4,
        num_feat: int = 64,
        num_block: int = 23,
        num_grow_ch: int = 32,
    ) -> None:
        super().__init__()
        if scale not in (1, 2, 4):
            raise SettingsError(f"RRDBNet upsamples by 1, 2 or 4, not by {scale}.")
        self.unshuffle = 4 // scale
        self.conv_first = _conv(num_in_ch * self.unshuffle**2, num_feat)
        self.body = nn.Sequential(*[_RRDB(num_feat, num_grow_ch) for _ in range(num_block)])
        self.conv_body = _conv(num_feat, num_feat)
        self.conv_up1 = _conv(num_feat, num_feat)
        self.conv_up2 = _conv(num_feat, num_feat)
        self.conv_hr = _conv(num_feat, num_feat)
        self.conv_last = _conv(num_feat, num_out_ch)

    def forward(self, image: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c H W"]:
        """Returns the image, ``scale`` times as large; sides must be multiples of ``4 / scale``."""
        x = F.pixel_unshuffle(image, self.unshuffle) if self.unshuffle > 1 else image
        shallow = self.conv_first(x)
        x = shallow + self.conv_body(self.body(shallow))
        x = F.leaky_relu(self.conv_up1(F.interpolate(x, scale_factor=2, mode="nearest")), 0.2)
        x = F.leaky_relu(self.conv_up2(F.interpolate(x, scale_factor=2, mode="nearest")), 0.2)
        return self.conv_last(F.leaky_relu(self.conv_hr(x), 0.2))
