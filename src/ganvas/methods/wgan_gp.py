"""WGAN with gradient penalty (Gulrajani et al. 2017, https://arxiv.org/abs/1704.00028).

Departures: an average of the generator's weights is kept and used to sample, and the learning rate may decay; the
article's toy experiments have neither. Each critic update draws fresh latent codes, as algorithm 1 says (several codes
reuse the critic's for the generator). The critic must not use batch norm (section 4 of the article).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn

from ganvas.core.batch import Batch, Clean
from ganvas.core.card import Card
from ganvas.core.method import Draws, Ema, Losses, Method, Networks, Optimiser, Phase, Query, Result, Schedule, Step
from ganvas.losses.adversarial import critic_wasserstein, generator_wasserstein
from ganvas.losses.penalties import gradient_penalty
from ganvas.nets.mlp import MLP

__all__ = ["WganGp"]


@dataclass(frozen=True, kw_only=True)
class WganGp(Method[Clean]):
    """``n_critic`` critic updates with the penalty, then one of the generator.

    Attributes:
        penalty: lambda; the article uses 10 for images and 0.1 for points in the plane.
        n_critic: critic updates per generator update.
        features: features of a sample; 2 for points in the plane.
        latent: features of the latent code, standard normal.
        width: features of each hidden layer.
        depth_g: hidden layers of the generator.
        depth_d: hidden layers of the critic.
        lr_g: learning rate of the generator.
        lr_d: learning rate of the critic.
        betas: of Adam, for both.
        schedule: of both learning rates.
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
    features: int = 2
    latent: int = 2
    width: int = 128
    depth_g: int = 5
    depth_d: int = 3
    lr_g: float = 1e-3
    lr_d: float = 1e-3
    betas: tuple[float, float] = (0.0, 0.9)
    schedule: Schedule = field(default_factory=Schedule)
    half_life_images: float = 50_000

    def networks(self) -> dict[str, nn.Module]:
        """Returns ``g`` (latent code to sample) and ``d`` (sample to score, the critic)."""
        return {
            "g": MLP(inputs=self.latent, outputs=self.features, width=self.width, depth=self.depth_g),
            "d": MLP(inputs=self.features, outputs=1, width=self.width, depth=self.depth_d),
        }

    def optimisers(self) -> Mapping[str, Optimiser]:
        """Returns Adam for both."""
        return {
            "g": Optimiser(lr=self.lr_g, betas=self.betas, schedule=self.schedule),
            "d": Optimiser(lr=self.lr_d, betas=self.betas, schedule=self.schedule),
        }

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

    def sample(self, nets: Networks, rng: Draws) -> Float[Tensor, "b features"]:
        """Returns one sample for each index of the draws."""
        return nets["g"](rng.normal(self.latent, stream="latent"))

    def apply(self, nets: Networks, query: Query, rng: Draws) -> Result:
        """Returns samples, one for each index of the draws."""
        return Result(images=self.sample(nets, rng))

    def exportable(self) -> Sequence[str]:
        """Returns the generator."""
        return ("g",)
