"""Convolutions that know of holes: gated ones, which learn where to look, and partial ones, which are told.

Sources: Yu et al. 2019, Free-form image inpainting with gated convolution, https://arxiv.org/abs/1806.03589, eq. 3;
Liu et al. 2018, Image inpainting for irregular holes using partial convolutions, https://arxiv.org/abs/1804.07723,
eq. 1 and 2. Both take and give features with the share of them that is known; only the partial ones use it.
"""

from __future__ import annotations

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["GatedConv", "HoleBlock", "HoleConv", "PartialConv", "activated"]

HoleConv = Literal["gated", "partial"]
Known = Float[Tensor, "b 1 h w"]
_OPEN = 1.0  # bias of the gates at the start: three quarters open


class GatedConv(nn.Module):
    """ReLU(features) * sigmoid(gates), both by one 3x3 convolution (eq. 3, with ReLU for its activation).

    Args:
        before, after: features in and out.
        dilation: px between taps.
    """

    def __init__(self, before: int, after: int, *, dilation: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, 2 * after, 3, padding=dilation, dilation=dilation)
        with torch.no_grad():
            nn.init.kaiming_normal_(self.conv.weight)
            assert self.conv.bias is not None
            self.conv.bias.zero_()
            self.conv.bias[after:] = _OPEN

    def forward(
        self, x: Float[Tensor, "b n h w"], known: Known
    ) -> tuple[Float[Tensor, "b m h w"], Float[Tensor, "b 1 h w"]]:
        """Returns the gated features and ``known`` as it is."""
        features, gates = self.conv(x).chunk(2, dim=1)
        return F.relu(features) * torch.sigmoid(gates), known


class PartialConv(nn.Module):
    """A 3x3 convolution over known places alone, scaled up by how many of its taps those are (eq. 1).

    A place is known behind it as soon as one of its taps was (eq. 2); elsewhere only the bias speaks.

    Args:
        before, after: features in and out.
        dilation: px between taps.
    """

    ones: Tensor

    def __init__(self, before: int, after: int, *, dilation: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, after, 3, padding=dilation, dilation=dilation)
        self.dilation = dilation
        self.register_buffer("ones", torch.ones(1, 1, 3, 3), persistent=False)
        nn.init.kaiming_normal_(self.conv.weight)
        assert self.conv.bias is not None
        nn.init.zeros_(self.conv.bias)

    def forward(
        self, x: Float[Tensor, "b n h w"], known: Known
    ) -> tuple[Float[Tensor, "b m h w"], Float[Tensor, "b 1 h w"]]:
        """Returns the features, activated by ReLU, and what is known now."""
        taps = F.conv2d(known, self.ones.to(known.dtype), padding=self.dilation, dilation=self.dilation)
        assert self.conv.bias is not None
        bias = self.conv.bias[:, None, None]
        made = (self.conv(x * known) - bias) * (9 / taps.clamp(min=1)) + bias
        return F.relu(made), (taps > 0).to(known.dtype)


def activated(kind: HoleConv, before: int, after: int, *, dilation: int = 1) -> GatedConv | PartialConv:
    """Returns the convolution of that kind, with its activation."""
    return (GatedConv if kind == "gated" else PartialConv)(before, after, dilation=dilation)


class HoleBlock(nn.Module):
    """x plus a convolution that knows of holes and a plain one, which starts small, so that a deep stack learns.

    Args:
        features: width.
        kind: of the first convolution.
        dilation: of the first convolution.
    """

    def __init__(self, features: int, *, kind: HoleConv, dilation: int = 1) -> None:
        super().__init__()
        self.first = activated(kind, features, features, dilation=dilation)
        self.second = nn.Conv2d(features, features, 3, padding=1)
        with torch.no_grad():
            nn.init.kaiming_normal_(self.second.weight)
            self.second.weight.mul_(0.1)

    def forward(
        self, x: Float[Tensor, "b n h w"], known: Known
    ) -> tuple[Float[Tensor, "b n h w"], Float[Tensor, "b 1 h w"]]:
        """Returns features of the same shape, and what is known now."""
        inner, known = self.first(x, known)
        return x + self.second(inner), known
