"""A network that colours: a U-Net over lightness with a branch that judges the whole picture; lightness stays.

After Iizuka et al. 2016 (Let there be color!, https://doi.org/10.1145/2897824.2925974): local features are joined with
global ones, which know what the picture is of. Departures: residual blocks without normalisation, the picture
pixel-unshuffled by four before the first convolution, which makes a small network fast; the mean over the deepest level
as global features, so that any size fits; chroma is put onto the lightness of the source by :mod:`ganvas.ops.lab`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from ganvas.core.card import Tiling
from ganvas.core.errors import SettingsError
from ganvas.nets.residual import ResidualBlock
from ganvas.ops.lab import from_lab, lightness_of, to_lab

__all__ = ["ColourNet", "ColourSettings"]

_RANGE = 110.0  # of a and b
_UNSHUFFLE = 4


@dataclass(frozen=True, kw_only=True)
class ColourSettings:
    """Which network, see :class:`ColourNet`.

    Attributes:
        features: width at a quarter of the resolution; doubled at each level below, up to four times.
        levels: resolutions.
        blocks: residual blocks per level on the way down and on the way up.
    """

    features: int = 32
    levels: int = 4
    blocks: int = 2

    def build(self, *, channels: int, scale: int) -> ColourNet:
        """Returns the network; only ``channels`` 3 and ``scale`` 1 exist."""
        if channels != 3 or scale != 1:
            raise SettingsError("Colouring keeps the size and makes colour: channels 3, scale 1.")
        return ColourNet(features=self.features, levels=self.levels, blocks=self.blocks)

    @property
    def tiling(self) -> Tiling:
        """The whole picture decides, and only on chroma."""
        return "chroma"

    @property
    def multiple_of(self) -> int:
        """The unshuffling by four, then one halving per level below the first."""
        return int(_UNSHUFFLE * 2 ** (self.levels - 1))


class ColourNet(nn.Module):
    """Picture in, gray or faded; the same with the colours it should have, at the same lightness.

    Args:
        features, levels, blocks: see :class:`ColourSettings`.

    Raises:
        SettingsError: no level.
    """

    def __init__(self, *, features: int = 32, levels: int = 4, blocks: int = 2) -> None:
        super().__init__()
        if levels < 1:
            raise SettingsError("ColourNet needs at least 1 level.")
        widths = [features * min(2**level, 4) for level in range(levels)]
        cells = _UNSHUFFLE**2

        def stage(width: int) -> nn.Sequential:
            return nn.Sequential(*[ResidualBlock(width) for _ in range(blocks)])

        self.head = nn.Conv2d(3 * cells, features, 3, padding=1)
        self.down = nn.ModuleList([stage(width) for width in widths[:-1]])
        self.shrink = nn.ModuleList([nn.Conv2d(a, b, 2, stride=2) for a, b in pairwise(widths)])
        self.middle = stage(widths[-1])
        self.first = nn.Linear(widths[-1], 2 * widths[-1])
        self.second = nn.Linear(2 * widths[-1], widths[-1])
        self.grow = nn.ModuleList([nn.ConvTranspose2d(b, a, 2, stride=2) for a, b in pairwise(widths)])
        self.up = nn.ModuleList([stage(width) for width in widths[:-1]])
        self.tail = nn.Conv2d(features, 2 * cells, 3, padding=1)
        with torch.no_grad():
            nn.init.kaiming_normal_(self.head.weight, nonlinearity="linear")
            for layer in (self.first, self.second):
                nn.init.kaiming_normal_(layer.weight)
            nn.init.kaiming_normal_(self.tail.weight, nonlinearity="linear")
            self.tail.weight.mul_(0.02)
            assert self.tail.bias is not None
            self.tail.bias.zero_()

    def chroma(self, lab: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b 2 h w"]:
        """Returns a and b for a picture in Lab; sides must be multiples of ``ColourSettings.multiple_of``."""
        given = torch.cat([lightness_of(lab), lab[:, 1:] / _RANGE], dim=1)
        x = self.head(F.pixel_unshuffle(given, _UNSHUFFLE))
        skips: list[Tensor] = []
        for stage, shrink in zip(self.down, self.shrink, strict=True):
            x = stage(x)
            skips.append(x)
            x = shrink(x)
        x = self.middle(x)
        whole = self.second(F.relu(self.first(F.relu(x).mean(dim=(2, 3)))))
        x = x + whole[:, :, None, None]
        for stage, grow in zip(reversed(self.up), reversed(self.grow), strict=True):
            x = stage(grow(x) + skips.pop())
        # What little colour a faded picture has is what the network adds to.
        return lab[:, 1:] + _RANGE * F.pixel_shuffle(self.tail(x), _UNSHUFFLE).to(lab.dtype)

    def forward(self, image: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b 3 h w"]:
        """Returns the coloured picture; both in [-1, 1]."""
        lab = to_lab(image)
        return from_lab(torch.cat([lab[:, :1], self.chroma(lab)], dim=1))
