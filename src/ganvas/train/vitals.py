"""What says how a generator fares: pure functions of samples, features, scores and weights."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ganvas.ops import random

__all__ = ["above", "covered", "energy", "nearest", "spectral_norm", "spread"]


def _distances(a: Float[Tensor, "n d"], b: Float[Tensor, "m d"]) -> Float[Tensor, "n m"]:
    # Not by matrix product: its rounding would keep two equal samples apart.
    return torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")


def spread(x: Float[Tensor, "n d"]) -> Float[Tensor, ""]:
    """Returns the mean distance between two different samples."""
    return _distances(x, x).sum() / (len(x) * (len(x) - 1))


def energy(fake: Float[Tensor, "n d"], real: Float[Tensor, "m d"]) -> Float[Tensor, ""]:
    """Returns the energy distance in units of the real samples' spread.

    2 E|x - y| - E|x - x'| - E|y - y'| (Szekely and Rizzo 2013, eq. 1.1), without bias: 0 on average where both come
    from one distribution, so it may be a little below 0; about 1 where all generated samples are the mean real one.
    """
    inner = spread(real)
    return (2 * _distances(fake, real).mean() - spread(fake) - inner) / inner


def covered(
    fake: Float[Tensor, "n d"], real: Float[Tensor, "m d"], *, neighbours: int = 5
) -> tuple[Float[Tensor, ""], Float[Tensor, ""]]:
    """Returns coverage and precision, both in [0, 1].

    Around each real sample lies a ball that reaches its ``neighbours``-th nearest other one. Coverage is the share of
    balls with a generated sample in them (Naeem et al. 2020, eq. 9), precision the share of generated samples in any
    ball (Kynkaanniemi et al. 2019, eq. 1).
    """
    radius = _distances(real, real).kthvalue(min(neighbours + 1, len(real)), dim=1).values
    inside = _distances(fake, real) <= radius
    return inside.any(0).float().mean(), inside.any(1).float().mean()


def nearest(x: Float[Tensor, "n d"], among: Float[Tensor, "m d"], *, others: bool = False) -> Float[Tensor, ""]:
    """Returns the median distance to the nearest one.

    Args:
        x: samples.
        among: where to look.
        others: leave out what equals the sample: ``among`` holds the samples themselves.
    """
    distance = _distances(x, among)
    if others:
        distance = distance.masked_fill(distance < 1e-3 * distance.mean(), torch.inf)
    return distance.amin(1).median()


def above(high: Float[Tensor, " n"], low: Float[Tensor, " m"]) -> Float[Tensor, ""]:
    """Returns how often a score of ``high`` is above one of ``low``, ties counted half: the area under the ROC curve.

    0.5 where nothing tells them apart, 1 where all are above. Being a matter of ranks, it means the same for logits,
    critics and relativistic scores.
    """
    margin = high[:, None] - low[None]
    return (margin > 0).float().mean() + (margin == 0).float().mean() / 2


@torch.no_grad()
def spectral_norm(net: nn.Module, vectors: Mapping[str, Tensor]) -> tuple[Float[Tensor, ""], dict[str, Tensor]]:
    """Returns the largest spectral norm among the layers, and the vectors to start from the next time.

    Power iteration on each weight as a matrix of outputs by inputs times places (Miyato et al. 2018, section 2.1):
    twenty steps from the start, then two a time, which follow weights that move slowly. Of the matrix, which is not
    the norm of the convolution. 0 where there are no layers.
    """
    norms, kept = list[Tensor](), dict[str, Tensor]()
    for name, module in net.named_modules():
        weight = getattr(module, "weight", None)
        if not isinstance(weight, Tensor) or weight.ndim < 2:
            continue
        turned = isinstance(module, nn.ConvTranspose1d | nn.ConvTranspose2d | nn.ConvTranspose3d)
        matrix = (weight.transpose(0, 1) if turned else weight).flatten(1).float()
        right = vectors.get(name)
        repeats = 2
        if right is None:
            repeats, size = 20, matrix.shape[1]
            right = random.normal(0, torch.zeros(1, dtype=torch.long, device=matrix.device), (size,))[0]
        for _ in range(repeats):
            left = nn.functional.normalize(matrix @ right, dim=0)
            right = nn.functional.normalize(matrix.T @ left, dim=0)
        norms.append((matrix @ right).norm())
        kept[name] = right
    return (torch.stack(norms).amax() if norms else torch.zeros(())), kept
