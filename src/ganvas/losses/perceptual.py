"""Distances between features of two images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from ganvas.losses.reconstruction import bounded_kernel

__all__ = ["FeatureDistance", "feature_distance", "feature_kernel", "feature_matching", "feature_mse"]

FeatureDistance = Literal["l1", "l2", "bounded_kernel"]


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


def feature_kernel(made: Sequence[Tensor], real: Sequence[Tensor], *, sigma: float = 1.0) -> Float[Tensor, ""]:
    """Returns the mean over layers of the bounded kernel, d being taken per feature vector.

    Args:
        sigma: in units of one feature: it is multiplied by the square root of a layer's width.
    """
    distances = [
        bounded_kernel(m, r.detach(), sigma=sigma * m.shape[1] ** 0.5) for m, r in zip(made, real, strict=True)
    ]
    return torch.stack(distances).mean()


def feature_distance(made: Sequence[Tensor], real: Sequence[Tensor], *, distance: FeatureDistance) -> Float[Tensor, ""]:
    """Returns the distance of that name: feature matching, its square, or the bounded kernel."""
    return {"l1": feature_matching, "l2": feature_mse, "bounded_kernel": feature_kernel}[distance](made, real)
