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
from ganvas.losses.adversarial import relativistic_average_discriminator, relativistic_average_generator
from ganvas.losses.content import Content, ContentBy
from ganvas.losses.reconstruction import l1
from ganvas.nets.generator import RRDBSettings, described
from ganvas.nets.patchgan import PatchGAN

__all__ = ["ESRGAN"]


@dataclass(frozen=True, kw_only=True)
class ESRGAN(Method[Paired]):
    """Minimises content * features + adversarial * RaGAN + pixel * L1 for g (eq. 3), the RaGAN loss for d (eq. 1).

    Attributes:
        generator: the generator network.
        task, channels, scale: what it is trained for.
        content: weight of the content loss, 1 in eq. 3.
        content_by: whose features the content loss compares.
        feature_weights: model file of the recipe ``features``, for ``content_by features``; None for the bundled one.
        vgg_weights: safetensors file of VGG19, for ``content_by vgg``.
        adversarial: lambda.
        pixel: eta.
        structure: weight of L1 between both images averaged over 2 x 2 px; the paper has none.
        d_features, d_layers: width and strided layers of the patch discriminator.
        g_optimiser, d_optimiser: how each descends.
        average_images: half-life of the moving average, in images.
    """

    card: ClassVar[Card] = Card(
        title="ESRGAN", task="upscale", paper="Wang et al. 2018, https://arxiv.org/abs/1809.00219", plain=True
    )
    batch_type: ClassVar[type[Paired]] = Paired

    generator: RRDBSettings = field(default_factory=RRDBSettings)
    task: str = "upscale"
    channels: int = 3
    scale: int = 4
    content: float = 1.0
    content_by: ContentBy = "features"
    feature_weights: Path | None = None
    vgg_weights: Path | None = None
    adversarial: float = 5e-3
    pixel: float = 1e-2
    structure: float = 0.0
    d_features: int = 32
    d_layers: int = 3
    g_optimiser: Optimiser = field(
        default_factory=lambda: Optimiser(lr=1e-4, schedule=Schedule(warm_up=800, decay_from=0.4, final=0.05))
    )
    d_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=2e-4, betas=(0.5, 0.99)))
    average_images: float = 8_000

    def __post_init__(self) -> None:
        self._content()  # raises where the settings contradict each other

    def _content(self) -> Content:
        by = self.content_by if self.content else "discriminator"
        return Content(by=by, feature_weights=self.feature_weights, vgg_weights=self.vgg_weights)

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
        """Returns the generator's and the discriminator's descent; the means of RaGAN run over the batch.

        Raises:
            CheckpointError: the weights of the content loss's network are missing.
        """
        self._content().check()
        return (
            Phase(name="g", trains=("g",), loss=self.descend_g, splittable=False),
            Phase(name="d", trains=("d",), loss=self.descend_d, splittable=False),
        )

    def averages(self) -> Sequence[Ema]:
        """Returns the average of ``g``."""
        return (Ema(of="g", half_life_images=self.average_images),)

    def descend_g(self, batch: Paired, step: Step) -> Losses:
        """Returns eq. 3, term by term, weighted."""
        made = step.nets["g"](batch.source)
        step.carry["made"] = made.detach()
        fake, below = step.nets["d"](made)
        with torch.no_grad():
            real, real_below = step.nets["d"](batch.target)
        losses = {
            "content": self.content * self._content().loss(step.nets, made, batch.target, (below, real_below)),
            "adversarial": self.adversarial * relativistic_average_generator(real, fake),
            "pixel": self.pixel * l1(made, batch.target),
            "structure": self.structure * l1(F.avg_pool2d(made, 2), F.avg_pool2d(batch.target, 2)),
        }
        return {name: loss for name, loss in losses.items() if getattr(self, name)}

    def descend_d(self, batch: Paired, step: Step) -> Losses:
        """Returns eq. 1, on the images ``g`` made in this step."""
        real, _ = step.nets["d"](batch.target)
        fake, _ = step.nets["d"](step.carry["made"])
        step.seen["margin"] = (real - fake).detach().mean()
        return {"adversarial": relativistic_average_discriminator(real, fake)}

    def apply(self, nets: Networks, query: Query, rng: Draws) -> Result:
        """Returns g(image)."""
        return Result(images=nets["g"](query.image))

    def exportable(self) -> Sequence[str]:
        """``g`` alone answers."""
        return ("g",)
