"""Weights in a byte each: for bundled files, in which every megabyte is downloaded by everybody.

A matrix or a kernel is stored as int8 with one float32 step for each of its outputs (axis 0), the largest weight of an
output being 127 steps, as in weight-only quantisation (Jacob et al. 2018, https://arxiv.org/abs/1712.05877, section 3,
symmetric); biases and other vectors stay floats. Networks are computed in floats all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ganvas.core.errors import CheckpointError

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["pack", "unpack"]

_STEPS = ".int8-steps"  # follows the name of a packed tensor
_MOST = 127


def pack(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Returns float tensors of two axes and more as int8 and their steps, other float tensors as bf16."""
    import torch

    packed: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if not tensor.is_floating_point():
            packed[name] = tensor
        elif tensor.ndim < 2:
            packed[name] = tensor.bfloat16()
        else:
            steps = tensor.float().abs().flatten(1).amax(1).clamp(min=1e-30) / _MOST
            packed[name] = torch.round(tensor.float() / _beside(steps, tensor)).to(torch.int8)
            packed[name + _STEPS] = steps
    return packed


def unpack(tensors: Mapping[str, Tensor], *, source: object = "the file") -> dict[str, Tensor]:
    """Returns what :func:`pack` was given, packed tensors as float32, rounded to half a step; others as they are.

    Raises:
        CheckpointError: steps that belong to no tensor, or not one for each of its outputs.
    """
    import torch

    found = {name: tensor for name, tensor in tensors.items() if not name.endswith(_STEPS)}
    for name in tensors.keys() - found.keys():
        of, steps = name.removesuffix(_STEPS), tensors[name]
        packed = found.get(of)
        if packed is None or packed.dtype != torch.int8 or packed.ndim < 2 or steps.shape != packed.shape[:1]:
            raise CheckpointError(f"{source} holds {name!r} without its weights: fetch or make the file again.")
        found[of] = packed.float() * _beside(steps.float(), packed)
    return found


def _beside(steps: Tensor, tensor: Tensor) -> Tensor:
    return steps.view(-1, *[1] * (tensor.ndim - 1))
