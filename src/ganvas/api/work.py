"""What is to be done to every picture of one call: a task, a model, and how to apply it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ganvas
from ganvas.api.choose import choose_model
from ganvas.api.load import Model
from ganvas.api.manifest import digest_of
from ganvas.api.options import Options
from ganvas.core.errors import SettingsError
from ganvas.core.task import DIALS, MIXING, Task

if TYPE_CHECKING:
    import numpy as np

    from ganvas.infer.rows import Rows
    from ganvas.io.picture import Picture
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
        controls: further dials that were turned away from where they stand: brightness, contrast, saturation.
    """

    model: Model
    scale: float | None = None
    strength: float = 1.0
    controls: Mapping[str, float] = field(default_factory=dict)

    @property
    def options(self) -> Options:
        """How the model is applied."""
        return self.model.options

    @property
    def notes(self) -> tuple[str, ...]:
        """Nothing: what one model does goes without saying."""
        return ()

    @property
    def report(self) -> Mapping[str, Any]:
        """What the last picture was computed with."""
        return self.model.session.report.to_json()

    @property
    def companions(self) -> None:
        """Nothing goes with the pictures."""
        return None

    def known(self) -> None:
        """Returns nothing: every pixel is computed."""
        return None

    def begin(self, picture: Picture | None, target: Path | None) -> Work:
        """Returns itself: all pictures are treated alike."""
        return self

    def open(self) -> None:
        """Opens the session."""
        _ = self.model.session

    def size(self, height: int, width: int) -> tuple[int, int]:
        """Returns height and width of the result of a picture of that size."""
        return self.model.session.size(height, width, self.scale)

    def run(self, source: Rows, sink: Callable[[np.ndarray], None]) -> None:
        """Applies the model; the sink gets the rows of the result from top to bottom, in [0, 1]."""
        with self.model.busy:
            self.model.session.run(source, scale=self.scale, strength=self.strength, tone=self.controls, sink=sink)

    def digest(self) -> str:
        """Returns a digest of everything that decides the output beside the input: settings and the model's bytes."""
        settings: dict[str, Any] = {
            "model": self.model.digest(),
            "name": self.model.name,
            "scale": self.model.card.scale if self.scale is None else self.scale,
            "strength": self.strength,
        }
        return digest_of(settings | dict(self.controls) | self.options.settings())

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
        if self.model.then is not None:
            told["then"] = self.model.then.name
        turned = self.model.entry.header.get("turned", {})
        return Provenance(
            model=self.model.name, version=ganvas.__version__, settings=told | dict(self.controls) | turned
        )


def prepare(
    task: Task,
    *,
    model: str | Path | Model | None = None,
    scale: float | None = None,
    strength: float = 1.0,
    controls: Mapping[str, float | None] | None = None,
    real: bool = False,
    kernel: str | Path | np.ndarray | None = None,
    options: Options | None = None,
) -> Work:
    """Returns the work, checked before a picture is opened.

    Args:
        model: a name, a path, or a loaded model, whose own options then count; None for the task's own model.
        controls: further dials of the task, by name; None where one is not turned.
        real: the damage of the picture is not known, so the task's model for such pictures is used.
        kernel: the blur, a file or an array.

    Raises:
        ModelError: there is no such model, or it serves another task.
        SettingsError: the scale or a dial is out of range, or does not fit the model or the task.
    """
    if "mask" in task.needs:
        raise SettingsError(f"Say what is missing in the picture: use ganvas.{task.verb}(picture, mask, model=...).")
    if scale is not None and not (math.isfinite(scale) and 0 < scale <= _MAX_SCALE):
        raise SettingsError(f"A scale of {scale:g} is not possible: use a number above 0, up to {_MAX_SCALE:g}.")
    turned = _turned(task, {**(controls or {}), "strength": strength})
    strength = turned.pop("strength", 1.0)
    mix = {name: turned.pop(name) for name in MIXING if name in turned}
    warm = choose_model(task, model, scale=scale, mix=mix, real=real, kernel=kernel, options=options)
    if scale not in (None, 1) and warm.card.scale == 1:
        raise SettingsError(f"{warm.name} keeps the size of a picture: leave the scale out.")
    return Work(model=warm, scale=scale, strength=strength, controls=turned)


def _turned(task: Task, values: Mapping[str, float | None]) -> dict[str, float]:
    """The dials that do not stand where they stand by themselves, checked."""
    turned: dict[str, float] = {}
    for name, value in values.items():
        dial = DIALS.get(name)
        if value is None or (dial is not None and value == dial.default):
            continue
        if dial is None or name not in task.controls:
            known = ", ".join(task.controls)
            raise SettingsError(f"The task {task.name} has no dial called {name}: leave it out, or turn {known}.")
        if not dial.holds(value):
            raise SettingsError(f"A {name} of {value:g} is not possible: use {dial.about}.")
        turned[name] = float(value)
    return turned
