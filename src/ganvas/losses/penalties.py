"""Penalties on the gradient of a discriminator's score with respect to its input.

WGAN-GP (Gulrajani et al. 2017, https://arxiv.org/abs/1704.00028), R1 and R2 (Mescheder et al. 2018,
https://arxiv.org/abs/1801.04406; Roth et al. 2017).

Conventions where codes differ, each with a closed-form test:

- the norm is the L2 norm of one sample's whole gradient over all its dimensions: not per pixel, not over the batch;
- the score of a sample is the mean of its logits. A patch discriminator is thus penalised as the function that its
  adversarial loss averages, whatever the number of patches (their sum would scale the gradient with that number);
- R1 and R2 carry the factor gamma/2 of the article (some codes leave the 1/2 out, so their gamma is half of ours);
- float64 stays, everything lower is computed in float32 with autocast off.

Hand them a network from ``step.raw``: called so, it does not advance spectral-norm vectors or batch-norm statistics.

Batch norm couples the samples, so "the gradient of one sample's score" is not defined under it: leave it out.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

__all__ = [
    "Critic",
    "centred",
    "gradient_penalty",
    "interpolate",
    "norms",
    "r1",
    "r2",
    "scores_and_gradient",
    "zero_centred",
]

Critic = Callable[[Tensor], Tensor]
_TINY = 1e-12  # under the square root: its derivative at 0 is infinite, and infinity times 0 is not a number


def scores_and_gradient(
    critic: Critic, x: Float[Tensor, "b ..."]
) -> tuple[Float[Tensor, "b ..."], Float[Tensor, "b ..."]]:
    """Returns the logits at ``x`` and the gradient of each sample's mean logit there, both differentiable.

    Logits and gradient come from one forward pass, so a loss on the logits costs nothing more.
    """
    precise = x.dtype if x.dtype == torch.float64 else torch.float32
    with torch.autocast(x.device.type, enabled=False), torch.enable_grad():
        point = x.detach().to(precise).requires_grad_(True)
        logits = critic(point)
        total = logits.sum() / (logits.numel() // len(point))
        (gradient,) = torch.autograd.grad(total, point, create_graph=True)
    return logits, gradient


def _squared_norm(gradient: Float[Tensor, "b ..."]) -> Float[Tensor, " b"]:
    return gradient.flatten(1).square().sum(1)


def interpolate(
    real: Float[Tensor, "b ..."], fake: Float[Tensor, "b ..."], alpha: Float[Tensor, "b ..."]
) -> Float[Tensor, "b ..."]:
    """Returns ``alpha * real + (1 - alpha) * fake`` with one alpha in [0, 1] per sample.

    Raises:
        ValueError: ``alpha`` holds more or less than one number per sample.
    """
    if alpha.numel() != len(real):
        raise ValueError(f"Interpolation needs one alpha per sample: {len(real)}, not {alpha.numel()}.")
    return fake + alpha.reshape(-1, *[1] * (real.ndim - 1)) * (real - fake)


def gradient_penalty(
    critic: Critic,
    real: Float[Tensor, "b ..."],
    fake: Float[Tensor, "b ..."],
    alpha: Float[Tensor, "b ..."],
    *,
    target: float = 1.0,
) -> Float[Tensor, ""]:
    """Returns E (||gradient|| - target)^2 between real and fake samples (Gulrajani et al. 2017, eq. 3), unweighted.

    Args:
        alpha: one number per sample, uniform in [0, 1): where between fake (0) and real (1) the gradient is taken.
        target: the norm asked for.
    """
    _, gradient = scores_and_gradient(critic, interpolate(real.detach(), fake.detach(), alpha))
    return centred(gradient, target=target)


def norms(gradient: Float[Tensor, "b ..."]) -> Float[Tensor, " b"]:
    """Returns the L2 norm of each sample's gradient, with a finite slope where it is 0."""
    return (_squared_norm(gradient) + _TINY).sqrt()


def centred(gradient: Float[Tensor, "b ..."], *, target: float = 1.0) -> Float[Tensor, ""]:
    """Returns E (||gradient|| - target)^2 of a gradient from :func:`scores_and_gradient`."""
    return (norms(gradient) - target).square().mean()


def zero_centred(gradient: Float[Tensor, "b ..."], *, gamma: float) -> Float[Tensor, ""]:
    """Returns gamma/2 E ||gradient||^2 of a gradient from :func:`scores_and_gradient`."""
    return gamma / 2 * _squared_norm(gradient).mean()


def r1(critic: Critic, real: Float[Tensor, "b ..."], *, gamma: float) -> Float[Tensor, ""]:
    """Returns gamma/2 E ||gradient||^2 at real samples (Mescheder et al. 2018, eq. 9)."""
    return zero_centred(scores_and_gradient(critic, real)[1], gamma=gamma)


def r2(critic: Critic, fake: Float[Tensor, "b ..."], *, gamma: float) -> Float[Tensor, ""]:
    """Returns gamma/2 E ||gradient||^2 at generated samples (Mescheder et al. 2018, eq. 10)."""
    return zero_centred(scores_and_gradient(critic, fake)[1], gamma=gamma)
