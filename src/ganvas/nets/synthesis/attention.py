"""Self-attention over a feature map (SAGAN; Zhang et al. 2019, https://arxiv.org/abs/1805.08318, eq. 1-3)."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ganvas.nets.synthesis.judge import bound

__all__ = ["SelfAttention"]


class SelfAttention(nn.Module):
    """Adds to each place a mixture of all places, weighted by likeness; at the start it adds nothing.

    Written as plain matrix products, since fused attention has no second derivative and penalties need it.

    Args:
        features: channels; keys have an eighth of them.
        spectral: bound every weight.
    """

    def __init__(self, features: int, *, spectral: bool) -> None:
        super().__init__()
        inner = max(features // 8, 1)
        query, key, value = (nn.Conv2d(features, inner, 1, bias=False) for _ in range(3))
        out = nn.Conv2d(inner, features, 1, bias=False)
        for conv in (query, key, value, out):
            nn.init.xavier_uniform_(conv.weight)
        self.query, self.key, self.value, self.out = (
            bound(conv, spectral=spectral) for conv in (query, key, value, out)
        )
        self.strength = nn.Parameter(torch.zeros(()))

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        """Returns the features with what other places add."""
        query, key, value = (part(x).flatten(2) for part in (self.query, self.key, self.value))
        weights = (query.transpose(1, 2) @ key).softmax(2)
        mixed = (value @ weights.transpose(1, 2)).unflatten(2, x.shape[2:])
        return x + self.strength * self.out(mixed)
