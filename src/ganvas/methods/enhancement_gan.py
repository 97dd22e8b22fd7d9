"""Enhancement GAN: from a dull original to an enhanced picture, by adversarial, structure and colour losses.

Source: Ignatov et al. 2017, "DSLR-Quality Photos on Mobile Devices", https://arxiv.org/abs/1704.02470, section 3.1: a
generator that descends on a colour loss (of blurred images), a texture loss (adversarial) and a content loss.

Departures: a **structure** loss, L1 on the image, in place of total variation, since source and target are aligned; the
colour loss in an opponent space instead of RGB, by L1 instead of the square; the content loss is optional, and by our
own small feature network unless VGG19's weights are given; the discriminator sees colours, not gray, and has spectral
norm; a paired relativistic game by default; a moving average of the generator. ``distance`` swaps L1 in the structure,
colour and content losses for the bounded kernel that the articles behind this project print, so that both can be
compared (see docs/articles.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal

from jaxtyping import Float
from torch import Tensor

from ganvas.core.batch import Paired
from ganvas.core.card import Card
from ganvas.core.method import Losses, Method, Optimiser, Schedule, Step
from ganvas.games.paired import Judged, PairedGame
from ganvas.losses.adversarial import Game, discriminator_side, generator_side
from ganvas.losses.colour import colour_loss
from ganvas.losses.content import Content
from ganvas.losses.reconstruction import pixel_loss
from ganvas.nets.generator import FieldSettings, HalfUNetSettings

__all__ = ["EnhancementGAN"]


@dataclass(frozen=True, kw_only=True)
class EnhancementGAN(PairedGame, Method[Paired]):
    """Minimises structure + colour + content + adversarial, weighted, for g; the game's other side for d.

    The generator is a field of colour transforms, or a U-Net at half resolution; the size stays.

    Attributes:
        game: standard (non-saturating BCE), relativistic average, or relativistic paired.
        distance: of the structure, colour and content losses.
        structure: weight of the structure loss.
        colour: weight of the colour loss.
        colour_blur: its Gaussian's sigma, px.
    """

    card: ClassVar[Card] = Card(
        title="Enhancement GAN",
        task="enhance",
        paper="Ignatov et al. 2017, https://arxiv.org/abs/1704.02470",
        plain=True,
    )

    generator: FieldSettings | HalfUNetSettings = field(default_factory=FieldSettings)
    task: str = "enhance"
    game: Game = "relativistic_paired"
    distance: Literal["l1", "bounded_kernel"] = "l1"
    structure: float = 1.0
    colour: float = 1.0
    colour_blur: float = 3.0
    content: float = 0.0
    g_optimiser: Optimiser = field(
        default_factory=lambda: Optimiser(lr=5e-4, schedule=Schedule(warm_up=1_600, decay_from=0.3, final=0.02))
    )
    d_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=2e-4, betas=(0.5, 0.99)))
    average_images: float = 4_000

    def terms(self, judged: Judged, step: Step) -> Losses:
        """Returns the structure, colour, content and adversarial losses."""
        return {
            "structure": pixel_loss(self.distance)(judged.made, judged.truth),
            "colour": colour_loss(judged.made, judged.truth, sigma=self.colour_blur, distance=self.distance),
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

    def content_loss(self) -> Content:
        """Returns the content loss, by the distance of the other losses."""
        return replace(super().content_loss(), distance=self.distance)
