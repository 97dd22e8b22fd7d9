"""The residual pair of WGAN-GP, SNGAN and SAGAN.

Sources: Gulrajani et al. 2017 (https://arxiv.org/abs/1704.00028, appendix F), Miyato et al. 2018
(https://arxiv.org/abs/1802.05957, table 4), de Vries et al. 2017 (conditional batch norm,
https://arxiv.org/abs/1707.00683), Zhang et al. 2019 (https://arxiv.org/abs/1805.08318). Departures: residual
convolutions start after He et al. 2015; the discriminator halves the resolution down to 7 or 8 px whatever the size.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from ganvas.core.errors import SettingsError
from ganvas.nets.synthesis.attention import SelfAttention
from ganvas.nets.synthesis.batchwise import MinibatchDiscrimination
from ganvas.nets.synthesis.judge import Head, Judgement, bound, planes
from ganvas.nets.synthesis.shared import Shared, joined, strides

__all__ = ["ResNetSettings"]

_MOST = 16  # widest layer, in widths of the narrowest
_LEAST_D = 7  # px at which the discriminator stops halving


@dataclass(frozen=True, kw_only=True)
class ResNetSettings(Shared):
    """Residual blocks of two 3x3 convolutions.

    The discriminator has spectral norm by default; take it off for a critic under a gradient penalty.

    Attributes:
        features_g, features_d: width of all blocks; with ``grow``, of those at the full resolution.
        grow: every halving of the resolution doubles the width, up to sixteen times (images above 32 px).
        plain_d: blocks of the discriminator at its lowest resolution.
        attention_at: heights, in px, of the feature maps after which self-attention stands, in both networks.
        norm_g: whether the generator has batch norm, by class under ``projection``.
        spectral_norm_g: every layer of the generator is divided by its largest singular value (SAGAN).

    Raises:
        SettingsError: no feature map has a height of ``attention_at``.
    """

    features_g: int = 256
    features_d: int = 128
    grow: bool = False
    plain_d: int = 2
    attention_at: tuple[int, ...] = ()
    norm_g: bool = True
    spectral_norm: bool = True
    spectral_norm_g: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        heights = [self.sides[0] // 2**level for level in range(strides(self.sides) + 1)]
        if missing := set(self.attention_at) - set(heights):
            raise SettingsError(f"No feature map is {sorted(missing)} px high: set attention_at to some of {heights}.")

    @property
    def inputs_g(self) -> int:
        """Numbers that the generator starts from: under ``projection`` the label acts through batch norm instead."""
        return self.latent + (0 if self.by_class else self.asked)

    @property
    def by_class(self) -> bool:
        """Whether the generator's batch norm depends on the class."""
        return self.condition == "projection" and self.norm_g

    @property
    def normalises_g(self) -> bool:
        """Whether the generator has batch norm."""
        return self.norm_g

    def widths(self, features: int, levels: int) -> list[int]:
        """Returns the width at each resolution, the highest first."""
        return [features * min(2**level, _MOST) if self.grow else features for level in range(levels + 1)]

    def build_g(self) -> nn.Module:
        """Returns code (and label) to image."""
        return ResNetGenerator(self)

    def build_d(self) -> nn.Module:
        """Returns image (and label) to judgement."""
        return ResNetDiscriminator(self)


class ClassNorm(nn.Module):
    """Batch norm whose gain and shift belong to the sample's class; with no classes, to all."""

    def __init__(self, features: int, *, classes: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(features, affine=not classes)
        if classes:
            self.gain, self.shift = nn.Embedding(classes, features), nn.Embedding(classes, features)
            nn.init.ones_(self.gain.weight)
            nn.init.zeros_(self.shift.weight)
        self.classes = classes

    def forward(self, x: Float[Tensor, "b c h w"], label: Int[Tensor, " b"] | None) -> Float[Tensor, "b c h w"]:
        """Returns the normalised features."""
        x = self.norm(x)
        if not self.classes:
            return x
        assert label is not None
        return x * self.gain(label)[:, :, None, None] + self.shift(label)[:, :, None, None]


def _conv(before: int, after: int, side: int, *, spectral: bool, shortcut: bool = False) -> nn.Module:
    conv = nn.Conv2d(before, after, side, padding=side // 2)
    (nn.init.xavier_uniform_ if shortcut else nn.init.kaiming_normal_)(conv.weight)
    if conv.bias is not None:
        nn.init.zeros_(conv.bias)
    return bound(conv, spectral=spectral)


class UpBlock(nn.Module):
    """Doubles the resolution: norm, rectifier, enlarge, convolve, norm, rectifier, convolve; beside it a shortcut."""

    def __init__(self, before: int, after: int, *, settings: ResNetSettings) -> None:
        super().__init__()
        spectral, classes = settings.spectral_norm_g, settings.classes if settings.by_class else 0
        self.first = _conv(before, after, 3, spectral=spectral)
        self.second = _conv(after, after, 3, spectral=spectral)
        self.shortcut = _conv(before, after, 1, spectral=spectral, shortcut=True)
        sizes = (before, after) if settings.norm_g else ()
        self.norms = nn.ModuleList([ClassNorm(size, classes=classes) for size in sizes])

    def forward(self, x: Float[Tensor, "b n h w"], label: Int[Tensor, " b"] | None) -> Float[Tensor, "b m H W"]:
        """Returns features of twice the resolution."""
        inner = F.relu(self.norms[0](x, label) if self.norms else x)
        inner = self.first(F.interpolate(inner, scale_factor=2))
        inner = F.relu(self.norms[1](inner, label) if self.norms else inner)
        # A 1x1 convolution and enlarging commute, and the first has a quarter of the work at the low resolution.
        return self.second(inner) + F.interpolate(self.shortcut(x), scale_factor=2)


class DownBlock(nn.Module):
    """Rectifier, convolve, rectifier, convolve, halve; beside it a shortcut. The image itself is not rectified."""

    def __init__(self, before: int, after: int, *, halve: bool, spectral: bool, image: bool = False) -> None:
        super().__init__()
        self.halve, self.image = halve, image
        self.first = _conv(before, after, 3, spectral=spectral)
        self.second = _conv(after, after, 3, spectral=spectral)
        changes = halve or before != after
        self.shortcut = _conv(before, after, 1, spectral=spectral, shortcut=True) if changes else None

    def forward(self, x: Float[Tensor, "b n h w"]) -> Float[Tensor, "b m H W"]:
        """Returns features of half the resolution, or of the same."""
        inner = self.second(F.relu(self.first(x if self.image else F.relu(x))))
        if self.halve:
            inner, x = F.avg_pool2d(inner, 2), F.avg_pool2d(x, 2)
        return inner + (x if self.shortcut is None else self.shortcut(x))


class ResNetGenerator(nn.Module):
    """Code to image."""

    def __init__(self, settings: ResNetSettings) -> None:
        super().__init__()
        self.classes = 0 if settings.by_class else settings.asked
        levels = strides(settings.sides)
        widths = settings.widths(settings.features_g, levels)[::-1]
        self.low = (widths[0], *(side // 2**levels for side in settings.sides))
        spectral = settings.spectral_norm_g
        first = nn.Linear(settings.inputs_g, self.low[0] * self.low[1] * self.low[2])
        nn.init.xavier_uniform_(first.weight)
        nn.init.zeros_(first.bias)
        self.first = bound(first, spectral=spectral)
        self.blocks = nn.ModuleList([UpBlock(a, b, settings=settings) for a, b in pairwise(widths)])
        heights = [self.low[1] * 2 ** (level + 1) for level in range(levels)]
        self.attention = nn.ModuleDict(
            {
                str(level): SelfAttention(widths[level + 1], spectral=spectral)
                for level, height in enumerate(heights)
                if height in settings.attention_at
            }
        )
        self.norm = nn.BatchNorm2d(widths[-1]) if settings.norm_g else nn.Identity()
        self.last = _conv(widths[-1], settings.channels, 3, spectral=spectral)

    def forward(self, code: Float[Tensor, "b n"], label: Int[Tensor, " b"] | None = None) -> Float[Tensor, "b c h w"]:
        """Returns images in [-1, 1]."""
        x = self.first(joined(code, label, self.classes)).unflatten(1, self.low)
        x = x.contiguous(memory_format=torch.channels_last)
        for level, block in enumerate(self.blocks):
            x = block(x, label)
            if str(level) in self.attention:
                x = self.attention[str(level)](x)
        made: Tensor = self.last(F.relu(self.norm(x)))
        return made.tanh()


class ResNetDiscriminator(nn.Module):
    """Image to judgement, read from the features summed over all places."""

    def __init__(self, settings: ResNetSettings) -> None:
        super().__init__()
        self.planes = settings.classes if settings.condition == "concatenate" else 0
        spectral, levels = settings.spectral_norm, strides(settings.sides, least=_LEAST_D)
        widths = settings.widths(settings.features_d, levels)[1:]
        sizes = [settings.channels + self.planes, *widths, *[widths[-1]] * settings.plain_d]
        blocks: list[nn.Module] = []
        height = settings.sides[0]
        for number, (before, after) in enumerate(pairwise(sizes)):
            halve = number < levels
            blocks.append(DownBlock(before, after, halve=halve, spectral=spectral, image=number == 0))
            height //= 2 if halve else 1
            if halve and height in settings.attention_at:
                blocks.append(SelfAttention(after, spectral=spectral))
        if settings.dropout:
            blocks.append(nn.Dropout2d(settings.dropout))
        self.blocks = nn.Sequential(*blocks)
        features = sizes[-1]
        kernels = settings.minibatch_discrimination
        self.compare = MinibatchDiscrimination(features, kernels=kernels) if kernels else nn.Identity()
        self.head = Head(features + kernels, classes=settings.classes, condition=settings.condition, spectral=spectral)

    def forward(self, image: Float[Tensor, "b c h w"], label: Int[Tensor, " b"] | None = None) -> Judgement:
        """Returns the judgement of images of these classes."""
        if self.planes:
            assert label is not None
            image = planes(image, label, self.planes)
        features = self.compare(F.relu(self.blocks(image)).sum((2, 3)))
        judgement: Judgement = self.head(features, label)
        return judgement
