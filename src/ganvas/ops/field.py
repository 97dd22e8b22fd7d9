"""Bilateral grids of colour transforms: how a small network recolours a picture of any size.

Source: Gharbi et al. 2017, Deep bilateral learning for real-time image enhancement (HDRNet),
https://arxiv.org/abs/1707.02880, section 3.2 and 3.3, eq. 4. A grid holds, for each cell of the plane and each of
``bins`` brightness levels, one 3x4 transform; a pixel's own is interpolated at its place and brightness, so edges
in the picture are edges in the result although the grid is coarse. Departures: the guide is the square root of the
luma instead of a learned curve, and the transform is added to the pixel, so that a grid of zeros changes nothing.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

__all__ = ["LUMA", "TRANSFORM", "apply_field", "guide"]

LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
TRANSFORM = 12  # numbers of a 3x4 transform, row by row


def guide(values: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b h w"]:
    """Returns where each pixel of an image in [0, 1] stands between the lowest and the highest level, 0 to 1.

    Levels are evenly spaced in the square root of the luma, which tells dark tones apart. The root's slope at black is
    infinite, and nothing is learned through the guide, so it carries no gradient.
    """
    share = torch.tensor(LUMA, dtype=values.dtype, device=values.device)
    return (values.detach() * share[:, None, None]).sum(dim=1).clamp(0, 1).sqrt()


def apply_field(values: Float[Tensor, "b 3 h w"], grid: Float[Tensor, "b n gh gw"]) -> Float[Tensor, "b 3 h w"]:
    """Returns v + sum over levels of weight * (A v + offset) for an image in [0, 1]; not clipped.

    Args:
        values: the image.
        grid: transforms, ``bins * 12`` channels (level, then row by row of A | offset), interpolated bilinearly with
            cells centred in their shares of the image, as ``F.interpolate`` without aligned corners does.
    """
    b, n, gh, gw = grid.shape
    bins, (h, w) = n // TRANSFORM, values.shape[-2:]
    level = guide(values) * (bins - 1)
    # Trilinear interpolation; positions in -1..1 with cells as boxes, hence the half cell around the outer levels.
    place = torch.stack(
        torch.broadcast_tensors(
            _centres(w, values)[None, None, :], _centres(h, values)[None, :, None], (2 * level + 1) / bins - 1
        ),
        dim=-1,
    )
    volume = grid.view(b, bins, TRANSFORM, gh, gw).transpose(1, 2)
    placed = F.grid_sample(volume, place[:, None], mode="bilinear", padding_mode="border", align_corners=False)
    transform = placed.view(b, 3, 4, h, w)
    return values + (transform[:, :, :3] * values[:, None]).sum(dim=2) + transform[:, :, 3]


def _centres(length: int, like: Tensor) -> Float[Tensor, "n"]:
    """Centres of the pixels along an axis that runs from -1 to 1."""
    return (2 * torch.arange(length, dtype=like.dtype, device=like.device) + 1) / length - 1
