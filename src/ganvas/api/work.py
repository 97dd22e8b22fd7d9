"""What is to be done to every picture of one call: a task, a model, and how to apply it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ganvas
from ganvas.api.load import Model, load
from ganvas.api.manifest import digest_of
from ganvas.api.options import Options
from ganvas.core.errors import ModelError, SettingsError
from ganvas.core.task import Task

if TYPE_CHECKING:
    from ganvas.io.provenance import Provenance

__all__ = ["Work", "prepare"]

_MAX_SCALE = 64.0


@dataclass(frozen=True, kw_only=True)
class Work:
    """One model at one setting.

    Attributes:
        model: warm or yet to be opened.
        scale: output per input pixel along one axis; None for the model's own.
        strength: from 0 (the input) to 1 (the model's result).
    """

    model: Model
    scale: float | None = None
    strength: float = 1.0

    @property
    def options(self) -> Options:
        """How the model is applied."""
        return self.model.options

    def digest(self) -> str:
        """Returns a digest of everything that decides the output beside the input: settings and the model's bytes."""
        settings: dict[str, Any] = {
            "model": self.model.entry.digest(),
            "name": self.model.name,
            "scale": self.model.card.scale if self.scale is None else self.scale,
            "strength": self.strength,
        }
        return digest_of(settings | self.options.settings())

    def provenance(self) -> Provenance | None:
        """Returns what is written into each output about how it was made; None where that is not wanted."""
        if not self.options.provenance:
            return None
        from ganvas.io.provenance import Provenance

        told: dict[str, Any] = {"task": self.model.card.task, "precision": self.options.precision}
        if self.model.card.scale == 1:
            told["strength"] = self.strength
        else:
            told["scale"] = self.model.card.scale if self.scale is None else self.scale
        return Provenance(model=self.model.name, version=ganvas.__version__, settings=told)


def prepare(
    task: Task,
    *,
    model: str | Path | Model | None = None,
    scale: float | None = None,
    strength: float = 1.0,
    options: Options | None = None,
) -> Work:
    """Returns the work, checked before a picture is opened.

    Args:
        model: a name, a path, or a loaded model, whose own options then count; None for the task's own model.

    Raises:
        ModelError: there is no such model, or it serves another task.
        SettingsError: the scale or the strength is out of range, or does not fit the model.
    """
    if isinstance(model, Model):
        if options is not None:
            raise SettingsError("A loaded model has its own options: give them to ganvas.load.")
        warm = model
    else:
        warm = load(model if model is not None else task.model, options=options)
    card = warm.card
    if card.task != task.name:
        raise ModelError(f"{warm.name} is a model for {card.task}, not for {task.name}: see ganvas models.")
    if scale is not None:
        if not (math.isfinite(scale) and 0 < scale <= _MAX_SCALE):
            raise SettingsError(f"A scale of {scale:g} is not possible: use a number above 0, up to {_MAX_SCALE:g}.")
        if card.scale == 1 and scale != 1:
            raise SettingsError(f"{warm.name} keeps the size of a picture: leave the scale out.")
    if not 0 <= strength <= 1:
        raise SettingsError(f"A strength of {strength:g} is not possible: use 0 (the input) to 1 (the model).")
    return Work(model=warm, scale=scale, strength=strength)
