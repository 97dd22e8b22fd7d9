"""ESRGAN: adversarial super-resolution by residual-in-residual dense blocks and a relativistic average discriminator.

Source: Wang et al. 2018, https://arxiv.org/abs/1809.00219, eq. 3: content loss on features before the activation, plus
lambda times the relativistic average adversarial loss (eq. 1 and 2), plus eta times L1, from weights trained on L1
(``--init-from`` a regression model). Blending both sets of weights (network interpolation, section 3.4) is how a person
chooses between fidelity and sharpness when the model is applied.

Departures: content by our own small feature network unless VGG19's weights are given, and by the last convolution of
each of its stages instead of the deepest alone; a patch discriminator with spectral norm instead of the VGG-style one
with batch norm; the generator descends before the discriminator, so that the discriminator judges the images the
generator has just made; an optional L1 on the images averaged over 2 x 2 px, which holds colours and shapes in place;
a moving average of the generator.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor

from ganvas.core.batch import Paired
from ganvas.core.card import Card
from ganvas.core.method import Losses, Method, Optimiser, Schedule, Step
from ganvas.games.paired import Judged, PairedGame
from ganvas.losses.adversarial import relativistic_average_discriminator, relativistic_average_generator
from ganvas.losses.reconstruction import coarse_l1, l1
from ganvas.nets.generator import RRDBSettings

__all__ = ["ESRGAN"]


@dataclass(frozen=True, kw_only=True)
class ESRGAN(PairedGame, Method[Paired]):
    """Minimises content * features + adversarial * RaGAN + pixel * L1 for g (eq. 3), the RaGAN loss for d (eq. 1).

    ``adversarial`` is the paper's lambda.

    Attributes:
        scale: output per input pixel along one axis.
        pixel: eta.
        structure: weight of L1 between both images averaged over 2 x 2 px; the paper has none.
    """

    card: ClassVar[Card] = Card(
        title="ESRGAN", task="upscale", paper="Wang et al. 2018, https://arxiv.org/abs/1809.00219", plain=True
    )

    generator: RRDBSettings = field(default_factory=RRDBSettings)
    task: str = "upscale"
    scale: int = 4
    pixel: float = 1e-2
    structure: float = 0.0
    g_optimiser: Optimiser = field(
        default_factory=lambda: Optimiser(lr=1e-4, schedule=Schedule(warm_up=800, decay_from=0.4, final=0.05))
    )
    d_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=2e-4, betas=(0.5, 0.99)))

    def terms(self, judged: Judged, step: Step) -> Losses:
        """Returns eq. 3, term by term."""
        return {
            "content": self.content_distance(judged, step),
            "adversarial": self.generator_objective(judged.fake, judged.real),
            "pixel": l1(judged.made, judged.truth),
            "structure": coarse_l1(judged.made, judged.truth),
        }

    def generator_objective(self, fake: Tensor, real: Tensor) -> Float[Tensor, ""]:
        """Returns eq. 2."""
        return relativistic_average_generator(real, fake)

    def discriminator_objective(self, real: Tensor, fake: Tensor) -> Float[Tensor, ""]:
        """Returns eq. 1."""
        return relativistic_average_discriminator(real, fake)

    def couples_batch(self) -> bool:
        """The means of RaGAN run over the batch."""
        return True

    def output_scale(self) -> int:
        """Returns the scale."""
        return self.scale
