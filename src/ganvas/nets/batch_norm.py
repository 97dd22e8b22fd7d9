"""Batch norm over the samples of several processes, as over one batch (Ioffe and Szegedy 2015).

Torch's own SyncBatchNorm runs on GPUs only and has no second derivative. This one is made of ordinary differentiable
operations and one exchange per call, so it runs on any device and under any penalty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

__all__ = ["Rows", "synchronised"]

Rows = Callable[[Float[Tensor, " k"]], Float[Tensor, "n k"]]


@contextmanager
def synchronised(nets: Iterable[nn.Module], rows: Rows) -> Iterator[None]:
    """Inside, batch norm in training takes mean and variance over all processes; so do its running statistics.

    Args:
        nets: networks whose batch norms are meant.
        rows: gives every process's row of numbers, differentiable; all processes must call the networks alike.
    """
    norms = [part for net in nets for part in net.modules() if isinstance(part, _BatchNorm)]
    for norm in norms:
        norm.forward = partial(_forward, norm, rows)  # type: ignore[method-assign]
    try:
        yield
    finally:
        for norm in norms:
            del norm.forward


def _forward(norm: _BatchNorm, rows: Rows, x: Float[Tensor, "b c ..."]) -> Float[Tensor, "b c ..."]:
    if not norm.training and norm.running_mean is not None:
        return type(norm).forward(norm, x)
    norm._check_input_dim(x)
    precise = x.dtype if x.dtype == torch.float64 else torch.float32
    mean, variance, count = _moments(x.to(precise), rows)
    if norm.training and norm.track_running_stats and norm.running_mean is not None:
        _track(norm, mean.detach(), variance.detach() * (count / (count - 1)))
    scale = (variance + norm.eps).rsqrt()
    if norm.weight is not None:
        scale = scale * norm.weight
    shift = -mean * scale if norm.bias is None else norm.bias - mean * scale
    shape = (1, -1, *[1] * (x.ndim - 2))
    return torch.addcmul(shift.view(shape), x, scale.view(shape)).to(x.dtype)


def _moments(x: Float[Tensor, "b c ..."], rows: Rows) -> tuple[Float[Tensor, " c"], Float[Tensor, " c"], Tensor]:
    """Mean, variance (divided by n) and n over all processes, put together from theirs (Chan et al. 1979)."""
    channels, size = x.shape[1], x.numel() // x.shape[1]
    own_variance, own_mean = torch.var_mean(x, [0, *range(2, x.ndim)], correction=0)
    count = own_mean.new_full((1,), size)
    table = rows(torch.cat([own_mean, own_variance * count, count]))
    means, spreads, counts = table[:, :channels], table[:, channels:-1], table[:, -1:]
    total = counts.sum().detach()
    mean = (counts * means).sum(0) / total
    spread = (spreads + counts * (means - mean).square()).sum(0)
    return mean, spread / total, total


@torch.no_grad()
def _track(norm: _BatchNorm, mean: Tensor, variance: Tensor) -> None:
    assert norm.running_mean is not None and norm.running_var is not None and norm.num_batches_tracked is not None
    norm.num_batches_tracked += 1
    weight = 1 / float(norm.num_batches_tracked) if norm.momentum is None else norm.momentum
    norm.running_mean.lerp_(mean.to(norm.running_mean.dtype), weight)
    norm.running_var.lerp_(variance.to(norm.running_var.dtype), weight)
