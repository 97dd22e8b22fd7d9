"""Weights between a faithful and a sharp model of the same network: the sharpness dial.

Network interpolation (Wang et al. 2018, ESRGAN, https://arxiv.org/abs/1809.00219, section 3.4): every weight is (1 - a)
times the faithful one plus a times the sharp one. It works where the sharp model was trained on from the faithful one,
so that both lie in one valley of the loss; at the ends the two models themselves are used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ganvas.api import catalog
from ganvas.api.load import Derived, networks
from ganvas.core.errors import SettingsError
from ganvas.core.task import DIALS
from ganvas.zoo.models import ModelEntry, find

if TYPE_CHECKING:
    from torch import nn

    from ganvas.core.method import Method

__all__ = ["at_sharpness", "between"]


def at_sharpness(entry: ModelEntry, share: float) -> ModelEntry:
    """Returns the model between a faithful one and the entry.

    The faithful one is that which the entry's header names, from whose weights it was trained on, or else the task's
    own model. Where the entry is the latter, the other end is the task's own sharp model.

    Raises:
        SettingsError: the share is out of range, the task has no sharpness, or the networks differ.
        ModelError: one of the models is not there.
    """
    task = catalog.task(entry.card.task)
    if not task.sharp:
        raise SettingsError(f"The task {task.name} has no sharpness: leave it out.")
    if not DIALS["sharpness"].holds(share):
        raise SettingsError(f"A sharpness of {share:g} is not possible: use {DIALS['sharpness'].about}.")
    sharp = find(task.sharp) if entry.name == task.model else entry
    return between(find(str(sharp.header.get("faithful", task.model))), sharp, share)


def between(faithful: ModelEntry, sharp: ModelEntry, share: float) -> ModelEntry:
    """Returns the model whose weights are ``share`` of the sharp one's and the rest of the faithful one's.

    Raises:
        SettingsError: the networks differ.
    """
    if _network(faithful) is None or _network(faithful) != _network(sharp):
        raise SettingsError(
            f"The weights of {faithful.name} and {sharp.name} cannot be mixed, because their networks differ: "
            "leave out the sharpness, or name another model."
        )
    if share in (0, 1):
        return sharp if share else faithful
    return Derived(
        name=f"{faithful.name}+{sharp.name}",
        card=replace(sharp.card, title=f"Between {faithful.name} and {sharp.name}, sharpness {share:g}"),
        header={**sharp.header, "turned": {"sharpness": share}},
        size=sharp.size,
        parts=(faithful.digest(), sharp.digest(), repr(share)),
        build=partial(_mixed, faithful, sharp, share),
    )


def _network(entry: ModelEntry) -> Any:
    """What decides the shapes of the weights; None for a function."""
    generator = entry.header.get("settings", {}).get("generator")
    return None if generator is None else (generator, entry.card.channels, entry.card.scale, entry.card.range)


def _mixed(faithful: ModelEntry, sharp: ModelEntry, share: float) -> tuple[Method[Any], Mapping[str, nn.Module]]:
    """The sharp model's method and networks, with the mixed weights, in float32, in those that can be exported."""
    import torch

    first_method, first = networks(faithful)
    method, nets = networks(sharp)
    with torch.no_grad():
        for other, name in zip(first_method.exportable(), method.exportable(), strict=True):
            old = first[other].state_dict()
            for key, value in nets[name].state_dict().items():
                if value.is_floating_point():
                    value.mul_(share).add_(old[key], alpha=1 - share)
    return method, nets
