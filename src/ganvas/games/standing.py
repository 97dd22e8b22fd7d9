"""Standing statistics: batch norm's, taken anew with the weights that will be used (Brock et al. 2019, appendix C)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from ganvas.core.method import Draws

__all__ = ["take_statistics"]

_BATCH = 64


def take_statistics(network: nn.Module, make: Callable[[Draws], object], rng: Draws, *, images: int) -> None:
    """Replaces batch norm's mean and variance by their means over batches of 64; leaves the network in evaluation mode.

    Args:
        make: a forward pass of the network with these draws.
        rng: draws; its indices count from 0 on whatever they are.
        images: how many in all, rounded up to batches.
    """
    norms = [part for part in network.modules() if isinstance(part, _BatchNorm)]
    momenta = [norm.momentum for norm in norms]
    network.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean of all batches alike
        norm.train()
    with torch.no_grad():
        for first in range(0, images, _BATCH):
            make(replace(rng, index=torch.arange(first, first + _BATCH, device=rng.index.device)))
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
        norm.eval()
