"""LSGAN (Mao et al. 2017, https://arxiv.org/abs/1611.04076): scores are regressed to 1 and 0, not classified.

Departures: as in DCGAN, an average of the generator's weights is kept and used to sample.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor

from ganvas.core.batch import Clean
from ganvas.core.card import Card
from ganvas.core.method import Method
from ganvas.games.stabilisers import Score, Stabilisers
from ganvas.games.synthesis import Synthesis
from ganvas.losses.adversarial import discriminator_least_squares, generator_least_squares
from ganvas.nets.synthesis.settings import DCGANSettings, NetworkSettings

__all__ = ["LSGAN"]


@dataclass(frozen=True, kw_only=True)
class LSGAN(Synthesis, Method[Clean]):
    """One descent each of equation 9: a = 0, b = c = 1.

    Attributes:
        networks_: those of DCGAN.
    """

    card: ClassVar[Card] = Card(
        title="LSGAN",
        task="generate",
        paper="Mao et al. 2017, https://arxiv.org/abs/1611.04076",
        needs=frozenset({"seed"}),
        tiling="never",
    )
    score: ClassVar[Score] = "target"

    networks_: NetworkSettings = field(default_factory=lambda: DCGANSettings(size=64))
    average_images: float = 20_000
    stabilise: Stabilisers = field(default_factory=lambda: Stabilisers(standing_images=4_096))

    def discriminator_objective(self, real: Float[Tensor, "b 1"], fake: Float[Tensor, "b 1"]) -> Float[Tensor, ""]:
        """Returns the squared distances to 1 and 0, halved."""
        return discriminator_least_squares(real, fake)

    def generator_objective(self, fake: Float[Tensor, "b 1"], real: Float[Tensor, "b 1"] | None) -> Float[Tensor, ""]:
        """Returns the squared distance to 1, halved."""
        return generator_least_squares(fake)
