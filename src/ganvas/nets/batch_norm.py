"""Batch norm over the samples of several processes, as over one batch (Ioffe and Szegedy 2015).

Torch's own SyncBatchNorm runs on GPUs only and has no second derivative. This one runs on any device and under any
penalty, with one small exchange forwards and one backwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F
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
    made, mean, variance, count = _Normalised.apply(x, norm.weight, norm.bias, norm.eps, rows)
    if norm.training and norm.track_running_stats and norm.running_mean is not None:
        _track(norm, mean, variance * (count / (count - 1)))
    return made


class _Normalised(torch.autograd.Function):
    """Batch norm by torch's own kernels between two exchanges; its second derivative by plain operations instead."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float, rows: Rows
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        precise = x.dtype if x.dtype == torch.float64 else torch.float32
        unused = torch.zeros(2, x.shape[1], dtype=precise, device=x.device)  # asks for sums in this type
        own_mean, own_variance = torch.batch_norm_update_stats(x, unused[0], unused[1], 0.0)
        mean, variance, count = _united(own_mean, own_variance, x.numel() // x.shape[1], rows)
        ctx.save_for_backward(x, weight, bias, mean, variance, count)
        ctx.eps, ctx.rows = eps, rows
        ctx.mark_non_differentiable(mean, variance, count)
        return F.batch_norm(x, mean, variance, weight, bias, False, 0.0, eps), mean, variance, count

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, bias, mean, variance, count = ctx.saved_tensors
        if torch.is_grad_enabled():  # a penalty differentiates what comes out of here again
            wanted = [t for t, needed in zip((x, weight, bias), ctx.needs_input_grad, strict=False) if needed]
            made = _by_hand(x, weight, bias, ctx.eps, ctx.rows)
            found = iter(torch.autograd.grad(made, wanted, gradients[0], create_graph=True))
            return *(next(found) if needed else None for needed in ctx.needs_input_grad[:3]), None, None
        fixed, products, sums = torch.ops.aten.native_batch_norm_backward(
            gradients[0], x, weight, mean, variance, None, None, False, ctx.eps, [True, True, True]
        )
        own = (products if weight is not None else None, sums if bias is not None else None)
        if not ctx.needs_input_grad[0]:
            return None, *own, None, None
        # What x does through mean and variance is a line in x for each channel.
        products, sums = ctx.rows(torch.cat([products, sums])).sum(0).chunk(2)
        slope = (variance + ctx.eps).rsqrt()
        scale = slope if weight is None else slope * weight
        tilt = -scale * slope * products / count
        level = -scale * sums / count - tilt * mean
        shape = (1, -1, *[1] * (x.ndim - 2))
        line = torch.addcmul(level.to(x.dtype).view(shape), x, tilt.to(x.dtype).view(shape))
        return fixed.add_(line), *own, None, None


def _by_hand(x: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float, rows: Rows) -> Tensor:
    """The same by operations that can be differentiated again and again."""
    precise = x.dtype if x.dtype == torch.float64 else torch.float32
    variance, mean = torch.var_mean(x.to(precise), [0, *range(2, x.ndim)], correction=0)
    mean, variance, _ = _united(mean, variance, x.numel() // x.shape[1], rows)
    scale = (variance + eps).rsqrt() if weight is None else (variance + eps).rsqrt() * weight
    shift = -mean * scale if bias is None else bias - mean * scale
    shape = (1, -1, *[1] * (x.ndim - 2))
    return torch.addcmul(shift.view(shape), x.to(precise), scale.view(shape)).to(x.dtype)


def _united(mean: Tensor, variance: Tensor, size: int, rows: Rows) -> tuple[Tensor, Tensor, Tensor]:
    """Mean, variance (divided by n) and n over all processes, put together from theirs (Chan et al. 1979)."""
    channels, count = len(mean), mean.new_full((1,), size)
    table = rows(torch.cat([mean, variance * count, count]))
    means, spreads, counts = table[:, :channels], table[:, channels:-1], table[:, -1:].detach()
    total = counts.sum()
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
