"""Random numbers as a pure function of (key, sample, element): no state, the same on every device and split.

A counter-based generator: the 64-bit counter goes twice through the finaliser of SplitMix64 (Steele et al. 2014).
Because sample ``i`` draws the same numbers whatever batch or process it is in, one process and two agree, a
micro-batch agrees with the whole, and resuming needs no generator state.
"""

from __future__ import annotations

import hashlib
import math

import torch
from jaxtyping import Float, Int
from torch import Tensor

__all__ = ["bits", "key_of", "normal", "uniform"]


def _signed(value: int) -> int:
    """Two's complement of an unsigned 64-bit number: torch has no unsigned arithmetic."""
    return value - (1 << 64) if value >= 1 << 63 else value


_GAMMA = _signed(0x9E3779B97F4A7C15)
_MIX_1 = _signed(0xBF58476D1CE4E5B9)
_MIX_2 = _signed(0x94D049BB133111EB)


def _shift(x: Tensor, places: int) -> Tensor:
    """Logical right shift: torch's is arithmetic."""
    return (x >> places) & ((1 << (64 - places)) - 1)


def _mix(x: Tensor) -> Tensor:
    x = (x ^ _shift(x, 30)) * _MIX_1
    x = (x ^ _shift(x, 27)) * _MIX_2
    return x ^ _shift(x, 31)


def key_of(*parts: int | str) -> int:
    """Returns a 63-bit key of the parts, stable over runs and Python versions."""
    text = "\x1f".join(f"{type(part).__name__}:{part}" for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little") >> 1


def bits(key: int, index: Int[Tensor, " b"], count: int) -> Int[Tensor, "b count"]:
    """Returns ``count`` 64-bit words for each sample index."""
    element = torch.arange(count, device=index.device, dtype=torch.int64)
    # Sample and element are hashed one after the other, so no two (sample, element) pairs share a counter.
    row = _mix(index.to(torch.int64) * _GAMMA + key)
    return _mix(_mix(row[:, None] + element * _GAMMA) + key)


def uniform(
    key: int, index: Int[Tensor, " b"], shape: tuple[int, ...], *, dtype: torch.dtype | None = None
) -> Float[Tensor, "b ..."]:
    """Returns uniform numbers in [0, 1) of shape (b, *shape), the 24 or 53 upper bits of a word each.

    Args:
        dtype: torch's default where it is left out, so that a training runs in float64 where its networks do.
    """
    dtype = dtype or torch.get_default_dtype()
    places = 53 if dtype == torch.float64 else 24
    words = _shift(bits(key, index, math.prod(shape)), 64 - places)
    return (words.to(dtype) * 2.0**-places).reshape(len(index), *shape)


def normal(
    key: int, index: Int[Tensor, " b"], shape: tuple[int, ...], *, dtype: torch.dtype | None = None
) -> Float[Tensor, "b ..."]:
    """Returns standard normal numbers of shape (b, *shape) by Box and Muller 1958, of torch's default dtype."""
    count = math.prod(shape)
    half = (count + 1) // 2
    pair = uniform(key, index, (2, half), dtype=torch.float64)
    radius = torch.sqrt(-2.0 * torch.log1p(-pair[:, 0]))
    angle = 2.0 * math.pi * pair[:, 1]
    both = torch.cat([radius * torch.cos(angle), radius * torch.sin(angle)], dim=1)
    return both[:, :count].to(dtype or torch.get_default_dtype()).reshape(len(index), *shape)
