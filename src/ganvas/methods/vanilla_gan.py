"""The original GAN (Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661).

Departures: Adam instead of momentum, and rectifiers instead of maxout with dropout. ``game`` chooses the
generator's loss: the non-saturating one (section 3 of the article, its practice) or the zero-sum one of equation 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from ganvas.core.batch import Batch, Clean
from ganvas.core.card import Card
from ganvas.core.method import Losses, Method, Phase, Step
from ganvas.losses.adversarial import discriminator_logistic, generator_minimax, generator_nonsaturating
from ganvas.nets.perceptrons import Perceptrons

__all__ = ["VanillaGan"]


@dataclass(frozen=True, kw_only=True)
class VanillaGan(Perceptrons, Method[Clean]):
    """Discriminator and generator descend in turn, once each.

    The networks' settings are those of :class:`Perceptrons`.

    Attributes:
        game: the generator's loss.
    """

    card: ClassVar[Card] = Card(
        title="Original GAN, multilayer perceptrons",
        task="generate",
        paper="Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661",
        needs=frozenset({"seed"}),
        channels=2,
        tiling="never",
    )
    batch_type: ClassVar[type[Batch]] = Clean

    game: Literal["nonsaturating", "minimax"] = "nonsaturating"

    def phases(self) -> Sequence[Phase[Clean]]:
        """Returns algorithm 1 with k = 1."""
        return (
            Phase(name="d", trains=("d",), loss=self.discriminator_loss),
            Phase(name="g", trains=("g",), loss=self.generator_loss),
        )

    def discriminator_loss(self, batch: Clean, step: Step) -> Losses:
        """Returns the logistic loss: the value of equation 1, negated."""
        fake = self.sample(step.nets, step.rng)
        return {"adversarial": discriminator_logistic(step.nets["d"](batch.image), step.nets["d"](fake))}

    def generator_loss(self, batch: Clean, step: Step) -> Losses:
        """Returns the generator's side of the chosen game."""
        logits = step.nets["d"](self.sample(step.nets, step.rng))
        loss = generator_minimax if self.game == "minimax" else generator_nonsaturating
        return {"adversarial": loss(logits)}
