"""A classifier, trained for its inner layers: the features that content losses compare.

Sources: Simonyan and Zisserman 2015, https://arxiv.org/abs/1409.1556 (the network); Johnson et al. 2016,
https://arxiv.org/abs/1603.08155 (its features as a loss); Gidaris et al. 2018, https://arxiv.org/abs/1803.07728
(turns as labels, which the data settings decide). Departures: a network small enough to train within minutes, with
batch norm; label smoothing (Szegedy et al. 2016, section 7); a moving average of the weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from torch import nn
from torch.nn import functional as F

from ganvas.core.batch import Labelled
from ganvas.core.card import Card
from ganvas.core.method import Draws, Ema, Losses, Method, Networks, Optimiser, Phase, Query, Result, Schedule, Step
from ganvas.nets.feature_net import FeatureSettings

__all__ = ["Classifier"]


@dataclass(frozen=True, kw_only=True)
class Classifier(Method[Labelled]):
    """Minimises the cross-entropy of c's logits and the labels; samples of label -1 do not count.

    Attributes:
        network: the classifier c.
        classes: how many; as many as the data have.
        channels: image channels.
        smoothing: share of the label's weight that is spread over all classes.
        optimiser: of c.
        average_images: half-life of the moving average, in images.
    """

    card: ClassVar[Card] = Card(
        title="Classifier for features",
        task="classify",
        paper="Simonyan and Zisserman 2015, https://arxiv.org/abs/1409.1556",
        tiling="never",
        plain=True,
    )
    batch_type: ClassVar[type[Labelled]] = Labelled

    network: FeatureSettings = field(default_factory=FeatureSettings)
    classes: int = 30
    channels: int = 3
    smoothing: float = 0.1
    optimiser: Optimiser = field(
        default_factory=lambda: Optimiser(
            kind="adamw", lr=2e-3, weight_decay=0.02, schedule=Schedule(warm_up=2_000, decay_from=0.0, final=0.01)
        )
    )
    average_images: float = 4_000

    def describe(self) -> Card:
        """Returns the card for these settings."""
        return replace(self.card, channels=self.channels, min_size=2 ** (len(self.network.widths) - 1))

    def networks(self) -> dict[str, nn.Module]:
        """Returns ``c``."""
        return {"c": self.network.build(channels=self.channels, classes=self.classes)}

    def optimisers(self) -> Mapping[str, Optimiser]:
        """Returns the optimiser of ``c``."""
        return {"c": self.optimiser}

    def phases(self) -> Sequence[Phase[Labelled]]:
        """Returns the one descent; batch norm couples the samples."""
        return (Phase(name="fit", trains=("c",), loss=self.fit, splittable=False),)

    def averages(self) -> Sequence[Ema]:
        """Returns the average of ``c``."""
        return (Ema(of="c", half_life_images=self.average_images),)

    def fit(self, batch: Labelled, step: Step) -> Losses:
        """Returns the cross-entropy; ``top1`` in the log is the share of the batch that c gets right."""
        logits = step.nets["c"](batch.image)
        step.seen["top1"] = (logits.detach().argmax(1) == batch.label).float().mean()
        loss = F.cross_entropy(logits, batch.label, ignore_index=-1, label_smoothing=self.smoothing)
        return {"cross_entropy": loss}

    def apply(self, nets: Networks, query: Query, rng: Draws) -> Result:
        """Returns the logits in place of images."""
        return Result(images=nets["c"](query.image))

    def exportable(self) -> Sequence[str]:
        """``c`` is all there is."""
        return ("c",)
