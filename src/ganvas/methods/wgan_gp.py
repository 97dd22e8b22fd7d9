"""WGAN with gradient penalty (Gulrajani et al. 2017, https://arxiv.org/abs/1704.00028).

Departures: an average of the generator's weights is kept and used to sample, and the learning rate may decay; the
article's toy experiments have neither. Each critic update draws fresh latent codes, as algorithm 1 says (several codes
reuse the critic's for the generator). The critic must not use batch norm (section 4 of the article).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ganvas.core.batch import Batch, Clean
from ganvas.core.card import Card
from ganvas.core.method import Ema, Losses, Method, Phase, Step
from ganvas.losses.adversarial import critic_wasserstein, generator_wasserstein
from ganvas.losses.penalties import gradient_penalty
from ganvas.nets.perceptrons import Perceptrons

__all__ = ["WganGp"]


@dataclass(frozen=True, kw_only=True)
class WganGp(Perceptrons, Method[Clean]):
    """``n_critic`` critic updates with the penalty, then one of the generator.

    The networks' settings are those of :class:`Perceptrons`.

    Attributes:
        penalty: lambda; the article uses 10 for images and 0.1 for points in the plane.
        n_critic: critic updates per generator update.
        betas: of Adam, for both.
        half_life_images: of the generator's average.
    """

    card: ClassVar[Card] = Card(
        title="WGAN with gradient penalty, multilayer perceptrons",
        task="generate",
        paper="Gulrajani et al. 2017, https://arxiv.org/abs/1704.00028",
        needs=frozenset({"seed"}),
        channels=2,
        tiling="never",
    )
    batch_type: ClassVar[type[Batch]] = Clean

    penalty: float = 0.1
    n_critic: int = 5
    betas: tuple[float, float] = (0.0, 0.9)
    half_life_images: float = 50_000

    def phases(self) -> Sequence[Phase[Clean]]:
        """Returns algorithm 1."""
        return (
            Phase(name="critic", trains=("d",), loss=self.critic_loss, repeats=self.n_critic),
            Phase(name="g", trains=("g",), loss=self.generator_loss),
        )

    def averages(self) -> Sequence[Ema]:
        """Returns the generator's average."""
        return (Ema(of="g", half_life_images=self.half_life_images),)

    def critic_loss(self, batch: Clean, step: Step) -> Losses:
        """Returns equation 3: the critic's loss and the penalty between real and generated samples."""
        real, fake = batch.image, self.sample(step.nets, step.rng)
        alpha = step.rng.uniform(stream="interpolation")
        return {
            "wasserstein": critic_wasserstein(step.nets["d"](real), step.nets["d"](fake)),
            "penalty": self.penalty * gradient_penalty(step.raw["d"], real, fake, alpha),
        }

    def generator_loss(self, batch: Clean, step: Step) -> Losses:
        """Returns minus the critic's mean score of generated samples."""
        return {"wasserstein": generator_wasserstein(step.nets["d"](self.sample(step.nets, step.rng)))}
