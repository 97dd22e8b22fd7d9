"""The generator that fills holes, coarse to fine, on top of a smooth fill that costs nothing to learn.

After Yu et al. 2019, https://arxiv.org/abs/1806.03589, section 3: a coarse network whose image a refining one takes
further, dilated convolutions between. Departures, all for a small network on a CPU: both predict what is to be added to
the smooth fill of :func:`ganvas.ops.fill.smooth_fill`, with small last layers, so that the untrained network *is* that
fill; the coarse one works at a quarter of the resolution and the refining one at half of it, by pixel unshuffling;
features, not only the image, go from the first to the second; no contextual attention, whose cost grows with the square
of the picture, so that any size fits.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from ganvas.core.errors import SettingsError
from ganvas.nets.inpainting.convolutions import HoleBlock, HoleConv, activated
from ganvas.ops.fill import smooth_fill

__all__ = ["CoarseToFine", "InpaintingSettings", "paste", "posed"]

_DILATIONS = (1, 2, 4, 8)
_SMALL = 0.05  # scale of the last layers at the start


def posed(image: Float[Tensor, "b c h w"], mask: Float[Tensor, "b 1 h w"]) -> Float[Tensor, "b k h w"]:
    """Returns what the generator takes: the image with its holes at 0, and the mask as one more channel."""
    return torch.cat([image * (1 - mask), mask], dim=1)


def paste(
    image: Float[Tensor, "b c h w"], made: Float[Tensor, "b c h w"], mask: Float[Tensor, "b 1 h w"]
) -> Float[Tensor, "b c h w"]:
    """Returns the image with what was made in its holes; known pixels are the image's own, bit for bit."""
    return torch.where(mask > 0.5, made, image)


@dataclass(frozen=True, kw_only=True)
class InpaintingSettings:
    """Which network, see :class:`CoarseToFine`.

    Attributes:
        features: width at half resolution; twice as many at a quarter.
        coarse: blocks of the coarse stage; their dilations are 1, 2, 4, 8 and again from 1.
        fine: blocks of the refining stage.
        convolution: gated (Yu et al. 2019) or partial (Liu et al. 2018).

    Raises:
        SettingsError: a number below one.
    """

    features: int = 32
    coarse: int = 8
    fine: int = 3
    convolution: HoleConv = "gated"

    def __post_init__(self) -> None:
        if min(self.features, self.coarse, self.fine) < 1:
            raise SettingsError("The network that fills holes needs at least 1 feature and 1 block in each stage.")

    def build(self, *, channels: int) -> CoarseToFine:
        """Returns the network."""
        return CoarseToFine(
            channels=channels, features=self.features, coarse=self.coarse, fine=self.fine, kind=self.convolution
        )

    @property
    def multiple_of(self) -> int:
        """A quarter of the resolution is the coarsest."""
        return 4


class CoarseToFine(nn.Module):
    """Image with holes and mask in; the whole image and its coarse form out.

    Args:
        channels: of the image; the input has one more, the mask.
        features, coarse, fine, kind: see :class:`InpaintingSettings`.
    """

    def __init__(self, *, channels: int, features: int, coarse: int, fine: int, kind: HoleConv) -> None:
        super().__init__()
        wide = 2 * features
        self.coarse_head = activated(kind, 4 * channels + 4, wide)
        dilations = [_DILATIONS[number % len(_DILATIONS)] for number in range(coarse)]
        self.coarse_blocks = nn.ModuleList([HoleBlock(wide, kind=kind, dilation=dilation) for dilation in dilations])
        self.coarse_tail = nn.Conv2d(wide, channels, 3, padding=1)
        self.carry = nn.Conv2d(wide, 4 * features, 1)
        self.fine_head = activated(kind, 4 * (channels + 1), features)
        self.fine_blocks = nn.ModuleList([HoleBlock(features, kind=kind) for _ in range(fine)])
        self.fine_tail = nn.Conv2d(features, 4 * channels, 3, padding=1)
        with torch.no_grad():
            for tail in (self.coarse_tail, self.fine_tail):
                nn.init.kaiming_normal_(tail.weight, nonlinearity="linear")
                tail.weight.mul_(_SMALL)
                assert tail.bias is not None
                tail.bias.zero_()
            nn.init.kaiming_normal_(self.carry.weight)

    def forward(self, x: Float[Tensor, "b k h w"]) -> tuple[Float[Tensor, "b c h w"], Float[Tensor, "b c hq wq"]]:
        """Returns the whole image, and the coarse one at a quarter of its sides, for :func:`posed` input.

        Sides must be multiples of 4.
        """
        image, mask = x[:, :-1], x[:, -1:]
        start = smooth_fill(image, mask)
        missing = F.avg_pool2d(mask, 4)
        known = (missing < 1).to(x.dtype)  # a cell with any known pixel speaks
        half = F.pixel_unshuffle(F.avg_pool2d(torch.cat([start, mask], dim=1), 2), 2)
        y, known = self.coarse_head(half, known)
        for block in self.coarse_blocks:
            y, known = block(y, known)
        step = self.coarse_tail(y) * missing
        coarse = F.avg_pool2d(start, 4) + step
        start = start + F.interpolate(step, scale_factor=4, mode="bilinear", align_corners=False) * mask
        known = (F.avg_pool2d(mask, 2) < 1).to(x.dtype)
        z, known = self.fine_head(F.pixel_unshuffle(torch.cat([start, mask], dim=1), 2), known)
        z = z + F.relu(F.pixel_shuffle(self.carry(y), 2))
        for block in self.fine_blocks:
            z, known = block(z, known)
        return start + F.pixel_shuffle(self.fine_tail(z), 2), coarse
