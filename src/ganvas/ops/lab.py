"""CIE Lab of sRGB tensors and back, with gradients, and back into the gamut at the very same lightness.

IEC 61966-2-1 (sRGB) and CIE 15:2004, white of D65. A colour out of gamut is mixed, in linear light, with the gray of
its own luminance until it fits, so that L stays exactly and the hue nearly.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

__all__ = ["chroma_of", "from_lab", "lightness_of", "to_lab"]

_TO_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
_KNEE = 6 / 29
_TINY = 1e-6


def to_lab(image: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b 3 h w"]:
    """Returns L in 0 to 100, a and b of an sRGB image in [-1, 1]; grays have a = b = 0 up to rounding."""
    v = (image * 0.5 + 0.5).clamp(0, 1)
    # Each branch is clamped to where it holds: the slope of the other one may be infinite there.
    linear = torch.where(v > 0.04045, ((v.clamp(min=0.04045) + 0.055) / 1.055) ** 2.4, v / 12.92)
    t = _mixed(linear, _matrix(image))
    f = torch.where(t > _KNEE**3, t.clamp(min=_KNEE**3) ** (1 / 3), t / (3 * _KNEE**2) + 4 / 29)
    x, y, z = f.unbind(1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], dim=1)


def from_lab(lab: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b 3 h w"]:
    """Returns the sRGB image in [-1, 1]; where a colour is out of gamut its chroma is reduced, its L never."""
    level, a, b = lab.unbind(1)
    y = (level.clamp(0, 100) + 16) / 116
    f = torch.stack([y + a / 500, y, y - b / 200], dim=1)
    t = torch.where(f > _KNEE, f.clamp(min=_KNEE) ** 3, 3 * _KNEE**2 * (f - 4 / 29))
    gray = t[:, 1:2]
    step = _mixed(t, torch.linalg.inv(_matrix(lab).double()).to(lab.dtype)) - gray
    # The largest share of the step away from gray that stays within [0, 1] in every channel.
    room = torch.where(step > 0, 1 - gray, gray) / step.abs().clamp(min=_TINY)
    linear = (gray + step * room.amin(dim=1, keepdim=True).clamp(max=1)).clamp(0, 1)
    v = torch.where(linear > 0.0031308, 1.055 * linear.clamp(min=0.0031308) ** (1 / 2.4) - 0.055, 12.92 * linear)
    return v * 2 - 1


def lightness_of(lab: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b 1 h w"]:
    """Returns L in [-1, 1]."""
    return lab[:, :1] / 50 - 1


def chroma_of(ab: Float[Tensor, "b 2 *size"]) -> Float[Tensor, "b *size"]:
    """Returns the length of (a, b), with a finite slope at gray."""
    return (ab.square().sum(1) + _TINY).sqrt()


def _matrix(like: Tensor) -> Float[Tensor, "3 3"]:
    """Linear sRGB to XYZ over its white: rows sum to one, so that gray has three equal values."""
    matrix = torch.tensor(_TO_XYZ, dtype=like.dtype, device=like.device)
    return matrix / matrix.sum(1, keepdim=True)


def _mixed(image: Float[Tensor, "b 3 h w"], matrix: Float[Tensor, "3 3"]) -> Float[Tensor, "b 3 h w"]:
    """The channels mixed by the matrix; written out, so that autocast does not lower it."""
    rows = [(image * row[:, None, None]).sum(1) for row in matrix]
    return torch.stack(rows, dim=1)
