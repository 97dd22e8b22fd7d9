"""WGAN with gradient penalty (Gulrajani et al. 2017, https://arxiv.org/abs/1704.00028).

Departures: an average of the generator's weights is kept and used to sample, and the learning rate may decay; the
article's toy experiments have neither. Each critic update draws fresh latent codes, as algorithm 1 says (several codes
reuse the critic's for the generator). The critic must not use batch norm (section 4 of the article).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor

from ganvas.core.batch import Clean
from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.core.method import Method, Optimiser
from ganvas.games.stabilisers import Repeats, Score, Stabilisers
from ganvas.games.synthesis import Synthesis
from ganvas.losses.adversarial import critic_wasserstein, generator_wasserstein

__all__ = ["WganGp"]


@dataclass(frozen=True, kw_only=True)
class WganGp(Synthesis, Method[Clean]):
    """``n_critic`` critic updates with the penalty, then one of the generator (algorithm 1).

    Attributes:
        stabilise: lambda is ``gradient_penalty``; the article uses 10 for images and 0.1 for points in the plane.
        n_critic: critic updates per generator update.

    Raises:
        SettingsError: there is no gradient penalty.
    """

    card: ClassVar[Card] = Card(
        title="WGAN with gradient penalty",
        task="generate",
        paper="Gulrajani et al. 2017, https://arxiv.org/abs/1704.00028",
        needs=frozenset({"seed"}),
        tiling="never",
    )
    score: ClassVar[Score] = "free"
    d_phase: ClassVar[str] = "critic"

    g_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=1e-3, betas=(0.0, 0.9)))
    d_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=1e-3, betas=(0.0, 0.9)))
    n_critic: Repeats = field(default_factory=lambda: Repeats(count=5))
    average_images: float = 50_000
    stabilise: Stabilisers = field(default_factory=lambda: Stabilisers(gradient_penalty=0.1))

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.stabilise.gradient_penalty:
            raise SettingsError("WGAN-GP without a gradient penalty has no bound: set stabilise.gradient_penalty.")

    def discriminator_objective(self, real: Float[Tensor, "b 1"], fake: Float[Tensor, "b 1"]) -> Float[Tensor, ""]:
        """Returns the first part of equation 3; the penalty between real and generated samples is added to it."""
        return critic_wasserstein(real, fake)

    def generator_objective(self, fake: Float[Tensor, "b 1"], real: Float[Tensor, "b 1"] | None) -> Float[Tensor, ""]:
        """Returns minus the critic's mean score of generated samples."""
        return generator_wasserstein(fake)
