"""Layers that look across the samples of a batch, by which a discriminator sees that samples lack variety.

Sources: Salimans et al. 2016, https://arxiv.org/abs/1606.03498 (minibatch discrimination, virtual batch norm); Karras
et al. 2018, https://arxiv.org/abs/1710.10196 (standard deviation over a minibatch).
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ganvas.core.errors import SettingsError

__all__ = ["MinibatchDiscrimination", "MinibatchStd", "VirtualBatchNorm"]


class MinibatchDiscrimination(nn.Module):
    """Appends to each sample's features how close it is to the others (Salimans et al. 2016, section 3.2).

    Args:
        features: in.
        kernels: comparisons, each a feature out.
        dimensions: of the space in which one comparison measures the L1 distance.
    """

    def __init__(self, features: int, *, kernels: int, dimensions: int = 5) -> None:
        super().__init__()
        self.kernels = kernels
        self.project = nn.Linear(features, kernels * dimensions, bias=False)
        nn.init.normal_(self.project.weight, std=0.02)

    def forward(self, x: Float[Tensor, "b n"]) -> Float[Tensor, "b m"]:
        """Returns features and sum over the batch of exp(-distance), the sample itself included."""
        rows = self.project(x).unflatten(1, (self.kernels, -1))
        distance = (rows[:, None] - rows[None]).abs().sum(3)
        return torch.cat([x, (-distance).exp().sum(1)], 1)


class MinibatchStd(nn.Module):
    """Appends a plane: the standard deviation over a group, averaged over features and places (Karras et al. 2018).

    Args:
        group: samples compared; the whole batch where it is smaller. Sample i is in group i modulo (b / group).
    """

    def __init__(self, group: int) -> None:
        super().__init__()
        self.group = group

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b m h w"]:
        """Returns the features and the plane.

        Raises:
            SettingsError: the batch is no multiple of the group.
        """
        group = min(self.group, len(x))
        if len(x) % group:
            raise SettingsError(f"A batch of {len(x)} cannot be compared in groups of {group}: choose a multiple.")
        groups = x.reshape(group, -1, *x.shape[1:])
        deviation = (groups.var(0, correction=0) + 1e-8).sqrt().mean((1, 2, 3))
        plane = deviation.repeat(group).reshape(-1, 1, 1, 1).expand(-1, 1, *x.shape[2:])
        return torch.cat([x, plane], 1)


class VirtualBatchNorm(nn.Module):
    """Normalises each sample by itself and a fixed reference batch, not by its neighbours (Salimans et al. 2016, 3.4).

    The first ``reference`` samples of what it is given are that batch: they are normalised by themselves.

    Args:
        features: channels.
        reference: samples of the reference batch, which come first.
    """

    def __init__(self, features: int, *, reference: int) -> None:
        super().__init__()
        self.reference = reference
        self.weight = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        """Returns the normalised features of the reference batch and the others."""
        places = (2, 3)
        mean, square = x.mean(places, keepdim=True), x.square().mean(places, keepdim=True)
        fixed_mean = mean[: self.reference].mean(0, keepdim=True)
        fixed_square = square[: self.reference].mean(0, keepdim=True)
        # A sample weighs as one more member of the reference batch; the members themselves are in it already.
        share = 1 / (self.reference + 1)
        own = (torch.arange(len(x), device=x.device) >= self.reference).to(x.dtype).reshape(-1, 1, 1, 1) * share
        mean, square = own * mean + (1 - own) * fixed_mean, own * square + (1 - own) * fixed_square
        scale = (square - mean.square()).clamp(min=0).add(1e-5).rsqrt()
        return (x - mean) * scale * self.weight.reshape(-1, 1, 1) + self.bias.reshape(-1, 1, 1)
