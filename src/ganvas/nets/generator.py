"""Which generator: settings objects that build one, so that a method names no class by string."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Protocol, runtime_checkable

from torch import nn

from ganvas.core.card import Card, Tiling
from ganvas.nets.compact import Compact
from ganvas.nets.field import FieldNet
from ganvas.nets.rrdb import RRDBNet
from ganvas.nets.srresnet import SRResNet
from ganvas.nets.unet import HalfUNet

__all__ = [
    "CompactSettings",
    "FieldSettings",
    "GeneratorSettings",
    "HalfUNetSettings",
    "RRDBSettings",
    "SRResNetSettings",
    "described",
]


@runtime_checkable
class GeneratorSettings(Protocol):
    """Builds an image-to-image network and tells what a tiler must know of it."""

    def build(self, *, channels: int, scale: int) -> nn.Module: ...

    @property
    def tiling(self) -> Tiling:
        """Exact radius in input px, or how to tile."""
        ...

    @property
    def multiple_of(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class CompactSettings:
    """Plain convolutions, see :class:`ganvas.nets.compact.Compact`."""

    features: int = 64
    convolutions: int = 16
    activation: Literal["prelu", "leaky", "relu"] = "leaky"

    def build(self, *, channels: int, scale: int) -> nn.Module:
        """Returns the network."""
        return Compact(
            num_in_ch=channels,
            num_out_ch=channels,
            num_feat=self.features,
            num_conv=self.convolutions,
            upscale=scale,
            act_type=self.activation,
        )

    @property
    def tiling(self) -> Tiling:
        """The stack of 3x3 convolutions reaches one pixel each."""
        return self.convolutions + 2

    @property
    def multiple_of(self) -> int:
        """Any size."""
        return 1


@dataclass(frozen=True, kw_only=True)
class SRResNetSettings:
    """Residual blocks, see :class:`ganvas.nets.srresnet.SRResNet`."""

    features: int = 64
    blocks: int = 16

    def build(self, *, channels: int, scale: int) -> nn.Module:
        """Returns the network."""
        return SRResNet(channels=channels, features=self.features, blocks=self.blocks, scale=scale)

    @property
    def tiling(self) -> Tiling:
        """Two 3x3 convolutions a block and four more around them, counted in input pixels."""
        return 2 * self.blocks + 5

    @property
    def multiple_of(self) -> int:
        """Any size."""
        return 1


@dataclass(frozen=True, kw_only=True)
class RRDBSettings:
    """Residual-in-residual dense blocks, see :class:`ganvas.nets.rrdb.RRDBNet`."""

    features: int = 64
    blocks: int = 23
    growth: int = 32

    def build(self, *, channels: int, scale: int) -> nn.Module:
        """Returns the network."""
        return RRDBNet(
            num_in_ch=channels,
            num_out_ch=channels,
            scale=scale,
            num_feat=self.features,
            num_block=self.blocks,
            num_grow_ch=self.growth,
        )

    @property
    def tiling(self) -> Tiling:
        """The radius is about 350 px: an exact halo would cost several times the work."""
        return "blend"

    @property
    def multiple_of(self) -> int:
        """The x2 and x1 forms unshuffle by 2 and 4; 4 fits all."""
        return 4


@dataclass(frozen=True, kw_only=True)
class HalfUNetSettings:
    """A U-Net that starts at half resolution, see :class:`ganvas.nets.unet.HalfUNet`."""

    features: int = 48
    levels: int = 3
    blocks: int = 2

    def build(self, *, channels: int, scale: int) -> nn.Module:
        """Returns the network; only ``scale`` 1 exists."""
        return HalfUNet(channels=channels, features=self.features, levels=self.levels, blocks=self.blocks, scale=scale)

    @property
    def tiling(self) -> Tiling:
        """The deepest level sees several hundred pixels."""
        return "blend"

    @property
    def multiple_of(self) -> int:
        """One halving for the unshuffle and one per level below the first."""
        return int(2**self.levels)


@dataclass(frozen=True, kw_only=True)
class FieldSettings:
    """A field of colour transforms decided by a look at the whole picture, see :class:`ganvas.nets.field.FieldNet`."""

    side: int = 128
    features: int = 16
    bins: int = 8
    blocks: int = 3

    def build(self, *, channels: int, scale: int) -> nn.Module:
        """Returns the network; only ``channels`` 3 and ``scale`` 1 exist."""
        return FieldNet(
            side=self.side,
            features=self.features,
            bins=self.bins,
            blocks=self.blocks,
            channels=channels,
            scale=scale,
        )

    @property
    def tiling(self) -> Tiling:
        """The whole picture decides, and the grid it gives applies to single pixels."""
        return "field"

    @property
    def multiple_of(self) -> int:
        """Any size."""
        return 1


def described(card: Card, generator: GeneratorSettings, *, task: str, channels: int, scale: int) -> Card:
    """Returns a method's card with what its generator and its settings decide filled in."""
    return replace(
        card,
        task=task,
        channels=channels,
        scale=scale,
        tiling=generator.tiling,
        look=generator.side if isinstance(generator, FieldSettings) else 0,
        multiple_of=generator.multiple_of,
        min_size=generator.multiple_of,
    )
