"""A small VGG-like classifier whose inner layers serve as features of a content loss.

Source: Simonyan and Zisserman 2015, https://arxiv.org/abs/1409.1556: 3x3 convolutions in stages, the resolution halved
between them. Departures: nine narrow convolutions; batch norm (Ioffe and Szegedy 2015), which lets it learn within
minutes and leaves features of about unit size in every layer; the mean over all places instead of fully connected
layers, so that any size fits.
"""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from ganvas.core.errors import SettingsError

__all__ = ["FeatureNet", "FeatureSettings"]


@dataclass(frozen=True, kw_only=True)
class FeatureSettings:
    """Which network.

    Attributes:
        widths: features of each stage; each further stage works at half the resolution.
        convolutions: convolutions of each stage.
    """

    widths: tuple[int, ...] = (32, 64, 128, 192)
    convolutions: tuple[int, ...] = (2, 2, 3, 2)

    def __post_init__(self) -> None:
        if len(self.widths) != len(self.convolutions) or min((*self.widths, *self.convolutions), default=0) < 1:
            raise SettingsError("A feature network needs as many widths as numbers of convolutions, all at least 1.")

    def build(self, *, channels: int, classes: int) -> FeatureNet:
        """Returns the network."""
        return FeatureNet(channels=channels, classes=classes, widths=self.widths, convolutions=self.convolutions)


class FeatureNet(nn.Module):
    """Stages of convolution, batch norm and ReLU, then the mean over all places and a linear layer.

    Args:
        channels: image channels.
        classes: logits.
        widths, convolutions: see :class:`FeatureSettings`.
    """

    def __init__(
        self, *, channels: int = 3, classes: int, widths: tuple[int, ...], convolutions: tuple[int, ...]
    ) -> None:
        super().__init__()
        self.channels = channels
        self.stages = nn.ModuleList()
        before = channels
        for width, count in zip(widths, convolutions, strict=True):
            layers: list[nn.Module] = []
            for _ in range(count):
                conv = nn.Conv2d(before, width, 3, padding=1, bias=False)  # the norm has a shift of its own
                nn.init.kaiming_normal_(conv.weight)
                layers += [conv, nn.BatchNorm2d(width), nn.ReLU()]
                before = width
            self.stages.append(nn.Sequential(*layers[:-1]))
        self.head = nn.Linear(before, classes)

    def features(self, image: Float[Tensor, "b c h w"]) -> list[Float[Tensor, "b n hn wn"]]:
        """Returns what each stage ends with, before the activation (ESRGAN, Wang et al. 2018, section 3.3).

        Images in [-1, 1]; sides of at least ``2 ** (stages - 1)`` px.
        """
        found: list[Tensor] = []
        x = image
        for number, stage in enumerate(self.stages):
            x = stage(F.max_pool2d(F.relu(x), 2) if number else x)
            found.append(x)
        return found

    def forward(self, image: Float[Tensor, "b c h w"]) -> Float[Tensor, "b classes"]:
        """Returns the logits."""
        return self.head(F.relu(self.features(image)[-1]).mean(dim=(2, 3)))
