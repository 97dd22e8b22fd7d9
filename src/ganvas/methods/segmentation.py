"""Segmentation: one network tells of every pixel whether it belongs to something, such as a scratch.

Sources: Ronneberger et al. 2015 (U-Net, https://arxiv.org/abs/1505.04597); Milletari et al. 2016 (Dice coefficient as
a loss, for masks that cover little of the picture, https://arxiv.org/abs/1606.04797).

Departures: the trunk works at half resolution and gives its answer at full resolution, in every channel of the image
alike, so that whatever runs networks over images runs this one. The logarithm of the odds is divided by ``UNIT``: an
output of -1 to 1 (black to white) are odds of 1 : 3,000 to 3,000 : 1, and middle gray is one to one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from torch import nn

from ganvas.core.batch import Paired
from ganvas.core.card import Card
from ganvas.core.method import Draws, Ema, Losses, Method, Networks, Optimiser, Phase, Query, Result, Schedule, Step
from ganvas.losses.overlap import dice_loss, intersection_over_union, mask_cross_entropy
from ganvas.nets.generator import HalfUNetSettings, described
from ganvas.nets.unet import HalfUNet

__all__ = ["UNIT", "Segmentation"]

UNIT = 8.0  # of the logarithm of the odds is what the network calls 1
_PRIOR = 0.02  # of the pixels: what is looked for covers about that much


@dataclass(frozen=True, kw_only=True)
class Segmentation(Method[Paired]):
    """Minimises cross-entropy + dice for g; targets are masks, white where the thing is.

    Attributes:
        generator: width and depth of the network.
        task: what it is trained for.
        channels: image channels.
        missed: weight of the pixels of the mask in the cross-entropy: above 1 it finds more, and more by mistake.
        dice: weight of the Dice loss.
        optimiser: of the network.
        average_images: half-life of the moving average, in images.
    """

    card: ClassVar[Card] = Card(
        title="Segmentation",
        task="scratches",
        paper="Ronneberger et al. 2015, https://arxiv.org/abs/1505.04597 (U-Net)",
        plain=True,
    )
    batch_type: ClassVar[type[Paired]] = Paired

    generator: HalfUNetSettings = field(default_factory=lambda: HalfUNetSettings(features=24, levels=3, blocks=2))
    task: str = "scratches"
    channels: int = 3
    missed: float = 1.0
    dice: float = 0.5
    optimiser: Optimiser = field(
        default_factory=lambda: Optimiser(lr=1e-3, schedule=Schedule(warm_up=1_600, decay_from=0.0, final=0.01))
    )
    average_images: float = 8_000

    def describe(self) -> Card:
        """Returns the card for these settings."""
        return described(self.card, self.generator, task=self.task, channels=self.channels, scale=1)

    def networks(self) -> dict[str, nn.Module]:
        """Returns ``g``; it starts with the odds of most pixels being no part of it (Lin et al. 2017, section 4.1)."""
        like = self.generator
        net = HalfUNet(
            channels=self.channels, features=like.features, levels=like.levels, blocks=like.blocks, residual=False
        )
        assert net.tail.bias is not None
        nn.init.constant_(net.tail.bias, math.log(_PRIOR / (1 - _PRIOR)) / UNIT)
        return {"g": net}

    def optimisers(self) -> Mapping[str, Optimiser]:
        """Returns the optimiser of ``g``."""
        return {"g": self.optimiser}

    def phases(self) -> Sequence[Phase[Paired]]:
        """Returns the one descent; the Dice loss couples the samples."""
        return (Phase(name="fit", trains=("g",), loss=self.fit, splittable=False),)

    def averages(self) -> Sequence[Ema]:
        """Returns the average of ``g``."""
        return (Ema(of="g", half_life_images=self.average_images),)

    def fit(self, batch: Paired, step: Step) -> Losses:
        """Returns both losses; ``iou`` in the log is that of the batch, at odds of one to one."""
        odds = UNIT * step.nets["g"](batch.source)
        mask = (batch.target + 1) / 2
        step.seen["iou"] = intersection_over_union(odds, mask)
        return {
            "cross_entropy": mask_cross_entropy(odds, mask, missed=self.missed),
            "dice": self.dice * dice_loss(odds, mask),
        }

    def apply(self, nets: Networks, query: Query, rng: Draws) -> Result:
        """Returns the odds as an image: white is sure, black is sure not."""
        return Result(images=nets["g"](query.image))

    def exportable(self) -> Sequence[str]:
        """``g`` is all there is."""
        return ("g",)
