"""Looks at a training now and then, and keeps the best model it saw beside the last one."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ganvas.core.errors import CheckpointError
from ganvas.data.streams import Stream
from ganvas.games.showing import ADA_P
from ganvas.io import checkpoint
from ganvas.train.export import model_header, model_tensors
from ganvas.train.health import DISTANCE, Health, Reference
from ganvas.train.settings import Recipe
from ganvas.train.state import TrainState

__all__ = ["METRIC", "Watch"]

METRIC = f"{DISTANCE}[random features]"
"""Under which name the best model's header says how good it was."""


@dataclass
class Watch:
    """Measures health within its share of the time, and writes ``best.safetensors`` where samples were never closer.

    Attributes:
        recipe: of the run.
        folder: of the run.
        version: of ganvas, for the model's header.
        health: what measures.
        resume: go on from the best model that the folder holds.
    """

    recipe: Recipe
    folder: Path
    version: str
    health: Health
    resume: bool = False
    _best: float = field(init=False)

    def __post_init__(self) -> None:
        self._best = _value(self.path) if self.resume else float("inf")

    @classmethod
    def of(cls, recipe: Recipe, stream: Stream[Any], folder: Path, version: str, device: str, *, resume: bool) -> Watch:
        """Returns it, with real samples of the stream to compare generated ones with."""
        train = recipe.train
        reference = Reference.of(recipe.method, stream, train.batch, device) if train.health_share else None
        return cls(recipe, folder, version, Health(recipe.method, reference, train.health_share), resume)

    @property
    def path(self) -> Path:
        """Of the best model."""
        return self.folder / "best.safetensors"

    def look(self, state: TrainState, *, last: bool = False) -> dict[str, float]:
        """Returns the figures where a look is due, nothing elsewhere.

        Args:
            last: it is the end of the run, whose figures are always wanted.
        """
        if not self.health.due(last=last):
            return {}
        found = self.health.measure(state.nets, {**state.nets, **state.averages})
        if ADA_P in state.memory:
            found["health/augment_p"] = float(state.memory[ADA_P])
        value = found.get(f"health/{DISTANCE}")
        if value is not None and value < self._best:
            self._best = value
            header = model_header(self.recipe, state, version=self.version) | {"metrics": {METRIC: value}}
            checkpoint.save(self.path, model_tensors(self.recipe, state), header)
        return found


def _value(path: Path) -> float:
    try:
        return float(checkpoint.read_header(path)["metrics"][METRIC])
    except (CheckpointError, KeyError, TypeError, ValueError):
        return float("inf")
