"""Weights between a faithful and a bold model of the same network: the dials of sharpness and vividness.

Network interpolation (Wang et al. 2018, ESRGAN, https://arxiv.org/abs/1809.00219, section 3.4): every weight is (1 - a)
times the faithful one plus a times the bold one. It works where the bold model was trained on from the faithful one, so
that both lie in one valley of the loss; at the ends the two models themselves are used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ganvas.api import catalog
from ganvas.api.load import Derived, networks
from ganvas.core.errors import SettingsError
from ganvas.core.task import DIALS, MIXING
from ganvas.zoo.models import ModelEntry, find

if TYPE_CHECKING:
    from torch import nn

    from ganvas.core.method import Method

__all__ = ["between", "turned"]


def turned(entry: ModelEntry, dial: str, share: float) -> ModelEntry:
    """Returns the model between a faithful one and the entry.

    The faithful one is that which the entry's header names, from whose weights it was trained on, or else the task's
    own model. Where the entry is the latter, the other end is the task's own bold model.

    Args:
        dial: one of ``MIXING``.
        share: where it stands: 0 is the faithful model.

    Raises:
        SettingsError: the share is out of range, the task has no such dial, or the networks differ.
        ModelError: one of the models is not there.
    """
    task = catalog.task(entry.card.task)
    if dial not in MIXING or dial not in task.controls:
        raise SettingsError(f"The task {task.name} has no {dial}: leave it out.")
    if not DIALS[dial].holds(share):
        raise SettingsError(f"A {dial} of {share:g} is not possible: use {DIALS[dial].about}.")
    bold = find(task.bold) if entry.name == task.model else entry
    return between(find(str(bold.header.get("faithful", task.model))), bold, share, dial=dial)


def between(faithful: ModelEntry, bold: ModelEntry, share: float, *, dial: str = "sharpness") -> ModelEntry:
    """Returns the model whose weights are ``share`` of the bold one's and the rest of the faithful one's.

    Args:
        dial: what the share is called.

    Raises:
        SettingsError: the networks differ.
    """
    if _network(faithful) is None or _network(faithful) != _network(bold):
        raise SettingsError(
            f"The weights of {faithful.name} and {bold.name} cannot be mixed, because their networks differ: "
            f"leave out the {dial}, or name another model."
        )
    if share in (0, 1):
        return bold if share else faithful
    return Derived(
        name=f"{faithful.name}+{bold.name}",
        card=replace(bold.card, title=f"Between {faithful.name} and {bold.name}, {dial} {share:g}"),
        header={**bold.header, "turned": {dial: share}},
        size=bold.size,
        parts=(faithful.digest(), bold.digest(), repr(share)),
        build=partial(_mixed, faithful, bold, share),
    )


def _network(entry: ModelEntry) -> Any:
    """What decides the shapes of the weights; None for a function."""
    generator = entry.header.get("settings", {}).get("generator")
    return None if generator is None else (generator, entry.card.channels, entry.card.scale, entry.card.range)


def _mixed(faithful: ModelEntry, bold: ModelEntry, share: float) -> tuple[Method[Any], Mapping[str, nn.Module]]:
    """The bold model's method and networks, with the mixed weights, in float32, in those that can be exported."""
    import torch

    first_method, first = networks(faithful)
    method, nets = networks(bold)
    with torch.no_grad():
        for other, name in zip(first_method.exportable(), method.exportable(), strict=True):
            old = first[other].state_dict()
            for key, value in nets[name].state_dict().items():
                if value.is_floating_point():
                    value.mul_(share).add_(old[key], alpha=1 - share)
    return method, nets
