"""Which model serves a call: the one named, or the task's own for what is asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from ganvas.api.load import Model, load
from ganvas.api.options import Options
from ganvas.core.errors import ModelError, SettingsError
from ganvas.core.task import Task
from ganvas.zoo.models import list_models

if TYPE_CHECKING:
    import numpy as np

__all__ = ["choose_model", "own_model"]


def choose_model(
    task: Task,
    model: str | Path | Model | None,
    *,
    scale: float | None = None,
    mix: Mapping[str, float] = MappingProxyType({}),
    real: bool = False,
    kernel: str | Path | np.ndarray | None = None,
    options: Options | None = None,
) -> Model:
    """Returns the model, whose session is not opened yet; the arguments are those of :func:`ganvas.api.work.prepare`.

    Args:
        mix: the dials of ``MIXING`` that were turned, one at most.

    Raises:
        ModelError: there is no such model, or it serves another task.
        SettingsError: what is asked for contradicts itself, or the task does not have it.
    """
    if isinstance(model, Model) and options is not None:
        raise SettingsError("A loaded model has its own options: give them to ganvas.load.")
    if isinstance(model, Model) and mix:
        raise SettingsError(f"A loaded model has its own {next(iter(mix))}: give it to ganvas.load.")
    if real and not task.real:
        raise SettingsError(f"The task {task.name} has no model of its own for real pictures: leave that out.")
    if real and model is not None:
        raise SettingsError("For real pictures there is one model: leave out its name, or that the picture is real.")
    if kernel is not None:
        from ganvas.api.kernel import with_kernel

        if "kernel" not in task.controls:
            raise SettingsError(f"The task {task.name} takes no kernel: leave it out.")
        return with_kernel(model, kernel, options=options)
    if isinstance(model, Model):
        found = model
    else:
        name = model if model is not None else _own(task, scale, mixed=bool(mix), real=real)
        found = load(name, **mix, options=options)
    if found.card.task != task.name:
        raise ModelError(f"{found.name} is a model for {found.card.task}, not for {task.name}: see ganvas models.")
    return found


def _own(task: Task, scale: float | None, *, mixed: bool, real: bool) -> str:
    """The name of the task's own model: the small one where the scale allows it and nothing else is asked."""
    if real:
        return task.real
    if task.small is not None and not mixed and scale is not None and scale <= task.small[0]:
        return task.small[1] if task.small[1] in list_models() else task.model
    return own_model(task)


def own_model(task: Task) -> str:
    """Returns the name of the model used where none is named.

    Raises:
        ModelError: it is not bundled.
    """
    if task.model in list_models():
        return task.model
    raise ModelError(
        f"This ganvas comes without a model for {task.verb}: name a weights file with -m FILE, such as one that "
        f"ganvas train {task.model} makes."
    )
