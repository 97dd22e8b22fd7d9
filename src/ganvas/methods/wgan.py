"""WGAN (Arjovsky et al. 2017, https://arxiv.org/abs/1701.07875): a critic with bounded weights.

The opening of 100 critic updates in each of the first 25 steps is in the authors' code
(https://github.com/martinarjovsky/WassersteinGAN), not in the article; the code also repeats it every 500 steps, which
is left out here. Departure: an average of the generator's weights is kept and used to sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from ganvas.core.batch import Clean
from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.core.method import Method, Optimiser, Phase, Step
from ganvas.games.memory import module_of
from ganvas.games.stabilisers import Repeats, Score, Stabilisers
from ganvas.games.synthesis import Synthesis
from ganvas.losses.adversarial import critic_wasserstein, generator_wasserstein
from ganvas.nets.synthesis.settings import DCGANSettings, NetworkSettings

__all__ = ["WGAN"]


@dataclass(frozen=True, kw_only=True)
class WGAN(Synthesis, Method[Clean]):
    """``n_critic`` critic updates, each followed by clipping, then one of the generator (algorithm 1).

    Attributes:
        clip: largest absolute value of the critic's weights; the bound on its slope follows from it.
        networks_: those of DCGAN, as in the authors' code.
        g_optimiser, d_optimiser: RMSprop at 5e-5, since momentum made the authors' critic unstable.

    Raises:
        SettingsError: the clip is not above 0.
    """

    card: ClassVar[Card] = Card(
        title="WGAN, clipped weights",
        task="generate",
        paper="Arjovsky et al. 2017, https://arxiv.org/abs/1701.07875",
        needs=frozenset({"seed"}),
        tiling="never",
    )
    score: ClassVar[Score] = "free"
    d_phase: ClassVar[str] = "critic"

    clip: float = 0.01
    networks_: NetworkSettings = field(default_factory=lambda: DCGANSettings(size=64))
    g_optimiser: Optimiser = field(default_factory=lambda: Optimiser(kind="rmsprop", lr=5e-5))
    d_optimiser: Optimiser = field(default_factory=lambda: Optimiser(kind="rmsprop", lr=5e-5))
    n_critic: Repeats = field(default_factory=lambda: Repeats(count=5, opening=100, opening_steps=25))
    average_images: float = 20_000
    stabilise: Stabilisers = field(default_factory=lambda: Stabilisers(standing_images=4_096))

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.clip <= 0:
            raise SettingsError(f"A clip of {self.clip} leaves no weight: give a number above 0, such as 0.01.")

    def phases(self) -> Sequence[Phase[Any]]:
        """Returns the descents; each of the critic's ends in clipping."""
        critic, *rest = super().phases()
        return (replace(critic, after=self.clip_weights), *rest)

    def clip_weights(self, step: Step) -> None:
        """Brings every parameter of the critic into [-clip, clip] (algorithm 1, line 7)."""
        torch._foreach_clamp_min_(list(module_of(step.raw["d"]).parameters()), -self.clip)
        torch._foreach_clamp_max_(list(module_of(step.raw["d"]).parameters()), self.clip)

    def discriminator_objective(self, real: Float[Tensor, "b 1"], fake: Float[Tensor, "b 1"]) -> Float[Tensor, ""]:
        """Returns minus the estimate of the distance (equation 3)."""
        return critic_wasserstein(real, fake)

    def generator_objective(self, fake: Float[Tensor, "b 1"], real: Float[Tensor, "b 1"] | None) -> Float[Tensor, ""]:
        """Returns minus the critic's mean score of generated samples."""
        return generator_wasserstein(fake)
