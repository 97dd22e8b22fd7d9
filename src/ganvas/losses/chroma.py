"""Distances between the colours of two pictures of one lightness.

Sources: CIE94 (CIE 116-1995, graphic arts), without its lightness term; statistics of a and b over the picture.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from ganvas.ops.lab import chroma_of

__all__ = ["chroma_statistics", "cie94"]

Lab = Float[Tensor, "b 3 h w"]


def cie94(made: Lab, truth: Lab) -> Float[Tensor, ""]:
    """Returns the mean CIE94 difference in chroma and hue, the truth being the standard.

    sqrt((dC / S_C)^2 + (dH / S_H)^2), S_C = 1 + 0.045 C, S_H = 1 + 0.015 C, C the chroma of the truth: differences of
    vivid colours count for less, as for the eye. dH^2 = da^2 + db^2 - dC^2.
    """
    first, second = chroma_of(made[:, 1:]), chroma_of(truth[:, 1:])
    change = first - second
    hue = ((made[:, 1:] - truth[:, 1:]).square().sum(1) - change.square()).clamp(min=0)
    squared = (change / (1 + 0.045 * second)).square() + hue / (1 + 0.015 * second).square()
    return (squared + 1e-4).sqrt().mean()


def chroma_statistics(made: Lab, truth: Lab) -> Float[Tensor, ""]:
    """Returns how far the colours of whole pictures differ, wherever they are: of a and b the means and the spreads,
    and the mean chroma, each by L1. Flat, grayish guesses have too little of the last two."""
    found = []
    for lab in (made, truth):
        ab = lab[:, 1:].flatten(2)
        spread = (ab.var(2, correction=0) + 1e-4).sqrt()
        found.append(torch.cat([ab.mean(2), spread, chroma_of(ab).mean(1, keepdim=True)], dim=1))
    return (found[0] - found[1]).abs().mean()
