"""Where samples are compared: fixed random features, the same in every run, for points and for images of any size.

Features of networks that were never trained tell distributions apart well enough to follow one training: a
generator's blur, lost modes and wrong colours move them. They are no judge between models: that is the business of
``ganvas evaluate generation``, whose extractors are trained.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from ganvas.ops import random

__all__ = ["Space", "raw_features", "thumbnails"]

_WAVES = 128  # random waves over points
_WIDTHS = (24, 48, 96)  # random convolutions over images
_SIDE = 64  # px: larger images are reduced to it before the convolutions


@dataclass(frozen=True)
class Space:
    """Random features, centred and scaled as the real samples' are.

    Attributes:
        centre: of the real samples' raw features.
        scale: their deviation.
        length: over which points change, for the waves.
    """

    centre: Float[Tensor, " d"]
    scale: Float[Tensor, " d"]
    length: float

    @classmethod
    def of(cls, real: Float[Tensor, "n ..."]) -> Space:
        """Returns the space of these real samples: points (n, d) or images (n, c, h, w)."""
        # A quarter of the deviation: waves that tell neighbouring clusters apart, not only the halves of the plane.
        length = float(real.std(0).mean()) / 4 if real.ndim == 2 else 1.0
        raw = raw_features(real, max(length, 1e-6))
        deviation = raw.std(0)
        return cls(raw.mean(0), deviation.clamp(min=1e-3 * float(deviation.mean()) + 1e-6), max(length, 1e-6))

    def features(self, x: Float[Tensor, "n ..."]) -> Float[Tensor, "n d"]:
        """Returns the features of samples; each has mean 0 and deviation 1 over the real ones."""
        return (raw_features(x, self.length) - self.centre) / self.scale


def raw_features(x: Float[Tensor, "n ..."], length: float) -> Float[Tensor, "n d"]:
    """Returns random features as they come.

    Points: themselves and random Fourier features of a Gaussian kernel (Rahimi and Recht 2007). Images: a thumbnail
    of 4 by 4, and mean and deviation of each channel after every one of three random convolutions.
    """
    if x.ndim == 2:
        waves = _fixed("waves", (x.shape[1], _WAVES), x) / length
        phase = random.uniform(random.key_of("phase"), torch.zeros(1, dtype=torch.long), (_WAVES,))[0].to(x)
        return torch.cat([x, (x @ waves + 2 * math.pi * phase).cos()], dim=1)
    found, layer = [thumbnails(x, 4)], thumbnails(x, _SIDE, flat=False)
    for number, width in enumerate(_WIDTHS):
        kernel = _fixed(f"layer {number}", (width, layer.shape[1], 3, 3), x) / math.sqrt(layer.shape[1] * 4.5)
        layer = F.leaky_relu(F.conv2d(layer, kernel, stride=2 if number else 1, padding=1), 0.2)
        found += [layer.mean((2, 3)), layer.std((2, 3), correction=0)]
    return torch.cat(found, dim=1)


def thumbnails(images: Float[Tensor, "n c h w"], side: int, *, flat: bool = True) -> Float[Tensor, "n ..."]:
    """Returns images whose sides are at most ``side``, by means over areas; as rows where they are to be flat."""
    size = (min(images.shape[2], side), min(images.shape[3], side))
    small = images if size == tuple(images.shape[2:]) else F.adaptive_avg_pool2d(images, size)
    return small.flatten(1) if flat else small


def _fixed(name: str, shape: tuple[int, ...], like: Tensor) -> Tensor:
    """Standard normal numbers that are the same everywhere."""
    return random.normal(random.key_of("health", name), torch.zeros(1, dtype=torch.long), shape)[0].to(like)
