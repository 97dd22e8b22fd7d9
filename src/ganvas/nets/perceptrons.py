"""Generator and discriminator of points in the plane: what every adversarial game on them sets and builds alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jaxtyping import Float
from torch import Tensor, nn

from ganvas.core.method import Draws, Networks, Optimiser, Query, Result, Schedule
from ganvas.nets.mlp import MLP

__all__ = ["Perceptrons"]


@dataclass(frozen=True, kw_only=True)
class Perceptrons:
    """Settings of two multilayer perceptrons and their optimisers; a method's other base beside ``Method``.

    Attributes:
        features: features of a sample; 2 for points in the plane.
        latent: features of the latent code, standard normal.
        width: features of each hidden layer.
        depth_g: hidden layers of the generator.
        depth_d: hidden layers of the discriminator, or critic.
        lr_g: learning rate of the generator.
        lr_d: learning rate of the discriminator.
        betas: of Adam, for both.
        schedule: of both learning rates.
    """

    features: int = 2
    latent: int = 2
    width: int = 128
    depth_g: int = 5
    depth_d: int = 3
    lr_g: float = 1e-3
    lr_d: float = 1e-3
    betas: tuple[float, float] = (0.5, 0.999)
    schedule: Schedule = field(default_factory=Schedule)

    def networks(self) -> dict[str, nn.Module]:
        """Returns ``g`` (latent code to sample) and ``d`` (sample to score)."""
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

    def sample(self, nets: Networks, rng: Draws) -> Float[Tensor, "b features"]:
        """Returns one sample for each index of the draws."""
        return nets["g"](rng.normal(self.latent, stream="latent"))

    def apply(self, nets: Networks, query: Query, rng: Draws) -> Result:
        """Returns samples, one for each index of the draws."""
        return Result(images=self.sample(nets, rng))

    def exportable(self) -> Sequence[str]:
        """Returns the generator."""
        return ("g",)
