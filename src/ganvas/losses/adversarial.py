"""Adversarial losses as pure functions of logits (of scores, for a critic), averaged over everything they are given.

A patch discriminator's logits are averaged over its patches too. Sources: Goodfellow et al. 2014
(https://arxiv.org/abs/1406.2661), Mao et al. 2017 (least squares, https://arxiv.org/abs/1611.04076), Lim and Ye 2017
(hinge, https://arxiv.org/abs/1705.02894), Arjovsky et al. 2017 (Wasserstein, https://arxiv.org/abs/1701.07875),
Jolicoeur-Martineau 2019 (relativistic, https://arxiv.org/abs/1807.00734).

Conventions where codes differ: discriminator losses are sums over real and fake, not halved (logistic at logit 0 is
2 ln 2); least squares carries the article's 1/2 on each term.
"""

from __future__ import annotations

from typing import Literal

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

__all__ = [
    "Game",
    "critic_wasserstein",
    "discriminator_hinge",
    "discriminator_least_squares",
    "discriminator_logistic",
    "discriminator_side",
    "generator_hinge",
    "generator_least_squares",
    "generator_minimax",
    "generator_nonsaturating",
    "generator_side",
    "generator_wasserstein",
    "relativistic_average_discriminator",
    "relativistic_average_generator",
    "relativistic_pairing",
]

Logits = Float[Tensor, "..."]
Scalar = Float[Tensor, ""]
Game = Literal["standard", "relativistic_average", "relativistic_paired"]


def discriminator_logistic(real: Logits, fake: Logits) -> Scalar:
    """Returns -E log s(real) - E log(1 - s(fake)), s the logistic function (Goodfellow et al. 2014, eq. 1)."""
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def generator_minimax(fake: Logits) -> Scalar:
    """Returns E log(1 - s(fake)), the generator's share of the zero-sum game (Goodfellow et al. 2014, eq. 1)."""
    return -F.softplus(fake).mean()


def generator_nonsaturating(fake: Logits) -> Scalar:
    """Returns -E log s(fake), whose gradient does not vanish where the discriminator wins (ibid., section 3)."""
    return F.softplus(-fake).mean()


def discriminator_hinge(real: Logits, fake: Logits) -> Scalar:
    """Returns E max(0, 1 - real) + E max(0, 1 + fake) (Lim and Ye 2017)."""
    return F.relu(1 - real).mean() + F.relu(1 + fake).mean()


def generator_hinge(fake: Logits) -> Scalar:
    """Returns -E fake: the generator's side has no hinge (Lim and Ye 2017)."""
    return -fake.mean()


def discriminator_least_squares(real: Logits, fake: Logits) -> Scalar:
    """Returns E (real - 1)^2 / 2 + E fake^2 / 2 (Mao et al. 2017, eq. 9: a = 0, b = c = 1)."""
    return ((real - 1).square().mean() + fake.square().mean()) / 2


def generator_least_squares(fake: Logits) -> Scalar:
    """Returns E (fake - 1)^2 / 2 (Mao et al. 2017, eq. 9)."""
    return (fake - 1).square().mean() / 2


def critic_wasserstein(real: Logits, fake: Logits) -> Scalar:
    """Returns E fake - E real, minus the estimate of the Wasserstein-1 distance (Arjovsky et al. 2017, eq. 2)."""
    return fake.mean() - real.mean()


def generator_wasserstein(fake: Logits) -> Scalar:
    """Returns -E fake (Arjovsky et al. 2017, algorithm 1)."""
    return -fake.mean()


def relativistic_pairing(a: Logits, b: Logits) -> Scalar:
    """Returns -E log s(a - b): sample i of ``a`` should score above sample i of ``b`` (RpGAN, ibid. 2019, eq. 6).

    The discriminator takes (real, fake), the generator (fake, real). Sample i meets sample i only, so the mean over
    micro-batches is the mean over the batch.

    Raises:
        ValueError: the shapes differ; broadcasting would pair every sample with every other one.
    """
    if a.shape != b.shape:
        raise ValueError(f"Pairing needs scores of one shape, not {tuple(a.shape)} and {tuple(b.shape)}.")
    return F.softplus(b - a).mean()


def relativistic_average_discriminator(real: Logits, fake: Logits) -> Scalar:
    """Returns -E log s(real - E fake) - E log(1 - s(fake - E real)) (RaGAN; ESRGAN, Wang et al. 2018, eq. 1).

    The means run over the batch (and the patches): a phase that uses it is not splittable.
    """
    return F.softplus(fake.mean() - real).mean() + F.softplus(fake - real.mean()).mean()


def relativistic_average_generator(real: Logits, fake: Logits) -> Scalar:
    """Returns -E log(1 - s(real - E fake)) - E log s(fake - E real) (ESRGAN, Wang et al. 2018, eq. 2).

    The means run over the batch (and the patches): a phase that uses it is not splittable.
    """
    return F.softplus(real - fake.mean()).mean() + F.softplus(real.mean() - fake).mean()


def discriminator_side(game: Game, real: Logits, fake: Logits) -> Scalar:
    """Returns what the discriminator descends on in a game of binary cross-entropy."""
    if game == "relativistic_average":
        return relativistic_average_discriminator(real, fake)
    if game == "relativistic_paired":
        return relativistic_pairing(real, fake)
    return discriminator_logistic(real, fake)


def generator_side(game: Game, real: Logits, fake: Logits) -> Scalar:
    """Returns what the generator descends on in the same game; ``real`` counts in the relativistic ones only."""
    if game == "relativistic_average":
        return relativistic_average_generator(real, fake)
    if game == "relativistic_paired":
        return relativistic_pairing(fake, real)
    return generator_nonsaturating(fake)
