"""Compact plain-convolution generator for super-resolution and restoration.

Source: the "SRVGGNetCompact" of Real-ESRGAN (Wang et al. 2021, https://arxiv.org/abs/2107.10833), a plain
VGG-style stack that upsamples once, at the end, by pixel shuffle (Shi et al. 2016) over a nearest-neighbour skip.
The parameter names (``body.N.weight``) are those of that class, so its published weights load here.

Departures: the activation may be chosen (the published weights use ``prelu``; ours use ``leaky``, because the gradient
of PReLU's slopes alone makes a training step on a CPU 1.7 times as long). Initialisation: with torch's default a plain
stack this deep does not learn; here every body convolution starts as the identity plus Kaiming noise, which is the
identity branch of RepVGG (Ding et al. 2021) already folded in, and the last layer starts small, so the untrained
network is the nearest-neighbour upsampler.
"""

from __future__ import annotations

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["Compact"]


def _activation(kind: str, features: int) -> nn.Module:
    if kind == "prelu":
        return nn.PReLU(features)
    return nn.LeakyReLU(0.1, inplace=True) if kind == "leaky" else nn.ReLU(inplace=True)


class Compact(nn.Module):
    """Plain stack of ``num_conv + 2`` 3x3 convolutions, then pixel shuffle, plus the nearest-neighbour upsampled input.

    Args:
        num_in_ch: channels of the input.
        num_out_ch: channels of the output; must equal ``num_in_ch`` because of the skip.
        num_feat: features in the body.
        num_conv: body convolutions between the first and the last.
        upscale: integer scale, 1 for restoration at the same size.
        act_type: ``prelu``, ``leaky`` (slope 0.1) or ``relu``.

    The radius of dependence is ``num_conv + 2`` input pixels.
    """

    def __init__(
        self,
        *,
        num_in_ch: int = 3,
        num_out_ch: int = 3,
        num_feat: int = 64,
        num_conv: int = 16,
        upscale: int = 4,
        act_type: Literal["prelu", "leaky", "relu"] = "prelu",
    ) -> None:
        super().__init__()
        if num_in_ch != num_out_ch:
            raise ValueError("Compact adds its input to its output: num_in_ch and num_out_ch must be equal.")
        self.upscale = upscale
        layers: list[nn.Module] = [nn.Conv2d(num_in_ch, num_feat, 3, padding=1), _activation(act_type, num_feat)]
        for _ in range(num_conv):
            layers += [nn.Conv2d(num_feat, num_feat, 3, padding=1), _activation(act_type, num_feat)]
        layers.append(nn.Conv2d(num_feat, num_out_ch * upscale**2, 3, padding=1))
        self.body = nn.ModuleList(layers)
        self.radius = num_conv + 2
        self._initialise()

    def _initialise(self) -> None:
        convs = [layer for layer in self.body if isinstance(layer, nn.Conv2d)]
        for conv in convs:
            nn.init.kaiming_normal_(conv.weight, a=0.25)
            assert conv.bias is not None
            nn.init.zeros_(conv.bias)
        with torch.no_grad():
            for conv in convs[1:-1]:
                conv.weight.mul_(0.3)
                conv.weight[:, :, 1, 1] += torch.eye(conv.out_channels)
            convs[-1].weight.mul_(0.05)

    def forward(self, image: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c H W"]:
        """Returns the restored image, ``upscale`` times as large."""
        features = image
        for layer in self.body:
            features = layer(features)
        if self.upscale == 1:
            return features + image
        # Repeating channels before the shuffle is the nearest-neighbour upsampling, without a resize op.
        features = features + image.repeat_interleave(self.upscale**2, dim=1)
        return F.pixel_shuffle(features, self.upscale)
