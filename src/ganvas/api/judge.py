"""Measuring a model on test pictures by the protocol of its task."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from ganvas.api import catalog
from ganvas.api.kernel import with_kernel
from ganvas.api.load import Model, load
from ganvas.api.options import Options
from ganvas.core.errors import ModelError, SettingsError

if TYPE_CHECKING:
    from ganvas.evaluate.table import EvaluationTable

__all__ = ["Setting", "evaluate", "protocol_settings"]

_OURS = {"name", "baselines"}  # arguments of a protocol that are filled in here


@dataclass(frozen=True)
class Setting:
    """A setting of a task's protocol: a keyword argument of ``evaluate/<task>.py``'s ``run``.

    Attributes:
        kind: ``bool``, ``int``, ``float`` or ``str``.
        default: None where it may be left out without a value.
        about: the sentence of its docstring.
    """

    name: str
    kind: type
    default: Any
    about: str


def protocol_settings(task: str) -> list[Setting]:
    """Returns the settings of the task's protocol.

    Raises:
        SettingsError: the task has no protocol.
    """
    run = _protocol(task)
    hints = typing.get_type_hints(run)
    about = _documented(inspect.getdoc(run) or "")
    return [
        Setting(name, _plain(hints[name]), parameter.default, about.get(name, ""))
        for name, parameter in inspect.signature(run).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY and name not in _OURS
    ]


def evaluate(
    task: str,
    *,
    model: str | Path | Model,
    data: str | Path,
    beside: Sequence[str | Path] = (),
    settings: Mapping[str, Any] | None = None,
    options: Options | None = None,
) -> EvaluationTable:
    """Returns the figures of the model, and of the baselines beside it, on a folder of test pictures.

    Args:
        task: one that has a protocol in ``ganvas.evaluate``.
        model: name, path, or a loaded model.
        beside: further models to print in the same table; classical ones may be of another task.
        settings: of the protocol, by name (``scale``, ``sigma``, ...); see :func:`protocol_settings`.
        options: how the models are applied.

    Raises:
        ModelError: there is no such model, or it serves another task.
        SettingsError: there is no such task or setting.
        ImageError: the folder holds no pictures, or one that cannot be read.
    """
    run = _protocol(task)
    given = dict(settings or {})
    known = {setting.name: setting for setting in protocol_settings(task)}
    if unknown := sorted(set(given) - set(known)):
        raise SettingsError(f"The protocol of {task} has no setting {', '.join(unknown)}: use {', '.join(known)}.")
    scale = given.get("scale", known["scale"].default) if "scale" in known else None
    main = model if isinstance(model, Model) else load(model, options=options)
    others = [load(name, options=options) for name in beside]
    for entrant in (main, *others):
        is_guest = entrant is not main and entrant.entry.function is not None and entrant.card.scale == main.card.scale
        # Told the blur, a denoiser deconvolves.
        deconvolves = task == "deblur" and bool(given.get("known")) and entrant.card.task == "denoise"
        if entrant.card.task != task and not (is_guest or deconvolves):
            raise ModelError(f"{entrant.name} is a model for {entrant.card.task}, not for {task}: see ganvas models.")
    extra = {other.name: _function(other, scale) for other in others}
    if extra:
        given["baselines"] = {**_classical(task, given), **extra}
    table: EvaluationTable = run(_function(main, scale), Path(data), name=main.name, **given)
    return table


def _protocol(task: str) -> Callable[..., Any]:
    catalog.task(task)
    if task not in catalog.names("evaluate"):
        raise SettingsError(f"There is no protocol for {task} yet: choose another task.")
    run: Callable[..., Any] = import_module(f"ganvas.evaluate.{task}").run
    return run


def _classical(task: str, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """The classical models that the protocol prints where none are named; they may depend on its settings."""
    module = import_module(f"ganvas.evaluate.{task}")
    if hasattr(module, "classical_for"):
        asked = inspect.signature(module.classical_for).parameters
        return module.classical_for(**{name: value for name, value in settings.items() if name in asked})
    return getattr(module, "CLASSICAL", {})


def _function(model: Model, scale: float | None) -> Callable[..., np.ndarray]:
    def apply(
        image: Float[np.ndarray, "h w c"], kernel: Float[np.ndarray, "k l"] | None = None
    ) -> Float[np.ndarray, "H W c"]:
        if kernel is not None:
            return with_kernel(model, kernel).session.array(image)
        with model.busy:
            return model.session.array(image, scale=scale)

    return apply


def _plain(hint: Any) -> type:
    """The type of a setting without its ``None``."""
    options = [option for option in typing.get_args(hint) if option is not type(None)] or [hint]
    return options[0] if isinstance(options[0], type) else str


def _documented(text: str) -> dict[str, str]:
    """The ``Args:`` of a docstring by name."""
    found: dict[str, str] = {}
    name = ""
    for line in text.partition("Args:")[2].splitlines():
        if line.strip().endswith(":") and not line.startswith(" "):
            break
        head, colon, tail = line.strip().partition(": ")
        if colon and line.startswith("    ") and not line.startswith("     ") and head.isidentifier():
            name = head
            found[name] = tail
        elif name and line.strip():
            found[name] += f" {line.strip()}"
    return found
