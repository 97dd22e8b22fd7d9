"""The residual block of the networks without normalisation."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["ResidualBlock"]


class ResidualBlock(nn.Module):
    """x plus two 3x3 convolutions with a ReLU between them; the second starts small, so a deep stack learns at once."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(features, features, 3, padding=1)
        self.second = nn.Conv2d(features, features, 3, padding=1)
        with torch.no_grad():
            nn.init.kaiming_normal_(self.first.weight)
            nn.init.kaiming_normal_(self.second.weight)
            self.second.weight.mul_(0.1)

    def forward(self, x: Float[Tensor, "b n h w"]) -> Float[Tensor, "b n h w"]:
        """Returns an array of the same shape."""
        return x + self.second(F.relu(self.first(x), inplace=True))
