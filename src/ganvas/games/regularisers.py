"""Terms that stabilisers add to the losses, as functions of scores, features, gradients and parameters.

Sources: label smoothing, feature matching, historical averaging (Salimans et al. 2016, https://arxiv.org/abs/1606.03498),
LeCam (Tseng et al. 2021, https://arxiv.org/abs/2104.03310), entropy (Pereyra et al. 2017,
https://arxiv.org/abs/1701.06548), DRAGAN (Kodali et al. 2017, https://arxiv.org/abs/1705.07215).
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["distance_from_past", "feature_distance", "flat", "lecam", "smoothing", "verdict_entropy"]

Scores = Float[Tensor, "..."]
Scalar = Float[Tensor, ""]


def smoothing(real: Scores, amount: float) -> Scalar:
    """Returns what turns the target 1 of real samples into 1 - amount: amount E real (one-sided, ibid., section 3.4).

    Exactly so for the logistic loss; for least squares up to a constant.
    """
    return amount * real.mean()


def verdict_entropy(real: Scores, fake: Scores) -> Scalar:
    """Returns the mean entropy, in nats, of the verdicts s(score), s the logistic function; at most ln 2."""
    logits = torch.cat([real.flatten(), fake.flatten()])
    return (F.softplus(logits) - logits * logits.sigmoid()).mean()


def lecam(real: Scores, fake: Scores, past_real: Scalar, past_fake: Scalar) -> Scalar:
    """Returns E (real - past fake)^2 + E (fake - past real)^2 (Tseng et al. 2021, eq. 7)."""
    return (real - past_fake).square().mean() + (fake - past_real).square().mean()


def feature_distance(real: Float[Tensor, "b n"], fake: Float[Tensor, "b n"]) -> Scalar:
    """Returns the squared distance of the mean features (Salimans et al. 2016, section 3.1)."""
    return (real.mean(0) - fake.mean(0)).square().sum()


def distance_from_past(network: nn.Module, past: Float[Tensor, " n"]) -> Scalar:
    """Returns ||parameters - their mean over all past steps||^2 (Salimans et al. 2016, section 3.3)."""
    return (flat(network) - past).square().sum()


def flat(network: nn.Module) -> Float[Tensor, " n"]:
    """Returns all parameters in a row, whatever their layout in memory."""
    return torch.cat([parameter.reshape(-1) for parameter in network.parameters()])
