"""How the engine calls networks: under autocast with float32 out, or plain and without side effects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.utils.parametrize import ParametrizationList

__all__ = ["Autocast", "Quiet", "autocast_all", "quiet", "quiet_all"]


def _single(value: Any) -> Any:
    """Tensors in half precision become float32, through tuples, lists and mappings."""
    if isinstance(value, Tensor):
        return value.float() if value.is_floating_point() and value.dtype != torch.float64 else value
    if isinstance(value, Mapping):
        return {key: _single(item) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(_single, value))
    if isinstance(value, list | tuple):
        return type(value)(_single(item) for item in value)
    return value


@dataclass(frozen=True)
class Autocast:
    """Calls a network under bf16 autocast; what comes out is float32, so losses are exact."""

    module: nn.Module
    device: str
    enabled: bool

    def __call__(self, *inputs: Any) -> Any:
        if not self.enabled:
            return self.module(*inputs)
        with torch.autocast(self.device, dtype=torch.bfloat16):
            outputs = self.module(*inputs)
        return _single(outputs)


@dataclass(frozen=True)
class Quiet:
    """Calls a network in float32 without advancing spectral-norm vectors or batch-norm statistics."""

    module: nn.Module
    device: str

    def __call__(self, *inputs: Any) -> Any:
        with torch.autocast(self.device, enabled=False), quiet(self.module):
            return self.module(*inputs)


@contextmanager
def quiet(module: nn.Module) -> Iterator[None]:
    """Inside, a forward pass normalises as in training but leaves no trace in the module."""
    iterating = [
        part
        for holder in module.modules()
        if isinstance(holder, ParametrizationList)
        for part in holder
        if part.training
    ]
    norms = [part for part in module.modules() if isinstance(part, _NormBase) and part.training]
    kept = [(norm, norm.track_running_stats) for norm in norms]
    try:
        for part in iterating:
            part.training = False
        for norm in norms:
            norm.track_running_stats = False
        yield
    finally:
        for part in iterating:
            part.training = True
        for norm, tracks in kept:
            norm.track_running_stats = tracks


def autocast_all(nets: Mapping[str, nn.Module], device: str, *, enabled: bool) -> dict[str, Autocast]:
    """Returns every network as called in losses."""
    return {name: Autocast(net, device, enabled) for name, net in nets.items()}


def quiet_all(nets: Mapping[str, nn.Module], device: str) -> dict[str, Quiet]:
    """Returns every network as called in penalties."""
    return {name: Quiet(net, device) for name, net in nets.items()}
