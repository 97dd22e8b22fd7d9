"""R3GAN (Huang et al. 2024, https://arxiv.org/abs/2501.05441): relativistic pairing with R1 and R2.

Departures: the networks are those of the settings here (the article has its own), and gamma is constant (the article
anneals it, Adam's second beta and the learning rate by cosine schedules; the learning rate's is offered).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor

from ganvas.core.batch import Clean
from ganvas.core.card import Card
from ganvas.core.method import Method, Optimiser
from ganvas.games.stabilisers import Score, Stabilisers
from ganvas.games.synthesis import Synthesis
from ganvas.losses.adversarial import relativistic_pairing

__all__ = ["R3Gan"]


@dataclass(frozen=True, kw_only=True)
class R3Gan(Synthesis, Method[Clean]):
    """One discriminator descent on the paired loss and both penalties, then one of the generator.

    Sample i is paired with sample i only, so the losses are means over samples and may be split into micro-batches.

    Attributes:
        stabilise: gamma is ``r1`` and ``r2``, each gamma/2 E ||gradient||^2.
    """

    card: ClassVar[Card] = Card(
        title="R3GAN",
        task="generate",
        paper="Huang et al. 2024, https://arxiv.org/abs/2501.05441",
        needs=frozenset({"seed"}),
        tiling="never",
    )
    score: ClassVar[Score] = "free"
    sees_real: ClassVar[bool] = True

    g_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=1e-3, betas=(0.0, 0.99)))
    d_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=1e-3, betas=(0.0, 0.99)))
    average_images: float = 50_000
    stabilise: Stabilisers = field(default_factory=lambda: Stabilisers(r1=0.1, r2=0.1))

    def discriminator_objective(self, real: Float[Tensor, "b 1"], fake: Float[Tensor, "b 1"]) -> Float[Tensor, ""]:
        """Returns the paired loss; R1 and R2 are added to it, from the same forward passes."""
        return relativistic_pairing(real, fake)

    def generator_objective(self, fake: Float[Tensor, "b 1"], real: Float[Tensor, "b 1"] | None) -> Float[Tensor, ""]:
        """Returns the paired loss with the sides exchanged: the generator sees real samples too."""
        assert real is not None
        return relativistic_pairing(fake, real)
