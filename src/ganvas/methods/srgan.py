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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import torch
from torch import nn
from torch.nn import functional as F

from ganvas.core.batch import Paired
from ganvas.core.card import Card
from ganvas.core.method import Draws, Ema, Losses, Method, Networks, Optimiser, Phase, Query, Result, Schedule, Step
from ganvas.losses.adversarial import Game, discriminator_side, generator_side
from ganvas.losses.content import Content, ContentBy
from ganvas.losses.reconstruction import grid_loss, l1
from ganvas.nets.generator import CompactSettings, HalfUNetSettings, RRDBSettings, SRResNetSettings, described
from ganvas.nets.patchgan import PatchGAN

__all__ = ["SRGAN"]


@dataclass(frozen=True, kw_only=True)
class SRGAN(Method[Paired]):
    """Minimises pixel * L1 + structure * L1 below half Nyquist + content * features + adversarial * GAN for g.

    The discriminator descends on the GAN loss alone.

    Attributes:
        generator: the generator network.
        task, channels, scale: what it is trained for.
        game: standard (non-saturating BCE), relativistic average, or relativistic paired.
        pixel: weight of L1.
        structure: weight of L1 between both images averaged over 2 x 2 px: what lies below half Nyquist is known well
            from the source, so the game may play above it only.
        grid: weight of the grid loss, against patterns that repeat with the upsampling.
        content: weight of the content loss.
        content_by: whose features the content loss compares.
        feature_weights: model file of the recipe ``features``, for ``content_by features``; None for the bundled one.
        vgg_weights: safetensors file of VGG19, for ``content_by vgg``.
        adversarial: weight of the adversarial loss of g.
        d_features, d_layers: width and strided layers of the patch discriminator.
        g_optimiser, d_optimiser: how each descends.
        average_images: half-life of the moving average, in images.
    """

    card: ClassVar[Card] = Card(
        title="SRGAN", task="upscale", paper="Ledig et al. 2017, https://arxiv.org/abs/1609.04802", plain=True
    )
    batch_type: ClassVar[type[Paired]] = Paired

    generator: CompactSettings | SRResNetSettings | RRDBSettings | HalfUNetSettings = field(
        default_factory=CompactSettings
    )
    task: str = "upscale"
    channels: int = 3
    scale: int = 4
    game: Game = "relativistic_paired"
    pixel: float = 1.0
    structure: float = 4.0
    grid: float = 10.0
    content: float = 1.0
    content_by: ContentBy = "discriminator"
    feature_weights: Path | None = None
    vgg_weights: Path | None = None
    adversarial: float = 5e-3
    d_features: int = 32
    d_layers: int = 3
    g_optimiser: Optimiser = field(
        default_factory=lambda: Optimiser(lr=2e-4, schedule=Schedule(warm_up=800, decay_from=0.5, final=0.05))
    )
    d_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=4e-4, betas=(0.5, 0.99)))
    average_images: float = 8_000

    def __post_init__(self) -> None:
        self._content()  # raises where the settings contradict each other

    def _content(self) -> Content:
        return Content(
            by=self.content_by if self.content else "discriminator",
            feature_weights=self.feature_weights,
            vgg_weights=self.vgg_weights,
            distance="l2" if self.content_by == "vgg" else "l1",
        )

    def describe(self) -> Card:
        """Returns the card for these settings."""
        return described(self.card, self.generator, task=self.task, channels=self.channels, scale=self.scale)

    def networks(self) -> dict[str, nn.Module]:
        """Returns ``g``, ``d``, and ``content`` where the content loss has a network of its own."""
        return {
            "g": self.generator.build(channels=self.channels, scale=self.scale),
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
        """Returns the perceptual loss of eq. 3: pixel, content and adversarial terms, weighted."""
        made = step.nets["g"](batch.source)
        step.carry["made"] = made.detach()
        logits, features = step.nets["d"](made)
        with torch.no_grad():
            real_logits, real_features = step.nets["d"](batch.target)
        losses = {
            "pixel": self.pixel * l1(made, batch.target),
            "structure": self.structure * l1(F.avg_pool2d(made, 2), F.avg_pool2d(batch.target, 2)),
            "grid": self.grid * grid_loss(made, batch.target, period=max(self.scale, 2)),
            "content": self.content * self._content().loss(step.nets, made, batch.target, (features, real_features)),
            "adversarial": self.adversarial * generator_side(self.game, real_logits, logits),
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
