"""SNGAN (Miyato et al. 2018, https://arxiv.org/abs/1802.05957): a discriminator whose every layer has slope 1 at most.

The bound is spectral norm, one power iteration a step, in the network's settings; the game is the hinge. Departures: an
average of the generator's weights is kept and used to sample, with batch norm's statistics taken anew for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor

from ganvas.core.batch import Clean
from ganvas.core.card import Card
from ganvas.core.method import Method, Optimiser, Schedule
from ganvas.games.stabilisers import Repeats, Score, Stabilisers
from ganvas.games.synthesis import Synthesis
from ganvas.losses.adversarial import discriminator_hinge, generator_hinge
from ganvas.nets.synthesis.settings import NetworkSettings, ResNetSettings

__all__ = ["SNGAN"]

_LINEAR = Schedule(decay_from=0.0, shape="linear")


@dataclass(frozen=True, kw_only=True)
class SNGAN(Synthesis, Method[Clean]):
    """Five hinge descents of the discriminator, then one of the generator; Adam (0, 0.9) at 2e-4, decaying linearly.

    Attributes:
        networks_: the residual pair for 32 px (table 4).
    """

    card: ClassVar[Card] = Card(
        title="SNGAN",
        task="generate",
        paper="Miyato et al. 2018, https://arxiv.org/abs/1802.05957",
        needs=frozenset({"seed"}),
        tiling="never",
    )
    score: ClassVar[Score] = "margin"

    networks_: NetworkSettings = field(default_factory=ResNetSettings)
    g_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=2e-4, betas=(0.0, 0.9), schedule=_LINEAR))
    d_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=2e-4, betas=(0.0, 0.9), schedule=_LINEAR))
    n_critic: Repeats = field(default_factory=lambda: Repeats(count=5))
    average_images: float = 20_000
    stabilise: Stabilisers = field(default_factory=lambda: Stabilisers(standing_images=4_096))

    def discriminator_objective(self, real: Float[Tensor, "b 1"], fake: Float[Tensor, "b 1"]) -> Float[Tensor, ""]:
        """Returns the hinge (equation 16)."""
        return discriminator_hinge(real, fake)

    def generator_objective(self, fake: Float[Tensor, "b 1"], real: Float[Tensor, "b 1"] | None) -> Float[Tensor, ""]:
        """Returns minus the mean score of generated samples (equation 17)."""
        return generator_hinge(fake)
