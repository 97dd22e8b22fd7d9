"""What the discriminator is shown: samples under noise and augmentation, real and generated ones alike.

Sources: instance noise (Sonderby et al. 2017, https://arxiv.org/abs/1610.04490), DiffAugment (Zhao et al. 2020,
https://arxiv.org/abs/2006.10738), ADA (Karras et al. 2020, https://arxiv.org/abs/2006.06676).
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from ganvas.core.method import Step
from ganvas.games.stabilisers import Stabilisers
from ganvas.ops.augment import ADA_NUMBERS, DIFFAUGMENT_NUMBERS, ada, diffaugment

__all__ = ["ADA_P", "noise_left", "probability", "show", "steer"]

ADA_P = "ada_p"
"""Where the step's memory holds the probability of each augmentation."""


def noise_left(stabilise: Stabilisers, images_seen: int) -> float:
    """Returns the standard deviation of the instance noise after so many images."""
    if not stabilise.instance_noise_images:
        return stabilise.instance_noise
    return stabilise.instance_noise * max(0.0, 1 - images_seen / stabilise.instance_noise_images)


def show(samples: Float[Tensor, "b ..."], stabilise: Stabilisers, step: Step, *, side: str) -> Float[Tensor, "b ..."]:
    """Returns the samples as the discriminator sees them.

    Args:
        side: ``real`` or ``fake``: each has draws of its own.
    """
    if stabilise.augment == "diffaugment":
        numbers = step.rng.uniform(DIFFAUGMENT_NUMBERS, stream=f"augment {side}")
        samples = diffaugment(samples, numbers, stabilise.policy)
    elif stabilise.augment == "ada":
        numbers = step.rng.uniform(ADA_NUMBERS, stream=f"augment {side}")
        samples = ada(samples, probability(step, samples), numbers)
    deviation = noise_left(stabilise, step.images_seen)
    if deviation:
        samples = samples + deviation * step.rng.normal(*samples.shape[1:], stream=f"instance noise {side}")
    return samples


def probability(step: Step, like: Tensor) -> Float[Tensor, ""]:
    """Returns ADA's probability of each augmentation in this step."""
    return step.memory.get(ADA_P, torch.zeros((), device=like.device))


def steer(
    probability: Float[Tensor, ""], signs: Float[Tensor, ""], count: int, stabilise: Stabilisers
) -> Float[Tensor, ""]:
    """Returns ADA's next probability (Karras et al. 2020, section 3.1).

    It rises where the discriminator is too sure of real images (mean sign above the target), and falls elsewhere, by
    1 in ``ada_speed_images``; never below 0 nor above ``ada_limit``.

    Args:
        probability: the last one.
        signs: mean sign of the scores of real images.
        count: images they were taken of.
    """
    change = (signs - stabilise.ada_target).sign() * (count / max(stabilise.ada_speed_images, 1))
    return (probability + change.nan_to_num()).clamp(0, stabilise.ada_limit)
