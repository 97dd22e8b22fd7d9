"""Distances between features of two images."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

__all__ = ["feature_matching", "feature_mse"]


def feature_matching(made: Sequence[Tensor], real: Sequence[Tensor]) -> Float[Tensor, ""]:
    """Returns the mean over layers of the mean absolute difference (Wang et al. 2018, pix2pixHD, eq. 4).

    The real features are the target and are detached.
    """
    distances = [(m - r.detach()).abs().mean() for m, r in zip(made, real, strict=True)]
    return torch.stack(distances).mean()


def feature_mse(made: Sequence[Tensor], real: Sequence[Tensor]) -> Float[Tensor, ""]:
    """Returns the mean over layers of the mean squared difference (Ledig et al. 2017, eq. 5, the VGG loss)."""
    distances = [(m - r.detach()).square().mean() for m, r in zip(made, real, strict=True)]
    return torch.stack(distances).mean()
