"""A network that looks at a thumbnail of the whole picture and recolours every pixel by a bilateral grid.

Source: Gharbi et al. 2017, HDRNet, https://arxiv.org/abs/1707.02880, section 3.1: strided convolutions down to the
grid, then a local and a global path that are added. Departures: residual blocks in the local path, the mean over the
grid instead of further strides in the global one, so that the thumbnail may have any shape; the square roots of the
colours as further inputs, in which dark tones differ. The work does not grow with the picture, the whole of which
decides, so no tile can differ from its neighbour.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from ganvas.core.errors import SettingsError
from ganvas.nets.residual import ResidualBlock
from ganvas.ops.field import TRANSFORM, apply_field
from ganvas.ops.thumbnail import CELL, thumbnail_size

__all__ = ["FieldNet", "Look"]

_GAIN = 4.0  # transforms must reach far (a dark photo needs tenfold gains) while the last layer starts small


class Look(nn.Module):
    """Thumbnail in, bilateral grid out.

    Args:
        features: width at full size; the grid has six times as many.
        bins: brightness levels.
        blocks: residual blocks at the size of the grid.
    """

    def __init__(self, *, features: int = 16, bins: int = 8, blocks: int = 3) -> None:
        super().__init__()
        widths = [features * factor for factor in (1, 2, 4, 6)]
        self.head = nn.Conv2d(6, widths[0], 3, padding=1)
        self.down = nn.ModuleList([nn.Conv2d(a, b, 3, stride=2, padding=1) for a, b in pairwise(widths)])
        self.local = nn.Sequential(*[ResidualBlock(widths[-1]) for _ in range(blocks)])
        self.first = nn.Linear(widths[-1], 2 * widths[-1])
        self.second = nn.Linear(2 * widths[-1], widths[-1])
        self.tail = nn.Conv2d(widths[-1], bins * TRANSFORM, 1)
        with torch.no_grad():
            for layer in (self.head, *self.down, self.first, self.second):
                nn.init.kaiming_normal_(layer.weight)
            nn.init.kaiming_normal_(self.tail.weight, nonlinearity="linear")
            self.tail.weight.mul_(0.01)
            nn.init.zeros_(self.tail.bias)  # type: ignore[arg-type]

    def forward(self, thumbnail: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b n gh gw"]:
        """Returns the grid, one cell per 8 x 8 px, for a thumbnail in [-1, 1] whose sides are multiples of 8."""
        roots = (thumbnail * 0.5 + 0.5).clamp(min=1e-4).sqrt() * 2 - 1
        x = F.relu(self.head(torch.cat([thumbnail, roots], dim=1)))
        for conv in self.down:
            x = F.relu(conv(x))
        whole = self.second(F.relu(self.first(x.mean(dim=(2, 3)))))
        x = F.relu(self.local(x) + whole[:, :, None, None])
        return _GAIN * self.tail(x)


class FieldNet(nn.Module):
    """The whole model: thumbnail, grid, and its application to the picture.

    Args:
        side: longer side of the thumbnail, px; a multiple of 8.
        features, bins, blocks: see :class:`Look`.
        channels, scale: must be 3 and 1.

    Raises:
        SettingsError: other channels, another scale, or a side that is no multiple of a cell.
    """

    def __init__(
        self, *, side: int = 128, features: int = 16, bins: int = 8, blocks: int = 3, channels: int = 3, scale: int = 1
    ) -> None:
        super().__init__()
        if channels != 3 or scale != 1:
            raise SettingsError("A field of colour transforms keeps the size and needs colour: channels 3, scale 1.")
        if side < CELL or side % CELL:
            raise SettingsError(f"The side of the thumbnail must be a multiple of {CELL} px, not {side}.")
        self.side = side
        self.look = Look(features=features, bins=bins, blocks=blocks)

    def forward(self, image: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b 3 h w"]:
        """Returns the recoloured picture; both in [-1, 1], of any size."""
        size = thumbnail_size(image.shape[-2], image.shape[-1], self.side)
        small = image
        if size != tuple(image.shape[-2:]):
            small = F.interpolate(image, size=size, mode="bilinear", align_corners=False, antialias=True)
        values = image.to(torch.promote_types(image.dtype, torch.float32)) * 0.5 + 0.5
        return apply_field(values, self.look(small).to(values.dtype)) * 2 - 1
