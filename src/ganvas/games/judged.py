"""Samples in front of the discriminator, and what it says of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jaxtyping import Float, Int
from torch import Tensor

from ganvas.losses.penalties import scores_and_gradient
from ganvas.nets.synthesis.judge import Judgement

__all__ = ["Judged", "Shown", "judge", "judge_with_slope"]

Network = Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Samples as the discriminator sees them.

    Attributes:
        samples: real or generated, under noise and augmentation.
        label: their classes; None where the game has none.
        code: what generated ones were made of; None for real ones.
    """

    samples: Float[Tensor, "b ..."]
    label: Int[Tensor, " b"] | None = None
    code: Float[Tensor, "b n"] | None = None


@dataclass(frozen=True, kw_only=True)
class Judged(Shown):
    """The same with the discriminator's judgement.

    Attributes:
        judgement: score, features, classes.
        slope: gradient of each sample's score with respect to it; None where no penalty asks for it.
    """

    judgement: Judgement
    slope: Float[Tensor, "b ..."] | None = None

    @property
    def score(self) -> Float[Tensor, "b 1"]:
        """Logits, or a critic's scores."""
        return self.judgement.score


def judge(network: Network, shown: Shown) -> Judged:
    """Returns what the network says of the samples."""
    said = network(shown.samples, shown.label)
    return Judged(samples=shown.samples, label=shown.label, code=shown.code, judgement=said)


def judge_with_slope(network: Network, shown: Shown) -> Judged:
    """Returns the same with the gradient at the samples, from one forward pass in float32."""
    said: list[Judgement] = []

    def score(samples: Tensor) -> Tensor:
        said.append(network(samples, shown.label))
        return said[0].score

    _, slope = scores_and_gradient(score, shown.samples)
    return Judged(samples=shown.samples, label=shown.label, code=shown.code, judgement=said[0], slope=slope)
