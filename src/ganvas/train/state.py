"""All state of a training, and its way into and out of one safetensors file, so that resuming is exact."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from ganvas.core.errors import CheckpointError
from ganvas.core.method import Ema, Method
from ganvas.train.optimise import Owned, build_owned

__all__ = ["TrainState", "new_state"]


@dataclass
class TrainState:
    """Everything that a step reads or writes.

    Attributes:
        nets: networks by name.
        averages: their moving averages, in evaluation mode.
        owned: optimisers by the network that owns the tensors.
        memory: what the method keeps between steps (tensors and JSON scalars).
        step: steps done.
        images_seen: images drawn; also the position in the data, so there is no other sampler state.
        skipped: updates left out because they were not finite.
        processes: how many train this state together.
    """

    nets: dict[str, nn.Module]
    averages: dict[str, nn.Module]
    owned: dict[str, Owned]
    memory: dict[str, Any] = field(default_factory=dict)
    step: int = 0
    images_seen: int = 0
    skipped: int = 0
    processes: int = 1

    def tensors(self) -> dict[str, Tensor]:
        """Returns every tensor of the state by a unique name."""
        found: dict[str, Tensor] = {}
        for kind, modules in (("net", self.nets), ("average", self.averages)):
            for name, module in modules.items():
                found |= {f"{kind}.{name}.{key}": value for key, value in module.state_dict().items()}
        for name, owned in self.owned.items():
            for number, moments in owned.optimiser.state_dict()["state"].items():
                for key, value in moments.items():
                    if value is not None:
                        found[f"optimiser.{name}.{number}.{key}"] = torch.as_tensor(value)
        return found | {f"memory.{key}": value for key, value in self.memory.items() if isinstance(value, Tensor)}

    def scalars(self) -> dict[str, Any]:
        """Returns the rest of the state as JSON values."""
        plain = {key: value for key, value in self.memory.items() if not isinstance(value, Tensor)}
        return {
            "step": self.step,
            "images_seen": self.images_seen,
            "skipped": self.skipped,
            "memory": plain,
            "threads": torch.get_num_threads(),
            "processes": self.processes,
        }

    def restore(self, tensors: Mapping[str, Tensor], scalars: Mapping[str, Any]) -> None:
        """Takes over a state written by :meth:`tensors` and :meth:`scalars`.

        Raises:
            CheckpointError: the tensors do not fit the networks.
        """
        for kind, modules in (("net", self.nets), ("average", self.averages)):
            for name, module in modules.items():
                try:
                    module.load_state_dict(_below(tensors, f"{kind}.{name}."), strict=True)
                except RuntimeError as error:
                    raise CheckpointError(
                        f"The checkpoint does not fit network {name!r}: resume with the settings of its run.json."
                    ) from error
        for name, owned in self.owned.items():
            moments: dict[int, dict[str, Tensor]] = {}
            for key, value in _below(tensors, f"optimiser.{name}.").items():
                number, kind = key.split(".", 1)
                moments.setdefault(int(number), {})[kind] = value
            groups = owned.optimiser.state_dict()["param_groups"]
            owned.optimiser.load_state_dict({"state": moments, "param_groups": groups})
            _match_layout(owned.optimiser)
        device = next((p.device for net in self.nets.values() for p in net.parameters()), torch.device("cpu"))
        kept = {key: value.to(device) for key, value in _below(tensors, "memory.").items()}
        self.memory = {**scalars["memory"], **kept}
        self.step, self.images_seen = int(scalars["step"]), int(scalars["images_seen"])
        self.skipped = int(scalars["skipped"])


def _match_layout(optimiser: torch.optim.Optimizer) -> None:
    """Lays the moments out as their parameters are.

    Fused optimisers walk through both by memory, not by index, so a contiguous moment beside a channels-last weight
    would meet the wrong elements, in silence.
    """
    for parameter, moments in optimiser.state.items():
        for name, value in moments.items():
            if isinstance(value, Tensor) and value.shape == parameter.shape:
                moments[name] = torch.empty_like(parameter, dtype=value.dtype).copy_(value)


def _below(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}


def new_state(method: Method[Any], *, seed: int, device: torch.device) -> TrainState:
    """Returns the state before the first step; the same seed gives the same weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        nets = method.networks()
    for net in nets.values():
        net.to(device)
        net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        net.train()
    averages = {average.of: _average_of(nets[average.of]) for average in method.averages()}
    return TrainState(nets, averages, build_owned(nets, method.optimisers(), method.phases()))


def _average_of(net: nn.Module) -> nn.Module:
    twin = copy.deepcopy(net).eval()
    return twin.requires_grad_(False)


@torch.no_grad()
def update_average(average: Ema, net: nn.Module, twin: nn.Module, *, batch: int, images_seen: int) -> None:
    """Moves the averaged parameters towards the network's; copies every buffer, whole numbers included."""
    decay = average.decay(batch, images_seen)
    pairs = [(a, p) for a, p in zip(twin.parameters(), net.parameters(), strict=True) if p.is_floating_point()]
    if pairs:
        torch._foreach_lerp_([a for a, _ in pairs], [p.detach() for _, p in pairs], 1 - decay)
    for kept, current in zip(twin.buffers(), net.buffers(), strict=True):
        kept.copy_(current)
