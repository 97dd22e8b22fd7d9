"""What stabilisers remember from step to step: scores, the probability of augmentations, the mean of past weights."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ganvas.core.method import Step
from ganvas.games.regularisers import flat
from ganvas.games.showing import ADA_P, steer
from ganvas.games.stabilisers import Stabilisers

__all__ = ["keep_scores", "module_of", "past_parameters", "past_scores", "remember"]

_SUMS = ("score_real", "score_fake", "score_sign")
_AVERAGES = ("lecam_real", "lecam_fake")


def module_of(network: Any) -> nn.Module:
    """Returns the module that the engine wraps."""
    module: nn.Module = network if isinstance(network, nn.Module) else network.module
    return module


def keep_scores(real: Float[Tensor, "..."], fake: Float[Tensor, "..."], line: float, carry: dict[str, Any]) -> None:
    """Adds a discriminator update's scores to what this step carries to its end."""
    real, fake = real.detach(), fake.detach()
    for name, values in zip(_SUMS, (real, fake, (real - line).sign()), strict=True):
        carry[name] = carry.get(name, 0) + values.sum()
    carry["score_count"] = carry.get("score_count", 0) + len(real)


def past_scores(step: Step) -> tuple[Float[Tensor, ""], Float[Tensor, ""]] | None:
    """Returns the moving averages of the scores of real and of generated samples; None before the first step ends."""
    found = [step.memory.get(name) for name in _AVERAGES]
    return (found[0], found[1]) if found[0] is not None and found[1] is not None else None


def past_parameters(step: Step, network: str) -> Float[Tensor, " n"] | None:
    """Returns the mean of a network's parameters over all past steps; None in the first."""
    return step.memory.get(f"past_{network}")


def remember(stabilise: Stabilisers, step: Step) -> None:
    """Brings the memory up to date at the end of a step. What is not finite changes nothing."""
    carry, memory = step.carry, step.memory
    count = carry.get("score_count", 0)
    if stabilise.augment == "ada" and count:
        before = memory.get(ADA_P, torch.zeros_like(carry["score_sign"]))
        memory[ADA_P] = steer(before, carry["score_sign"] / count, count, stabilise)
    if stabilise.lecam and count:
        keep = 0.5 ** (count / max(stabilise.lecam_images, 1))
        for name, total in zip(_AVERAGES, (carry["score_real"], carry["score_fake"]), strict=True):
            now = total / count
            before = memory.get(name, now)
            memory[name] = torch.where(now.isfinite(), torch.lerp(now, before, keep), before)
    if stabilise.historical_averaging:
        for network in ("g", "d"):
            now = flat(module_of(step.raw[network])).detach()
            before = memory.get(f"past_{network}", now)
            memory[f"past_{network}"] = torch.lerp(before, now, 1 / (step.number + 1))
