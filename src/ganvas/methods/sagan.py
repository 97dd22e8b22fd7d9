"""SAGAN (Zhang et al. 2019, https://arxiv.org/abs/1805.08318): SNGAN with self-attention, bounds on both sides, TTUR.

Departures: unconditional by default (the article's is conditional, by class; set ``classes`` and ``condition``); an
average of the generator's weights is kept and used to sample; weights do not start orthogonal.
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
from ganvas.losses.adversarial import discriminator_hinge, generator_hinge
from ganvas.nets.synthesis.settings import NetworkSettings, ResNetSettings

__all__ = ["SAGAN"]


@dataclass(frozen=True, kw_only=True)
class SAGAN(Synthesis, Method[Clean]):
    """One hinge descent each, the discriminator's rate four times the generator's.

    Attributes:
        networks_: the residual pair with self-attention and spectral norm in both networks.
        g_optimiser, d_optimiser: Adam (0, 0.9) at 1e-4 and 4e-4 (section 4).
    """

    card: ClassVar[Card] = Card(
        title="SAGAN",
        task="generate",
        paper="Zhang et al. 2019, https://arxiv.org/abs/1805.08318",
        needs=frozenset({"seed"}),
        tiling="never",
    )
    score: ClassVar[Score] = "margin"

    networks_: NetworkSettings = field(default_factory=lambda: ResNetSettings(attention_at=(16,), spectral_norm_g=True))
    g_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=1e-4, betas=(0.0, 0.9)))
    d_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=4e-4, betas=(0.0, 0.9)))
    average_images: float = 20_000
    stabilise: Stabilisers = field(default_factory=lambda: Stabilisers(standing_images=4_096))

    def discriminator_objective(self, real: Float[Tensor, "b 1"], fake: Float[Tensor, "b 1"]) -> Float[Tensor, ""]:
        """Returns the hinge (equation 4, first line)."""
        return discriminator_hinge(real, fake)

    def generator_objective(self, fake: Float[Tensor, "b 1"], real: Float[Tensor, "b 1"] | None) -> Float[Tensor, ""]:
        """Returns minus the mean score of generated samples (equation 4, second line)."""
        return generator_hinge(fake)
