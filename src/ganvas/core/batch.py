"""Kinds of batch: frozen dataclasses of tensors, images in [-1, 1], masks 1 = missing.

Data and degradations decide the kind of batch; a method says in ``batch_type`` which one it descends on.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import torch
from jaxtyping import Float, Int
from torch import Tensor

__all__ = ["Batch", "Captioned", "Clean", "Labelled", "Masked", "Paired", "Unpaired"]

B = TypeVar("B", bound="Batch")  # not Self: the run-time type check of the tests knows classes only whole


@dataclass(frozen=True)
class Batch:
    """Base: every field is a tensor whose first axis is the sample."""

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))

    def map(self: B, function: Any) -> B:
        """Returns the batch with ``function`` applied to every tensor."""
        return replace(self, **{f.name: function(getattr(self, f.name)) for f in fields(self)})

    def to(self: B, device: torch.device | str) -> B:
        """Returns the batch on the device; images in channels-last layout, copied without waiting for the host."""

        def move(tensor: Tensor) -> Tensor:
            layout = torch.channels_last if tensor.ndim == 4 else torch.preserve_format
            return tensor.to(device, non_blocking=True, memory_format=layout)

        return self.map(move)

    def part(self: B, start: int, stop: int) -> B:
        """Returns samples ``start`` to ``stop``."""
        return self.map(lambda tensor: tensor[start:stop])


@dataclass(frozen=True)
class Clean(Batch):
    """Real samples: images, or points of shape (b, 2)."""

    image: Float[Tensor, "b ..."]


@dataclass(frozen=True)
class Paired(Batch):
    """A degraded source and its clean target (larger by the scale)."""

    source: Float[Tensor, "b c h w"]
    target: Float[Tensor, "b c H W"]


@dataclass(frozen=True)
class Unpaired(Batch):
    """Samples of two domains that do not correspond."""

    a: Float[Tensor, "b c h w"]
    b: Float[Tensor, "b c h w"]


@dataclass(frozen=True)
class Masked(Batch):
    """Images and what is missing in them (1 = missing)."""

    image: Float[Tensor, "b c h w"]
    mask: Float[Tensor, "b 1 h w"]


@dataclass(frozen=True)
class Labelled(Batch):
    """Images with a class (-1 = unknown) or attribute bits."""

    image: Float[Tensor, "b c h w"]
    label: Int[Tensor, "b ..."]


@dataclass(frozen=True)
class Captioned(Batch):
    """Images with token numbers."""

    image: Float[Tensor, "b c h w"]
    tokens: Int[Tensor, "b t"]
