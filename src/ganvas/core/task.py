"""A task: a verb of the command line, what it needs, how it is judged, and what a person may turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ganvas.core.card import Need

__all__ = ["DIALS", "MIXING", "Control", "Dial", "Task"]

Control = Literal[
    "scale",
    "strength",
    "brightness",
    "contrast",
    "saturation",
    "kernel",
    "sharpness",
    "vividness",
    "feather",
    "fidelity",
]
# The dials between a task's faithful model and its bold one, whose weights they mix.
MIXING: tuple[str, ...] = ("sharpness", "vividness")


@dataclass(frozen=True, kw_only=True)
class Dial:
    """A control that is a number in a range.

    Attributes:
        default: where it stands when nobody turns it; None where that is the model's affair.
        lowest, highest: of the range, both included.
        about: for help texts and errors: what the ends mean.
    """

    default: float | None
    lowest: float
    highest: float
    about: str

    def holds(self, value: float) -> bool:
        """Returns whether the value is in the range; what is not finite never is."""
        return self.lowest <= value <= self.highest


DIALS: Mapping[str, Dial] = {
    "strength": Dial(default=1.0, lowest=0.0, highest=1.0, about="0 (the input) to 1 (the model's result)"),
    "brightness": Dial(default=0.0, lowest=-1.0, highest=1.0, about="-1 (darker) to 1 (brighter), behind the model"),
    "contrast": Dial(default=1.0, lowest=0.0, highest=3.0, about="a factor from 0 (gray) to 3, behind the model"),
    "saturation": Dial(
        default=1.0, lowest=0.0, highest=3.0, about="a factor from 0 (no colour) to 3, behind the model"
    ),
    "sharpness": Dial(default=None, lowest=0.0, highest=1.0, about="0 (faithful) to 1 (sharp, detail is guessed)"),
    "vividness": Dial(default=None, lowest=0.0, highest=1.0, about="0 (restrained) to 1 (vivid, colours are guessed)"),
    "fidelity": Dial(
        default=1.0, lowest=0.0, highest=1.0, about="0 (sharp: skin and hair are guessed) to 1 (faithful)"
    ),
    "feather": Dial(
        default=0.0,
        lowest=0.0,
        highest=512.0,
        about="0 to 512 px inward from the rim of a hole, where what stood there fades out",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Task:
    """One thing a person asks for.

    Attributes:
        name: also the name of the file it stands in.
        verb: the command, route and function.
        summary: one sentence for help texts.
        needs: what a query must hold.
        model: the model used when none is named.
        metrics: names of the metrics it is judged by.
        controls: settings a person may turn beside the model: those of ``DIALS``, ``scale`` (any number above 0), and
            ``kernel`` (a file that holds the blur).
        small: used instead of ``model`` up to a scale, where it is bundled.
        real: used instead of ``model`` for pictures whose damage is not known; empty where there is none.
        bold: the end of the task's mixing dial that guesses more; its faithful end is ``model``.
    """

    name: str
    verb: str
    summary: str
    needs: frozenset[Need]
    model: str
    metrics: tuple[str, ...]
    controls: tuple[Control, ...] = ()
    small: tuple[float, str] | None = None
    real: str = ""
    bold: str = ""
