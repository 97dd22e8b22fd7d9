"""The original GAN (Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661).

Departures: Adam instead of momentum, and rectifiers instead of maxout with dropout. ``game`` chooses the
generator's loss: the non-saturating one (section 3 of the article, its practice) or the zero-sum one of equation 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from jaxtyping import Float
from torch import Tensor, nn

from ganvas.core.batch import Batch, Clean
from ganvas.core.card import Card
from ganvas.core.method import Draws, Losses, Method, Networks, Optimiser, Phase, Query, Result, Schedule, Step
from ganvas.losses.adversarial import discriminator_logistic, generator_minimax, generator_nonsaturating
from ganvas.nets.mlp import MLP

__all__ = ["VanillaGan"]


@dataclass(frozen=True, kw_only=True)
class VanillaGan(Method[Clean]):
    """Discriminator and generator descend in turn, once each.

    Attributes:
        game: the generator's loss.
        features: features of a sample; 2 for points in the plane.
        latent: features of the latent code, standard normal.
        width: features of each hidden layer.
        depth_g: hidden layers of the generator.
        depth_d: hidden layers of the discriminator.
        lr_g: learning rate of the generator.
        lr_d: learning rate of the discriminator.
        schedule: of both learning rates.
    """

    card: ClassVar[Card] = Card(
        title="Original GAN, multilayer perceptrons",
        task="generate",
        paper="Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661",
        needs=frozenset({"seed"}),
        channels=2,
        tiling="never",
    )
    batch_type: ClassVar[type[Batch]] = Clean

    game: Literal["nonsaturating", "minimax"] = "nonsaturating"
    features: int = 2
    latent: int = 2
    width: int = 128
    depth_g: int = 5
    depth_d: int = 3
    lr_g: float = 1e-3
    lr_d: float = 1e-3
    schedule: Schedule = field(default_factory=Schedule)

    def networks(self) -> dict[str, nn.Module]:
        """Returns ``g`` (latent code to sample) and ``d`` (sample to logit)."""
        return {
            "g": MLP(inputs=self.latent, outputs=self.features, width=self.width, depth=self.depth_g),
            "d": MLP(inputs=self.features, outputs=1, width=self.width, depth=self.depth_d),
        }

    def optimisers(self) -> Mapping[str, Optimiser]:
        """Returns Adam for both."""
        return {
            "g": Optimiser(lr=self.lr_g, betas=(0.5, 0.999), schedule=self.schedule),
            "d": Optimiser(lr=self.lr_d, betas=(0.5, 0.999), schedule=self.schedule),
        }

    def phases(self) -> Sequence[Phase[Clean]]:
        """Returns algorithm 1 with k = 1."""
        return (
            Phase(name="d", trains=("d",), loss=self.discriminator_loss),
            Phase(name="g", trains=("g",), loss=self.generator_loss),
        )

    def discriminator_loss(self, batch: Clean, step: Step) -> Losses:
        """Returns the logistic loss: the value of equation 1, negated."""
        fake = self.sample(step.nets, step.rng)
        return {"adversarial": discriminator_logistic(step.nets["d"](batch.image), step.nets["d"](fake))}

    def generator_loss(self, batch: Clean, step: Step) -> Losses:
        """Returns the generator's side of the chosen game."""
        logits = step.nets["d"](self.sample(step.nets, step.rng))
        loss = generator_minimax if self.game == "minimax" else generator_nonsaturating
        return {"adversarial": loss(logits)}

    def sample(self, nets: Networks, rng: Draws) -> Float[Tensor, "b features"]:
        """Returns one sample for each index of the draws."""
        return nets["g"](rng.normal(self.latent, stream="latent"))

    def apply(self, nets: Networks, query: Query, rng: Draws) -> Result:
        """Returns samples, one for each index of the draws."""
        return Result(images=self.sample(nets, rng))

    def exportable(self) -> Sequence[str]:
        """Returns the generator."""
        return ("g",)
