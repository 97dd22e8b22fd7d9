"""The test double of a back end: nearest-neighbour enlargement that can run out of memory or give NaN on demand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pytest

from ganvas.core.card import Card
from ganvas.infer.model import RunnableModel


@dataclass(frozen=True)
class FakeBackend:
    """Enlarges by ``scale``; ``largest`` pixels per call; ``spoil`` may change the outputs."""

    scale: int = 1
    largest: float = float("inf")
    error: Callable[[], Exception] = MemoryError
    spoil: Callable[[np.ndarray, str], np.ndarray] = lambda output, precision: output
    name: str = "fake"
    device: str = "cpu"
    precision: Literal["f32", "bf16"] = "f32"
    bytes_per_pixel: float = 100.0
    calls: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)

    def run(self, images: np.ndarray) -> np.ndarray:
        self.calls.append((self.precision, images.shape))
        if images.shape[0] * images.shape[1] * images.shape[2] > self.largest:
            raise self.error()
        return self.spoil(np.repeat(np.repeat(images, self.scale, axis=1), self.scale, axis=2), self.precision)

    def at(self, precision: Literal["f32", "bf16"]) -> FakeBackend:
        return replace(self, precision=precision)


def fake_model(
    *, function: Callable[..., np.ndarray] | None = None, drifts: bool = False, **card: object
) -> RunnableModel:
    """A model whose function is never asked, because a back end is given."""
    facts = Card(title="fake", task="upscale", plain=True, **card)  # type: ignore[arg-type]
    return RunnableModel(card=facts, name="fake", function=function or (lambda image, **_: image), drifts=drifts)


@pytest.fixture
def make_backend() -> type[FakeBackend]:
    """The test double's class."""
    return FakeBackend


@pytest.fixture
def make_model() -> Callable[..., RunnableModel]:
    """Makes the model that goes with it."""
    return fake_model
