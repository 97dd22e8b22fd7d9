"""Multilayer perceptrons that make and judge points in the plane, or images of any size (Goodfellow et al. 2014).

Departures: rectifiers instead of maxout and sigmoids. Hidden layers start after He et al. 2015.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from ganvas.nets.mlp import MLP
from ganvas.nets.synthesis.batchwise import MinibatchDiscrimination
from ganvas.nets.synthesis.judge import Head, Judgement, bound, one_hot
from ganvas.nets.synthesis.shared import Shared, joined

__all__ = ["MLPSettings"]


@dataclass(frozen=True, kw_only=True)
class MLPSettings(Shared):
    """Two perceptrons.

    Attributes:
        size: 0 for points of ``channels`` numbers, with no final non-linearity; images end in tanh.
        width: features of each hidden layer.
        depth_g, depth_d: hidden layers of generator and discriminator.
        leak: slope of the rectifiers below 0.
    """

    size: int | tuple[int, int] = 0
    channels: int = 2
    latent: int = 2
    width: int = 128
    depth_g: int = 5
    depth_d: int = 3
    leak: float = 0.0

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one sample: (channels,) or (channels, height, width)."""
        return (self.channels, *self.sides) if self.size else (self.channels,)

    def build_g(self) -> nn.Module:
        """Returns code (and label) to sample."""
        return PerceptronGenerator(self)

    def build_d(self) -> nn.Module:
        """Returns sample (and label) to judgement."""
        return PerceptronDiscriminator(self)


class PerceptronGenerator(nn.Module):
    """Latent code to sample."""

    def __init__(self, settings: MLPSettings) -> None:
        super().__init__()
        self.shape, self.classes = settings.shape, settings.asked
        self.body = MLP(
            inputs=settings.inputs_g,
            outputs=math.prod(self.shape),
            width=settings.width,
            depth=settings.depth_g,
            leak=settings.leak,
        )

    def forward(self, code: Float[Tensor, "b n"], label: Int[Tensor, " b"] | None = None) -> Float[Tensor, "b ..."]:
        """Returns samples; images in [-1, 1]."""
        made = self.body(joined(code, label, self.classes))
        return made if len(self.shape) == 1 else made.tanh().unflatten(1, self.shape)


class PerceptronDiscriminator(nn.Module):
    """Sample to judgement."""

    def __init__(self, settings: MLPSettings) -> None:
        super().__init__()
        self.classes = settings.classes if settings.condition == "concatenate" else 0
        inputs = math.prod(settings.shape) + self.classes
        layers: list[nn.Module] = []
        for layer in MLP.hidden(inputs=inputs, width=settings.width, depth=settings.depth_d, leak=settings.leak):
            linear = isinstance(layer, nn.Linear)
            layers.append(bound(layer, spectral=settings.spectral_norm) if linear else layer)
            if settings.dropout and not linear:
                layers.append(nn.Dropout(settings.dropout))
        features = settings.width if settings.depth_d else inputs
        if kernels := settings.minibatch_discrimination:
            layers.append(MinibatchDiscrimination(features, kernels=kernels))
            features += kernels
        self.trunk = nn.Sequential(*layers)
        self.head = Head(
            features, classes=settings.classes, condition=settings.condition, spectral=settings.spectral_norm
        )

    def forward(self, sample: Float[Tensor, "b ..."], label: Int[Tensor, " b"] | None = None) -> Judgement:
        """Returns the judgement of samples of these classes."""
        numbers = sample.flatten(1)
        if self.classes:
            assert label is not None
            numbers = torch.cat([numbers, one_hot(label, self.classes).to(numbers.dtype)], 1)
        features: Tensor = self.trunk(numbers)
        judgement: Judgement = self.head(features, label)
        return judgement
