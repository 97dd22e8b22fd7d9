"""Regression: one network descends on a pixel loss.

The fidelity half of super-resolution and denoising, and the pre-training of SRGAN (Ledig et al. 2017, section 3.2,
"SRResNet-MSE"). Departures: L1 by default, which gives higher PSNR than MSE at equal training (Lim et al. 2017, EDSR,
section 3.1), and a moving average of the weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from torch import Tensor, nn

from ganvas.core.batch import Paired
from ganvas.core.card import Card
from ganvas.core.method import Draws, Ema, Losses, Method, Networks, Optimiser, Phase, Query, Result, Schedule, Step
from ganvas.losses.reconstruction import PixelLoss, gradient_dissimilarity, pixel_loss
from ganvas.nets.generator import (
    CompactSettings,
    FieldSettings,
    HalfUNetSettings,
    RRDBSettings,
    SRResNetSettings,
    described,
)

__all__ = ["Regression"]


@dataclass(frozen=True, kw_only=True)
class Regression(Method[Paired]):
    """Minimises E |g(source) - target|.

    Attributes:
        generator: the network.
        task: what it is trained for.
        channels: image channels.
        scale: target pixels per source pixel.
        loss: pixel loss.
        gradient: weight of the dissimilarity of gradient magnitudes beside it, against smoothness.
        optimiser: of the network.
        average_images: half-life of the moving average, in images.
    """

    card: ClassVar[Card] = Card(
        title="Regression on a pixel loss",
        task="upscale",
        paper="Ledig et al. 2017, https://arxiv.org/abs/1609.04802 (SRResNet)",
        plain=True,
    )
    batch_type: ClassVar[type[Paired]] = Paired

    generator: CompactSettings | SRResNetSettings | RRDBSettings | HalfUNetSettings | FieldSettings = field(
        default_factory=CompactSettings
    )
    task: str = "upscale"
    channels: int = 3
    scale: int = 4
    loss: PixelLoss = "l1"
    gradient: float = 0.0
    optimiser: Optimiser = field(
        default_factory=lambda: Optimiser(lr=1e-3, schedule=Schedule(warm_up=1_600, decay_from=0.0, final=0.01))
    )
    average_images: float = 8_000

    def describe(self) -> Card:
        """Returns the card for these settings."""
        return described(self.card, self.generator, task=self.task, channels=self.channels, scale=self.scale)

    def networks(self) -> dict[str, nn.Module]:
        """Returns ``g``."""
        return {"g": self.generator.build(channels=self.channels, scale=self.scale)}

    def optimisers(self) -> Mapping[str, Optimiser]:
        """Returns the optimiser of ``g``."""
        return {"g": self.optimiser}

    def phases(self) -> Sequence[Phase[Paired]]:
        """Returns the one descent."""
        return (Phase(name="fit", trains=("g",), loss=self.fit),)

    def averages(self) -> Sequence[Ema]:
        """Returns the average of ``g``."""
        return (Ema(of="g", half_life_images=self.average_images),)

    def fit(self, batch: Paired, step: Step) -> Losses:
        """Returns the pixel loss, and that of the gradients where it has a weight."""
        made = step.nets["g"](batch.source)
        losses: dict[str, Tensor] = {self.loss: pixel_loss(self.loss)(made, batch.target)}
        if self.gradient:
            losses["gradient"] = self.gradient * gradient_dissimilarity(made.float(), batch.target)
        return losses

    def apply(self, nets: Networks, query: Query, rng: Draws) -> Result:
        """Returns g(image)."""
        return Result(images=nets["g"](query.image))

    def exportable(self) -> Sequence[str]:
        """``g`` is all there is."""
        return ("g",)
