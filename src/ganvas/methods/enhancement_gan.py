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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

import torch
from torch import nn

from ganvas.core.batch import Paired
from ganvas.core.card import Card
from ganvas.core.method import Draws, Ema, Losses, Method, Networks, Optimiser, Phase, Query, Result, Schedule, Step
from ganvas.losses.adversarial import Game, discriminator_side, generator_side
from ganvas.losses.colour import colour_loss
from ganvas.losses.content import Content, ContentBy
from ganvas.losses.reconstruction import pixel_loss
from ganvas.nets.generator import FieldSettings, HalfUNetSettings, described
from ganvas.nets.patchgan import PatchGAN

__all__ = ["EnhancementGAN"]


@dataclass(frozen=True, kw_only=True)
class EnhancementGAN(Method[Paired]):
    """Minimises structure + colour + content + adversarial, weighted, for g; the game's other side for d.

    Attributes:
        generator: the generator network: a field of colour transforms, or a U-Net at half resolution.
        task, channels: what it is trained for; the size stays.
        game: standard (non-saturating BCE), relativistic average, or relativistic paired.
        distance: of the structure, colour and content losses.
        structure: weight of the structure loss.
        colour: weight of the colour loss.
        colour_blur: its Gaussian's sigma, px.
        content: weight of the content loss; 0 leaves it out.
        content_by: whose features the content loss compares.
        feature_weights: model file of the recipe ``features``, for ``content_by features``; None for the bundled one.
        vgg_weights: safetensors file of VGG19, for ``content_by vgg``.
        adversarial: weight of the adversarial loss of g.
        d_features, d_layers: width and strided layers of the patch discriminator.
        g_optimiser, d_optimiser: how each descends.
        average_images: half-life of the moving average, in images.
    """

    card: ClassVar[Card] = Card(
        title="Enhancement GAN",
        task="enhance",
        paper="Ignatov et al. 2017, https://arxiv.org/abs/1704.02470",
        plain=True,
    )
    batch_type: ClassVar[type[Paired]] = Paired

    generator: FieldSettings | HalfUNetSettings = field(default_factory=FieldSettings)
    task: str = "enhance"
    channels: int = 3
    game: Game = "relativistic_paired"
    distance: Literal["l1", "bounded_kernel"] = "l1"
    structure: float = 1.0
    colour: float = 1.0
    colour_blur: float = 3.0
    content: float = 0.0
    content_by: ContentBy = "features"
    feature_weights: Path | None = None
    vgg_weights: Path | None = None
    adversarial: float = 5e-3
    d_features: int = 32
    d_layers: int = 3
    g_optimiser: Optimiser = field(
        default_factory=lambda: Optimiser(lr=5e-4, schedule=Schedule(warm_up=1_600, decay_from=0.3, final=0.02))
    )
    d_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=2e-4, betas=(0.5, 0.99)))
    average_images: float = 4_000

    def __post_init__(self) -> None:
        self._content()  # raises where the settings contradict each other

    def _content(self) -> Content:
        return Content(
            by=self.content_by if self.content else "discriminator",
            feature_weights=self.feature_weights,
            vgg_weights=self.vgg_weights,
            distance=self.distance,
        )

    def describe(self) -> Card:
        """Returns the card for these settings."""
        return described(self.card, self.generator, task=self.task, channels=self.channels, scale=1)

    def networks(self) -> dict[str, nn.Module]:
        """Returns ``g``, ``d``, and ``content`` where the content loss has a network of its own."""
        return {
            "g": self.generator.build(channels=self.channels, scale=1),
            "d": PatchGAN(channels=self.channels, features=self.d_features, layers=self.d_layers),
            **self._content().networks(),
        }

    def optimisers(self) -> Mapping[str, Optimiser]:
        """Returns the optimisers of ``g`` and ``d``."""
        return {"g": self.g_optimiser, "d": self.d_optimiser}

    def phases(self) -> Sequence[Phase[Paired]]:
        """Returns the generator's and the discriminator's descent.

        Raises:
            CheckpointError: the weights of the content loss's network are missing.
        """
        self._content().check()
        splittable = self.game != "relativistic_average"  # its means run over the batch
        return (
            Phase(name="g", trains=("g",), loss=self.descend_g, splittable=splittable),
            Phase(name="d", trains=("d",), loss=self.descend_d, splittable=splittable),
        )

    def averages(self) -> Sequence[Ema]:
        """Returns the average of ``g``."""
        return (Ema(of="g", half_life_images=self.average_images),)

    def descend_g(self, batch: Paired, step: Step) -> Losses:
        """Returns structure, colour, content and adversarial losses, weighted."""
        made = step.nets["g"](batch.source)
        step.carry["made"] = made.detach()
        fake, below = step.nets["d"](made)
        with torch.no_grad():
            real, real_below = step.nets["d"](batch.target)
        colour = colour_loss(made, batch.target, sigma=self.colour_blur, distance=self.distance)
        losses = {
            "structure": self.structure * pixel_loss(self.distance)(made, batch.target),
            "colour": self.colour * colour,
            "content": self.content * self._content().loss(step.nets, made, batch.target, (below, real_below)),
            "adversarial": self.adversarial * generator_side(self.game, real, fake),
        }
        return {name: loss for name, loss in losses.items() if getattr(self, name)}

    def descend_d(self, batch: Paired, step: Step) -> Losses:
        """Returns the discriminator's side of the game, on the images ``g`` made in this step."""
        real, _ = step.nets["d"](batch.target)
        fake, _ = step.nets["d"](step.carry["made"])
        step.seen["margin"] = (real - fake).detach().mean()
        return {"adversarial": discriminator_side(self.game, real, fake)}

    def apply(self, nets: Networks, query: Query, rng: Draws) -> Result:
        """Returns g(image)."""
        return Result(images=nets["g"](query.image))

    def exportable(self) -> Sequence[str]:
        """``g`` alone answers."""
        return ("g",)
