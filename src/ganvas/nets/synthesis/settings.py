"""Which pair of networks: settings objects that build it, so that a method names no class by string."""

from __future__ import annotations

from ganvas.nets.synthesis.dcgan import DCGANSettings
from ganvas.nets.synthesis.perceptron import MLPSettings
from ganvas.nets.synthesis.resnet import ResNetSettings

__all__ = ["DCGANSettings", "MLPSettings", "NetworkSettings", "ResNetSettings"]

NetworkSettings = MLPSettings | DCGANSettings | ResNetSettings
