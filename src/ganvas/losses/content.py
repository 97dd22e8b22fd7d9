"""The content loss of the paired adversarial methods: whose features are compared, and how.

One meaning for all of them: ``discriminator`` compares the activations of the method's own discriminator (feature
matching, which needs no further network), ``features`` those of the small network that the recipe ``features`` trains,
``vgg`` those of VGG19. The last two are read from a file; nothing is downloaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ganvas.core.errors import CheckpointError, SettingsError
from ganvas.core.method import Networks
from ganvas.losses.perceptual import FeatureDistance, feature_distance
from ganvas.nets.vgg import load_vgg19
from ganvas.zoo.features import BUNDLED, Frozen, load_features

__all__ = ["Content", "ContentBy"]

ContentBy = Literal["discriminator", "features", "vgg"]


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a method's settings say of its content loss.

    Attributes:
        by: whose features.
        feature_weights: model file of the recipe ``features``; None for the bundled one.
        vgg_weights: safetensors file of VGG19.
        distance: between features.
        taps: convolutions of VGG19 whose outputs are compared, 0 to 15, before the activation.

    Raises:
        SettingsError: ``by`` is vgg and no file is given.
    """

    by: ContentBy
    feature_weights: Path | None = None
    vgg_weights: Path | None = None
    distance: FeatureDistance = "l1"
    taps: tuple[int, ...] = (15,)

    def __post_init__(self) -> None:
        if self.by == "vgg" and self.vgg_weights is None:
            raise SettingsError("content_by vgg needs the file of its weights: give vgg_weights, or use discriminator.")

    @property
    def file(self) -> Path | None:
        """The weights file it needs; None where the discriminator serves."""
        files = {"discriminator": None, "features": self.feature_weights or BUNDLED, "vgg": self.vgg_weights}
        return files[self.by]

    def check(self) -> None:
        """Makes sure, before a training starts, that the weights file is there.

        Raises:
            CheckpointError: it is not.
        """
        if self.file is None or self.file.is_file():
            return
        remedy = "check its path" if self.by == "vgg" else "train it with ganvas train features, give feature_weights"
        raise CheckpointError(f"There is no weights file {self.file}: {remedy}, or use content_by discriminator.")

    def networks(self) -> dict[str, nn.Module]:
        """Returns the network ``content``, or none where the discriminator serves. It is read at its first call."""
        if self.file is None:
            return {}
        load = load_features if self.by == "features" else partial(load_vgg19, taps=self.taps)
        return {"content": Frozen(partial(load, self.file))}

    def loss(
        self,
        nets: Networks,
        made: Float[Tensor, "b c h w"],
        target: Float[Tensor, "b c h w"],
        below: tuple[Sequence[Tensor], Sequence[Tensor]],
    ) -> Float[Tensor, ""]:
        """Returns the distance of the features of ``made`` from those of ``target``.

        Args:
            below: the discriminator's activations of both, made first.
        """
        if self.by == "discriminator":
            return feature_distance(*below, distance=self.distance)
        with torch.no_grad():
            real = nets["content"](target)
        return feature_distance(nets["content"](made), real, distance=self.distance)
