"""SRGAN: adversarial super-resolution, and the paired adversarial method of every restoration task.

Source: Ledig et al. 2017, https://arxiv.org/abs/1609.04802, eq. 3: content loss plus 1e-3 times an adversarial loss,
after pre-training the generator on a pixel loss (``--init-from`` a regression model). Options:

- content by the discriminator's own features (feature matching, Wang et al. 2018, pix2pixHD, eq. 4), which needs no
  pre-trained network and is the default; by those of the small network of the recipe ``features``; or by VGG19's (the
  paper's, squared) where their weights are given;
- the relativistic average discriminator (Jolicoeur-Martineau 2018; Wang et al. 2018, ESRGAN, eq. 1 and 2), or the
  paired relativistic one (the same paper's RpGAN), which compares each result with its own truth;
- ``pixel`` alone with a large weight is the BCE + lambda L1 objective of pix2pix (Isola et al. 2017, eq. 4).

Departures: an L1 on the images averaged over 2 x 2 px, which holds colours and shapes in place (the colour drift of
ESRGAN's users), and one on local means of the polyphase components, against the pixel shuffle's grid; the generator
descends before the discriminator, so that the discriminator judges the images the generator has just made and one
forward pass is saved; L1 instead of MSE as pixel loss; a patch discriminator with spectral norm instead of the
VGG-style one with batch norm; a moving average of the generator.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor

from ganvas.core.batch import Paired
from ganvas.core.card import Card
from ganvas.core.method import Losses, Method, Optimiser, Schedule, Step
from ganvas.games.paired import Judged, PairedGame
from ganvas.losses.adversarial import Game, discriminator_side, generator_side
from ganvas.losses.content import Content, ContentBy
from ganvas.losses.reconstruction import coarse_l1, grid_loss, l1
from ganvas.nets.generator import CompactSettings, HalfUNetSettings, RRDBSettings, SRResNetSettings

__all__ = ["SRGAN"]


@dataclass(frozen=True, kw_only=True)
class SRGAN(PairedGame, Method[Paired]):
    """Minimises pixel * L1 + structure * L1 below half Nyquist + content * features + adversarial * GAN for g.

    The discriminator descends on the GAN loss alone.

    Attributes:
        scale: output per input pixel along one axis.
        game: standard (non-saturating BCE), relativistic average, or relativistic paired.
        pixel: weight of L1.
        structure: weight of L1 between both images averaged over 2 x 2 px: what lies below half Nyquist is known well
            from the source, so the game may play above it only.
        grid: weight of the grid loss, against patterns that repeat with the upsampling.
        grid_period: px of such a pattern; None for the scale, or 2.
    """

    card: ClassVar[Card] = Card(
        title="SRGAN", task="upscale", paper="Ledig et al. 2017, https://arxiv.org/abs/1609.04802", plain=True
    )

    generator: CompactSettings | SRResNetSettings | RRDBSettings | HalfUNetSettings = field(
        default_factory=CompactSettings
    )
    task: str = "upscale"
    scale: int = 4
    game: Game = "relativistic_paired"
    pixel: float = 1.0
    structure: float = 4.0
    grid: float = 10.0
    grid_period: int | None = None
    content_by: ContentBy = "discriminator"
    g_optimiser: Optimiser = field(
        default_factory=lambda: Optimiser(lr=2e-4, schedule=Schedule(warm_up=800, decay_from=0.5, final=0.05))
    )
    d_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=4e-4, betas=(0.5, 0.99)))

    def terms(self, judged: Judged, step: Step) -> Losses:
        """Returns the terms of the perceptual loss of eq. 3: pixel, content and adversarial."""
        return {
            "pixel": l1(judged.made, judged.truth),
            "structure": coarse_l1(judged.made, judged.truth),
            "grid": grid_loss(judged.made, judged.truth, period=self.grid_period or max(self.scale, 2)),
            "content": self.content_distance(judged, step),
            "adversarial": self.generator_objective(judged.fake, judged.real),
        }

    def generator_objective(self, fake: Tensor, real: Tensor) -> Float[Tensor, ""]:
        """Returns the generator's side of the game."""
        return generator_side(self.game, real, fake)

    def discriminator_objective(self, real: Tensor, fake: Tensor) -> Float[Tensor, ""]:
        """Returns the discriminator's side of the game."""
        return discriminator_side(self.game, real, fake)

    def couples_batch(self) -> bool:
        """Returns whether means run over the batch."""
        return self.game == "relativistic_average"

    def output_scale(self) -> int:
        """Returns the scale."""
        return self.scale

    def content_loss(self) -> Content:
        """Returns the content loss, squared for VGG19's features as in eq. 5."""
        return replace(super().content_loss(), distance="l2" if self.content_by == "vgg" else "l1")
