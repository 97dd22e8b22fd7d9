"""Optimisers of the engine: one per network, each tensor with one owner, a step that skips itself when not finite."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from jaxtyping import Bool
from torch import Tensor, nn

from ganvas.core.errors import SettingsError
from ganvas.core.method import Optimiser, Phase

__all__ = ["Owned", "build_owned", "lazy_factor"]


def lazy_factor(network: str, phases: Sequence[Phase[Any]]) -> float:
    """Returns c = k / (k + 1) for a network with a phase every k > 1 steps, else 1 (Karras et al. 2020, app. B)."""
    longest = max((phase.every for phase in phases if network in phase.trains), default=1)
    return longest / (longest + 1) if longest > 1 else 1.0


@dataclass
class Owned:
    """The parameters a network owns, and the optimiser that moves them."""

    network: str
    settings: Optimiser
    optimiser: torch.optim.Optimizer
    parameters: list[nn.Parameter]
    factors: list[float] = field(default_factory=list)
    lazy: float = 1.0

    def set_rate(self, images_seen: int, total: int) -> float:
        """Sets the learning rate for this point of the schedule; returns it (before the groups' factors)."""
        rate = self.settings.lr * self.lazy * self.settings.schedule.factor(images_seen, total)
        for group, factor in zip(self.optimiser.param_groups, self.factors, strict=True):
            group["lr"] = rate * factor
        return rate

    def gradient_norm(self) -> Tensor:
        """Returns the L2 norm of the gradient over the parameters that have one."""
        gradients = [p.grad for p in self.parameters if p.grad is not None]
        if not gradients:
            return torch.zeros(())
        return torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))

    def clip(self, norm: Tensor) -> None:
        """Scales the gradient down to ``clip_norm``, without asking the host for the norm."""
        if self.settings.clip_norm is None:
            return
        factor = (self.settings.clip_norm / (norm + 1e-6)).clamp(max=1.0)
        torch._foreach_mul_([p.grad for p in self.parameters if p.grad is not None], factor)

    def step(self, finite: Bool[Tensor, ""]) -> None:
        """Moves the parameters, or leaves them and the moments as they are when the gradient is not finite."""
        if getattr(self.optimiser, "_step_supports_amp_scaling", False):
            # The fused kernels read this flag on the device: no wait for the host in the training step.
            self.optimiser.found_inf = (~finite).float()  # type: ignore[attr-defined]
            self.optimiser.grad_scale = None  # type: ignore[attr-defined]
            self.optimiser.step()
        elif bool(finite):
            self.optimiser.step()


def build_owned(
    nets: Mapping[str, nn.Module], optimisers: Mapping[str, Optimiser], phases: Sequence[Phase[Any]]
) -> dict[str, Owned]:
    """Returns the owner of each trained tensor: the first network that lists it.

    Raises:
        SettingsError: a phase trains a network that does not exist or has no optimiser.
    """
    trained = {name for phase in phases for name in phase.trains}
    if missing := sorted(trained - set(nets)) or sorted(trained - set(optimisers)):
        raise SettingsError(f"The phases train {missing}, which have no network or no optimiser: add them.")
    owned: dict[str, Owned] = {}
    taken: set[int] = set()
    for name, net in nets.items():
        if name not in trained:
            continue
        parameters = {key: p for key, p in net.named_parameters() if id(p) not in taken}
        taken |= {id(p) for p in parameters.values()}
        if parameters:
            owned[name] = _own(name, parameters, optimisers[name], lazy_factor(name, phases))
    return owned


def _own(name: str, parameters: Mapping[str, nn.Parameter], settings: Optimiser, lazy: float) -> Owned:
    groups: dict[float, list[nn.Parameter]] = {}
    for key, parameter in parameters.items():
        factor = next((factor for pattern, factor in settings.groups if re.search(pattern, key)), 1.0)
        groups.setdefault(factor, []).append(parameter)
    # A factor of 0 freezes: no optimiser, so no weight decay and no moments either.
    factors = [factor for factor in groups if factor != 0]
    moving = [parameter for factor in factors for parameter in groups[factor]]
    if not moving:
        raise SettingsError(f"The groups of {name!r} freeze every parameter: take it out of the phases' trains.")
    optimiser = _build(settings, [{"params": groups[factor]} for factor in factors], lazy)
    return Owned(name, settings, optimiser, moving, factors, lazy)


def _build(settings: Optimiser, groups: list[dict[str, Any]], lazy: float) -> torch.optim.Optimizer:
    first, second = (beta**lazy for beta in settings.betas)
    decay = settings.weight_decay
    if settings.kind == "adam":
        return torch.optim.Adam(groups, settings.lr, (first, second), settings.eps, decay, fused=True)
    if settings.kind == "adamw":
        return torch.optim.AdamW(groups, settings.lr, (first, second), settings.eps, decay, fused=True)
    if settings.kind == "sgd":
        return torch.optim.SGD(groups, settings.lr, momentum=first, weight_decay=decay, fused=True)
    return torch.optim.RMSprop(groups, settings.lr, alpha=second, eps=settings.eps, weight_decay=decay)
