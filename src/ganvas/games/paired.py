"""The game of pairs: a generator that restores a source, and a patch discriminator that knows the truth.

What every adversarial method of restoration sets and builds alike. A method adds the terms of its generator's loss and
the two sides of its game.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ganvas.core.batch import Batch, Paired
from ganvas.core.card import Card
from ganvas.core.method import Draws, Ema, Losses, Networks, Optimiser, Phase, Query, Result, Step
from ganvas.games.terms import weighted
from ganvas.losses.content import Content, ContentBy
from ganvas.nets.generator import GeneratorSettings, described
from ganvas.nets.patchgan import PatchGAN

__all__ = ["Judged", "PairedGame"]


@dataclass(frozen=True)
class Judged:
    """What the generator made of a source, the truth, and what the discriminator says of both.

    Attributes:
        made, truth: images in [-1, 1].
        fake, real: logits (scores, of a critic) of both.
        below: activations below the logits, of ``made`` first.
    """

    made: Float[Tensor, "b c h w"]
    truth: Float[Tensor, "b c h w"]
    fake: Float[Tensor, "b 1 k l"]
    real: Float[Tensor, "b 1 k l"]
    below: tuple[Sequence[Tensor], Sequence[Tensor]]


@dataclass(frozen=True, kw_only=True)
class PairedGame:
    """Settings of generator, discriminator, content loss and optimisers; a method's other base beside ``Method``.

    The generator descends before the discriminator, so that the discriminator judges the images the generator has just
    made and one forward pass is saved; a method may turn that round.

    Attributes:
        generator: the generator network.
        task: what it is trained for.
        channels: of the images.
        adversarial: weight of the adversarial loss of g.
        content: weight of the content loss; 0 leaves it out.
        content_by: whose features the content loss compares.
        feature_weights: model file of the recipe ``features``, for ``content_by features``; None for the bundled one.
        vgg_weights: safetensors file of VGG19, for ``content_by vgg``.
        d_features: width of the discriminator's first layer.
        d_layers: its strided layers.
        g_optimiser: how the generator descends.
        d_optimiser: how the discriminator descends.
        average_images: half-life of the moving average, in images.

    Raises:
        SettingsError: the settings of the content loss contradict each other.
    """

    card: ClassVar[Card]
    batch_type: ClassVar[type[Batch]] = Paired

    generator: GeneratorSettings
    task: str
    channels: int = 3
    adversarial: float = 5e-3
    content: float = 1.0
    content_by: ContentBy = "features"
    feature_weights: Path | None = None
    vgg_weights: Path | None = None
    d_features: int = 32
    d_layers: int = 3
    g_optimiser: Optimiser
    d_optimiser: Optimiser
    average_images: float = 8_000

    def __post_init__(self) -> None:
        self.content_loss()  # raises where the settings contradict each other

    def terms(self, judged: Judged, step: Step) -> Losses:
        """Returns the terms of the generator's loss, not weighted, each by the name of the setting that weighs it."""
        raise NotImplementedError

    def generator_objective(self, fake: Tensor, real: Tensor) -> Float[Tensor, ""]:
        """Returns the generator's side of the game, of logits."""
        raise NotImplementedError

    def discriminator_objective(self, real: Tensor, fake: Tensor) -> Float[Tensor, ""]:
        """Returns the discriminator's side of the game, of logits."""
        raise NotImplementedError

    def couples_batch(self) -> bool:
        """Returns whether a loss couples the samples of a batch, so that micro-batches would change it."""
        raise NotImplementedError

    def output_scale(self) -> int:
        """Returns the output pixels per input pixel along one axis; 1 where the size stays."""
        return 1

    def discriminator(self) -> nn.Module:
        """Returns a new discriminator: images to logits of patches and the activations below them."""
        return PatchGAN(channels=self.channels, features=self.d_features, layers=self.d_layers)

    def content_loss(self) -> Content:
        """Returns the content loss; without a weight it asks for no file."""
        by = self.content_by if self.content else "discriminator"
        return Content(by=by, feature_weights=self.feature_weights, vgg_weights=self.vgg_weights)

    def content_distance(self, judged: Judged, step: Step) -> Float[Tensor, ""]:
        """Returns the content loss of an image made, not weighted."""
        return self.content_loss().loss(step.nets, judged.made, judged.truth, judged.below)

    def describe(self) -> Card:
        """Returns the card for these settings."""
        scale = self.output_scale()
        return described(self.card, self.generator, task=self.task, channels=self.channels, scale=scale)

    def networks(self) -> dict[str, nn.Module]:
        """Returns ``g``, ``d``, and ``content`` where the content loss has a network of its own."""
        return {
            "g": self.generator.build(channels=self.channels, scale=self.output_scale()),
            "d": self.discriminator(),
            **self.content_loss().networks(),
        }

    def optimisers(self) -> Mapping[str, Optimiser]:
        """Returns the optimisers of ``g`` and ``d``."""
        return {"g": self.g_optimiser, "d": self.d_optimiser}

    def phases(self) -> Sequence[Phase[Paired]]:
        """Returns the generator's and the discriminator's descent.

        Raises:
            CheckpointError: the weights of the content loss's network are missing.
        """
        self.content_loss().check()
        splittable = not self.couples_batch()
        return (
            Phase(name="g", trains=("g",), loss=self.descend_g, splittable=splittable),
            Phase(name="d", trains=("d",), loss=self.descend_d, splittable=splittable),
        )

    def averages(self) -> Sequence[Ema]:
        """Returns the average of ``g``."""
        return (Ema(of="g", half_life_images=self.average_images),)

    def descend_g(self, batch: Paired, step: Step) -> Losses:
        """Returns the method's terms, weighted; those without a weight are left out."""
        made = step.nets["g"](batch.source)
        step.carry["made"] = made.detach()
        fake, below = step.nets["d"](made)
        with torch.no_grad():
            real, real_below = step.nets["d"](batch.target)
        return weighted(self, self.terms(Judged(made, batch.target, fake, real, (below, real_below)), step))

    def descend_d(self, batch: Paired, step: Step) -> Losses:
        """Returns the discriminator's side of the game, on the images ``g`` made in this step."""
        return {"adversarial": self.discriminator_objective(*self.scores(batch.target, step.carry["made"], step))}

    def scores(
        self, real: Float[Tensor, "b c h w"], fake: Float[Tensor, "b c h w"], step: Step
    ) -> tuple[Float[Tensor, "b 1 k l"], Float[Tensor, "b 1 k l"]]:
        """Returns the logits of real and of made images, and logs by how much the real ones score higher."""
        real, _ = step.nets["d"](real)
        fake, _ = step.nets["d"](fake)
        step.seen["margin"] = (real - fake).detach().mean()
        return real, fake

    def apply(self, nets: Networks, query: Query, rng: Draws) -> Result:
        """Returns g(image)."""
        return Result(images=nets["g"](query.image))

    def exportable(self) -> Sequence[str]:
        """``g`` alone answers."""
        return ("g",)
