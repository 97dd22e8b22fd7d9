"""What every pipeline is: a name, and a function from what was found in a picture to the steps it gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ganvas.measure.judge import Finding

__all__ = ["TASK_OF", "Pipeline", "Step"]

TASK_OF = {
    "noise": "denoise",
    "blocks": "dejpeg",
    "blur": "deblur",
    "darkness": "brighten",
    "haze": "dehaze",
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One task of a chain.

    Attributes:
        task: its name.
        strength: of the task, 0 to 1.
        damage: what it is meant to take away.
    """

    task: str
    strength: float
    damage: str


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """A chain of tasks.

    Attributes:
        name: what a person calls it, with dashes.
        summary: one sentence for lists.
        tasks: every task it may use, in its order.
        choose: the steps for what was found in a picture.
        models: by task, where the chain uses another model than the task's own.
    """

    name: str
    summary: str
    tasks: tuple[str, ...]
    choose: Callable[[Sequence[Finding]], tuple[Step, ...]]
    models: Mapping[str, str] = field(default_factory=dict)
