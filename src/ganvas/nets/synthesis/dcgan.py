"""The all-convolutional pair of DCGAN (Radford et al. 2016, https://arxiv.org/abs/1511.06434).

Departures: sides other than 64 px have fewer or more strided layers; the code enters by a linear layer (the same map as
the article's transposed convolution of a 1x1 image); the score is read from the flattened last features likewise.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from ganvas.nets.synthesis.batchwise import MinibatchDiscrimination, MinibatchStd, VirtualBatchNorm
from ganvas.nets.synthesis.judge import Head, Judgement, bound, planes
from ganvas.nets.synthesis.shared import Shared, area, joined, strides

__all__ = ["DCGANSettings"]

_LEAK = 0.2
_REFERENCE = 64  # codes of virtual batch norm
_MOST = 8  # widest layer, in widths of the narrowest


@dataclass(frozen=True, kw_only=True)
class DCGANSettings(Shared):
    """Strided convolutions of 4x4 px; every halving of the resolution doubles the width, up to eight times.

    Attributes:
        size: each side even; better a power of two, so that all of it is strided.
        features_g, features_d: width of the layers at half the resolution.
        norm_g: of the generator's layers. ``virtual`` normalises by a fixed reference batch.
        norm_d: of the discriminator's layers; none for a critic, and beside gradient penalties.
        low_layers: 3x3 convolutions at the lowest resolution, beside the strided ones: for sides that can be halved
            only a few times, as 28 px.
        minibatch_std: samples whose spread the discriminator sees; 0 is none.
    """

    latent: int = 100
    features_g: int = 64
    features_d: int = 64
    norm_g: Literal["batch", "virtual", "none"] = "batch"
    norm_d: Literal["batch", "none"] = "batch"
    low_layers: int = 0
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

    def widths(self, features: int) -> list[int]:
        """Returns the width at each halved resolution, the highest first."""
        return [features * min(2**level, _MOST) for level in range(strides(self.sides))]

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
        height, width = (side // 2 ** len(widths) for side in settings.sides)
        self.low = (widths[0], height, width)
        self.first = nn.Linear(settings.inputs_g, widths[0] * height * width, bias=settings.norm_g == "none")
        layers: list[nn.Module] = [*_normalised(widths[0], settings.norm_g), nn.ReLU()]
        for _ in range(settings.low_layers):
            layers.append(nn.Conv2d(widths[0], widths[0], 3, padding=1, bias=settings.norm_g == "none"))
            layers += [*_normalised(widths[0], settings.norm_g), nn.ReLU()]
        for before, after in pairwise(widths):
            layers.append(nn.ConvTranspose2d(before, after, 4, stride=2, padding=1, bias=settings.norm_g == "none"))
            layers += [*_normalised(after, settings.norm_g), nn.ReLU()]
        layers += [nn.ConvTranspose2d(widths[-1], settings.channels, 4, stride=2, padding=1), nn.Tanh()]
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
        low = self.first(code).unflatten(1, self.low).contiguous(memory_format=torch.channels_last)
        made: Tensor = self.body(low)
        return made


def _normalised(features: int, norm: str) -> list[nn.Module]:
    if norm == "virtual":
        return [VirtualBatchNorm(features, reference=_REFERENCE)]
    return [nn.BatchNorm2d(features)] if norm == "batch" else []


class DCGANDiscriminator(nn.Module):
    """Image to judgement, halving the resolution with each convolution. The first has no norm, as in the article."""

    def __init__(self, settings: DCGANSettings) -> None:
        super().__init__()
        self.planes = settings.classes if settings.condition == "concatenate" else 0
        widths = settings.widths(settings.features_d)
        spectral = settings.spectral_norm
        layers: list[nn.Module] = []
        for number, (before, after) in enumerate(pairwise([settings.channels + self.planes, *widths])):
            norm = settings.norm_d if number else "none"
            conv = nn.Conv2d(before, after, 4, stride=2, padding=1, bias=norm == "none")
            layers += [conv, *_normalised(after, norm), nn.LeakyReLU(_LEAK)]
            if settings.dropout:
                layers.append(nn.Dropout2d(settings.dropout))
        for _ in range(settings.low_layers):
            layers.append(nn.Conv2d(widths[-1], widths[-1], 3, padding=1, bias=settings.norm_d == "none"))
            layers += [*_normalised(widths[-1], settings.norm_d), nn.LeakyReLU(_LEAK)]
        features = widths[-1]
        if settings.minibatch_std:
            layers.append(MinibatchStd(settings.minibatch_std))
            features += 1
        features *= area(settings.sides, len(widths))
        layers.append(nn.Flatten())
        if kernels := settings.minibatch_discrimination:
            layers.append(MinibatchDiscrimination(features, kernels=kernels))
            features += kernels
        for layer in layers:
            _start(layer)
        self.trunk = nn.Sequential(
            *[bound(layer, spectral=spectral and isinstance(layer, nn.Conv2d)) for layer in layers]
        )
        self.head = Head(features, classes=settings.classes, condition=settings.condition, spectral=spectral)

    def forward(self, image: Float[Tensor, "b c h w"], label: Int[Tensor, " b"] | None = None) -> Judgement:
        """Returns the judgement of images of these classes."""
        if self.planes:
            assert label is not None
            image = planes(image, label, self.planes)
        judgement: Judgement = self.head(self.trunk(image), label)
        return judgement
