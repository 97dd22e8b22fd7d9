"""DCGAN (Radford et al. 2016, https://arxiv.org/abs/1511.06434): the original game with convolutions that hold.

Departures: an average of the generator's weights is kept and used to sample, with batch norm's statistics taken anew
for it when a model file is written; codes are normal, not uniform.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor

from ganvas.core.batch import Clean
from ganvas.core.card import Card
from ganvas.core.method import Method
from ganvas.games.stabilisers import Stabilisers
from ganvas.games.synthesis import Synthesis
from ganvas.losses.adversarial import discriminator_logistic, generator_nonsaturating
from ganvas.nets.synthesis.settings import DCGANSettings, NetworkSettings

__all__ = ["DCGAN"]


@dataclass(frozen=True, kw_only=True)
class DCGAN(Synthesis, Method[Clean]):
    """One descent each of the logistic game, Adam (0.5, 0.999) at 2e-4.

    Attributes:
        networks_: strided convolutions with batch norm, 64 px by default.
    """

    card: ClassVar[Card] = Card(
        title="DCGAN",
        task="generate",
        paper="Radford et al. 2016, https://arxiv.org/abs/1511.06434",
        needs=frozenset({"seed"}),
        tiling="never",
    )

    networks_: NetworkSettings = field(default_factory=lambda: DCGANSettings(size=64))
    average_images: float = 20_000
    stabilise: Stabilisers = field(default_factory=lambda: Stabilisers(standing_images=4_096))

    def discriminator_objective(self, real: Float[Tensor, "b 1"], fake: Float[Tensor, "b 1"]) -> Float[Tensor, ""]:
        """Returns the logistic loss."""
        return discriminator_logistic(real, fake)

    def generator_objective(self, fake: Float[Tensor, "b 1"], real: Float[Tensor, "b 1"] | None) -> Float[Tensor, ""]:
        """Returns the non-saturating loss."""
        return generator_nonsaturating(fake)
