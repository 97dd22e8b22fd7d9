"""The original GAN (Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661).

Departures: Adam instead of momentum, and rectifiers instead of maxout with dropout. ``game`` chooses the
generator's loss: the non-saturating one (section 3 of the article, its practice) or the zero-sum one of equation 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from jaxtyping import Float
from torch import Tensor

from ganvas.core.batch import Clean
from ganvas.core.card import Card
from ganvas.core.method import Method, Optimiser
from ganvas.games.synthesis import Synthesis
from ganvas.losses.adversarial import discriminator_logistic, generator_minimax, generator_nonsaturating

__all__ = ["VanillaGan"]


@dataclass(frozen=True, kw_only=True)
class VanillaGan(Synthesis, Method[Clean]):
    """Discriminator and generator descend in turn, once each (algorithm 1 with k = 1).

    Attributes:
        game: the generator's loss.
        g_optimiser, d_optimiser: for points in the plane by default.
    """

    card: ClassVar[Card] = Card(
        title="Original GAN, multilayer perceptrons",
        task="generate",
        paper="Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661",
        needs=frozenset({"seed"}),
        tiling="never",
    )

    game: Literal["nonsaturating", "minimax"] = "nonsaturating"
    g_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=1e-3, betas=(0.5, 0.999)))
    d_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=1e-3, betas=(0.5, 0.999)))

    def discriminator_objective(self, real: Float[Tensor, "b 1"], fake: Float[Tensor, "b 1"]) -> Float[Tensor, ""]:
        """Returns the logistic loss: the value of equation 1, negated."""
        return discriminator_logistic(real, fake)

    def generator_objective(self, fake: Float[Tensor, "b 1"], real: Float[Tensor, "b 1"] | None) -> Float[Tensor, ""]:
        """Returns the generator's side of the chosen game."""
        return generator_minimax(fake) if self.game == "minimax" else generator_nonsaturating(fake)
