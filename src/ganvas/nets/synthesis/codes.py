"""Latent codes with a meaning: a generator that takes some of them evenly spread, and a reader that tells them.

Source: Chen et al. 2016, InfoGAN, https://arxiv.org/abs/1606.03657.
"""

from __future__ import annotations

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["CodeReader", "EvenCodes", "even", "normal"]

_LEAST = 0.1  # deviation, so that a code that is read exactly keeps the likelihood finite


def even(code: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """Returns standard normal numbers as uniform ones in [-1, 1], by their quantiles."""
    return torch.erf(code / math.sqrt(2))


def normal(value: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """Returns the standard normal numbers that :func:`even` takes to these; infinite at -1 and 1."""
    return torch.erfinv(value) * math.sqrt(2)


class EvenCodes(nn.Module):
    """A generator whose first numbers of the normal code arrive uniform in [-1, 1].

    Latent codes stay standard normal throughout for all that draws, truncates or mixes them.

    Args:
        generator: code (and label) to sample.
        count: numbers that arrive so.
    """

    def __init__(self, generator: nn.Module, *, count: int) -> None:
        super().__init__()
        self.generator = generator
        self.count = count

    def forward(self, code: Float[Tensor, "b n"], label: Int[Tensor, " b"] | None = None) -> Float[Tensor, "b ..."]:
        """Returns samples."""
        made: Tensor = self.generator(torch.cat([even(code[:, : self.count]), code[:, self.count :]], 1), label)
        return made


class CodeReader(nn.Module):
    """Features of the discriminator to a Gaussian for each code.

    Args:
        features: of the discriminator.
        count: codes.
        width: of the hidden layer.
    """

    def __init__(self, features: int, *, count: int, width: int = 128) -> None:
        super().__init__()
        self.hidden = nn.Linear(features, width)
        self.last = nn.Linear(width, 2 * count)

    def forward(self, features: Float[Tensor, "b n"]) -> tuple[Float[Tensor, "b k"], Float[Tensor, "b k"]]:
        """Returns mean and standard deviation."""
        mean, raw = self.last(F.leaky_relu(self.hidden(features), 0.1)).chunk(2, 1)
        return mean, F.softplus(raw) + _LEAST
