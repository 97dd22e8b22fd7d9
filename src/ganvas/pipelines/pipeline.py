"""What every pipeline is: a name, and the steps a picture gets: those for what was found in it, or always the same."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

if TYPE_CHECKING:
    from ganvas.measure.judge import Finding

__all__ = ["TASK_OF", "Done", "Pipeline", "Step", "fixed"]

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
        damage: what it is meant to take away; empty where no measure tells of it.
        dials: further settings of the task by name, such as the scale of ``upscale``.
        trusted: mean changes in [0, 1] from which on a model of a fixed chain is trusted at all and fully: those that
            correct tones give good pictures back nearly, but not quite, as they were, so a small change is none.
    """

    task: str
    strength: float = 1.0
    damage: str = ""
    dials: Mapping[str, float] = field(default_factory=dict)
    trusted: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, kw_only=True)
class Done:
    """What became of one step.

    Attributes:
        image: the result; None where there was nothing to do.
        note: a clause about it, such as how much was filled, or why there was nothing to do.
    """

    image: Float[np.ndarray, "h w c"] | None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """A chain of tasks.

    Attributes:
        name: what a person calls it, with dashes.
        summary: one sentence for lists.
        tasks: every task it may use, in its order.
        choose: the steps for what was found in a picture; always all of them in a fixed chain.
        models: by task, where the chain uses another model than the task's own.
        last: steps after those that were chosen, in a chain that is not fixed; planned and left out as in a fixed one.
        fixed: every step is planned, whatever was found, and leaves out itself where there is nothing for it to do.
        asked: tasks of a fixed chain that are left out unless they are asked for.
        source: what it was read from, for digests; empty for those that come with ganvas.
    """

    name: str
    summary: str
    tasks: tuple[str, ...]
    choose: Callable[[Sequence[Finding]], tuple[Step, ...]]
    models: Mapping[str, str] = field(default_factory=dict)
    last: tuple[Step, ...] = ()
    fixed: bool = False
    asked: frozenset[str] = frozenset()
    source: str = ""


def fixed(
    name: str, summary: str, steps: Sequence[Step], *, models: Mapping[str, str], asked: Collection[str] = ()
) -> Pipeline:
    """Returns the chain of always the same steps, each of another task."""
    planned = tuple(steps)
    return Pipeline(
        name=name,
        summary=summary,
        tasks=tuple(step.task for step in planned),
        choose=lambda findings: planned,
        models=models,
        fixed=True,
        asked=frozenset(asked),
    )
