"""Multilayer perceptron: generator and discriminator of points in the plane."""

from __future__ import annotations

from itertools import pairwise

from jaxtyping import Float
from torch import Tensor, nn

__all__ = ["MLP"]


class MLP(nn.Sequential):
    """``depth`` hidden layers of ``width`` features with rectifiers, then a linear layer.

    Args:
        inputs: features in.
        outputs: features out.
        width: features of each hidden layer.
        depth: number of hidden layers; 0 is a linear map.
        leak: slope of the rectifiers below 0.

    Plain rectifiers for points, not leaky ones: a generator of separate clusters has to jump between them, and on the
    8-ring it learnt the jumps about twice as fast. Hidden layers start after He et al. 2015, so that depth keeps the
    signal.
    """

    def __init__(self, *, inputs: int, outputs: int, width: int = 128, depth: int = 3, leak: float = 0.0) -> None:
        hidden = self.hidden(inputs=inputs, width=width, depth=depth, leak=leak)
        super().__init__(*hidden, nn.Linear(width if depth else inputs, outputs))

    @staticmethod
    def hidden(*, inputs: int, width: int, depth: int, leak: float = 0.0) -> list[nn.Module]:
        """Returns the hidden layers alone."""
        layers: list[nn.Module] = []
        for before, after in pairwise([inputs, *[width] * depth]):
            hidden = nn.Linear(before, after)
            nn.init.kaiming_normal_(hidden.weight, a=leak)
            nn.init.zeros_(hidden.bias)
            layers += [hidden, nn.LeakyReLU(leak) if leak else nn.ReLU()]
        return layers

    def forward(self, x: Float[Tensor, "b inputs"]) -> Float[Tensor, "b outputs"]:
        """Returns the outputs, without a final non-linearity."""
        return super().forward(x)
