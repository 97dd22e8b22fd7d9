"""The all-convolutional pair of DCGAN (Radford et al. 2016, https://arxiv.org/abs/1511.06434).

Departures: sides other than 64 px have fewer or more strided layers; the code enters by a linear layer (the same map as
the article's transposed convolution of a 1x1 image); the score is read from the flattened last features likewise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from ganvas.nets.synthesis.batchwise import MinibatchDiscrimination, MinibatchStd, VirtualBatchNorm
from ganvas.nets.synthesis.judge import Head, Judgement, bound, planes
from ganvas.nets.synthesis.shared import Shared, halved, joined, strides

__all__ = ["DCGANSettings"]

_LEAK = 0.2
_REFERENCE = 64  # codes of virtual batch norm
_MOST = 8  # widest layer, in widths of the narrowest


@dataclass(frozen=True, kw_only=True)
class DCGANSettings(Shared):
    """Strided convolutions of 4x4 px; every halving of the resolution doubles the width, up to eight times.

    Attributes:
        size: each side even; better a power of two.
        features_g, features_d: width of the layers at half the resolution.
        norm_g: of the generator's layers. ``virtual`` normalises by a fixed reference batch.
        norm_d: of the discriminator's layers; none for a critic, and beside gradient penalties.
        halvings: how often the side is halved, an odd one rounded up (28 px three times: 14, 7, 4); 0 is as often as it
            comes out even with 4 px or more left.
        dense: features of a fully connected layer beside the code and before the judgement, as InfoGAN has for MNIST
            (Chen et al. 2016, table 1); 0 is none.
        minibatch_std: samples whose spread the discriminator sees; 0 is none.
    """

    latent: int = 100
    features_g: int = 64
    features_d: int = 64
    norm_g: Literal["batch", "virtual", "none"] = "batch"
    norm_d: Literal["batch", "none"] = "batch"
    halvings: int = 0
    dense: int = 0
    minibatch_std: int = 0

    @property
    def compares(self) -> bool:
        """Whether the discriminator judges a sample by the others of its batch, batch norm aside."""
        return self.minibatch_std > 0 or self.minibatch_discrimination > 0

    @property
    def normalises_g(self) -> bool:
        """Whether the generator has batch norm."""
        return self.norm_g == "batch"

    @property
    def normalises_d(self) -> bool:
        """Whether the discriminator has batch norm."""
        return self.norm_d == "batch"

    @property
    def levels(self) -> list[tuple[int, int]]:
        """Height and width of the image and of each halved resolution, the highest first.

        Raises:
            SettingsError: nothing would be left to halve.
        """
        return halved(self.sides, self.halvings or strides(self.sides))

    def widths(self, features: int) -> list[int]:
        """Returns the width at each halved resolution, the highest first."""
        return [features * min(2**level, _MOST) for level in range(len(self.levels) - 1)]

    def build_g(self) -> nn.Module:
        """Returns code (and label) to image."""
        return DCGANGenerator(self)

    def build_d(self) -> nn.Module:
        """Returns image (and label) to judgement."""
        return DCGANDiscriminator(self)


def _start(module: nn.Module) -> None:
    """The article's: weights N(0, 0.02), gains of norms around 1 as in the authors' code."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
        nn.init.normal_(module.weight, std=0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    if isinstance(module, nn.BatchNorm2d | VirtualBatchNorm):
        nn.init.normal_(module.weight, mean=1.0, std=0.02)


class DCGANGenerator(nn.Module):
    """Code to image, doubling the resolution with each transposed convolution."""

    reference: Tensor | None

    def __init__(self, settings: DCGANSettings) -> None:
        super().__init__()
        self.classes = settings.asked
        widths = settings.widths(settings.features_g)[::-1]
        sides = settings.levels[::-1]
        plain, lowest = settings.norm_g == "none", (widths[0], *sides[0])
        self.shape = (settings.dense, 1, 1) if settings.dense else lowest
        self.first = nn.Linear(settings.inputs_g, math.prod(self.shape), bias=plain)
        layers: list[nn.Module] = []
        if settings.dense:
            layers += [*_normalised(settings.dense, settings.norm_g), nn.ReLU(), nn.Flatten()]
            layers += [nn.Linear(settings.dense, math.prod(lowest), bias=plain), nn.Unflatten(1, lowest)]
        layers += [*_normalised(widths[0], settings.norm_g), nn.ReLU()]
        for (before, after), side in zip(pairwise(widths), sides[1:], strict=False):
            layers.append(nn.ConvTranspose2d(before, after, 4, stride=2, padding=1, bias=plain))
            layers += [*_evened(side, by=-1), *_normalised(after, settings.norm_g), nn.ReLU()]
        last = nn.ConvTranspose2d(widths[-1], settings.channels, 4, stride=2, padding=1)
        layers += [last, *_evened(settings.sides, by=-1), nn.Tanh()]
        self.body = nn.Sequential(*layers)
        self.apply(_start)
        codes = torch.randn(_REFERENCE, settings.inputs_g) if settings.norm_g == "virtual" else None
        if codes is not None and settings.asked:
            codes[:, settings.latent :] = torch.eye(settings.asked)[torch.arange(_REFERENCE) % settings.asked]
        self.register_buffer("reference", codes)

    def forward(self, code: Float[Tensor, "b n"], label: Int[Tensor, " b"] | None = None) -> Float[Tensor, "b c h w"]:
        """Returns images in [-1, 1]."""
        code = joined(code, label, self.classes)
        if self.reference is None:
            return self._made(code)
        return self._made(torch.cat([self.reference.to(code.dtype), code]))[len(self.reference) :]

    def _made(self, code: Tensor) -> Tensor:
        low = self.first(code).unflatten(1, self.shape).contiguous(memory_format=torch.channels_last)
        made: Tensor = self.body(low)
        return made


def _normalised(features: int, norm: str) -> list[nn.Module]:
    if norm == "virtual":
        return [VirtualBatchNorm(features, reference=_REFERENCE)]
    return [nn.BatchNorm2d(features)] if norm == "batch" else []


def _evened(sides: tuple[int, int], *, by: int) -> list[nn.Module]:
    """Returns what adds a last row and column where a side is odd, or takes away what doubling made too many."""
    down, right = (by * (side % 2) for side in sides)
    return [nn.ZeroPad2d((0, right, 0, down))] if down or right else []


class DCGANDiscriminator(nn.Module):
    """Image to judgement, halving the resolution with each convolution. The first has no norm, as in the article."""

    def __init__(self, settings: DCGANSettings) -> None:
        super().__init__()
        self.planes = settings.classes if settings.condition == "concatenate" else 0
        widths = settings.widths(settings.features_d)
        spectral = settings.spectral_norm
        layers: list[nn.Module] = []
        steps = pairwise([settings.channels + self.planes, *widths])
        for number, ((before, after), side) in enumerate(zip(steps, settings.levels, strict=False)):
            norm = settings.norm_d if number else "none"
            conv = nn.Conv2d(before, after, 4, stride=2, padding=1, bias=norm == "none")
            layers += [*_evened(side, by=1), conv, *_normalised(after, norm), nn.LeakyReLU(_LEAK)]
            if settings.dropout:
                layers.append(nn.Dropout2d(settings.dropout))
        features = widths[-1]
        if settings.minibatch_std:
            layers.append(MinibatchStd(settings.minibatch_std))
            features += 1
        features *= math.prod(settings.levels[-1])
        layers.append(nn.Flatten())
        if settings.dense:
            layers += [nn.Linear(features, settings.dense), nn.Unflatten(1, (settings.dense, 1, 1))]
            layers += [*_normalised(settings.dense, settings.norm_d), nn.LeakyReLU(_LEAK), nn.Flatten()]
            features = settings.dense
        if kernels := settings.minibatch_discrimination:
            layers.append(MinibatchDiscrimination(features, kernels=kernels))
            features += kernels
        for layer in layers:
            _start(layer)
        self.trunk = nn.Sequential(
            *[bound(layer, spectral=spectral and isinstance(layer, nn.Conv2d | nn.Linear)) for layer in layers]
        )
        self.head = Head(features, classes=settings.classes, condition=settings.condition, spectral=spectral)

    def forward(self, image: Float[Tensor, "b c h w"], label: Int[Tensor, " b"] | None = None) -> Judgement:
        """Returns the judgement of images of these classes."""
        if self.planes:
            assert label is not None
            image = planes(image, label, self.planes)
        judgement: Judgement = self.head(self.trunk(image), label)
        return judgement
