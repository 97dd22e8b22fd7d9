"""The perceptron: layers, shapes, and a start that keeps the signal."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import nn

from ganvas.nets.mlp import MLP


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_it_has_the_layers_it_says(depth: int) -> None:
    net = MLP(inputs=2, outputs=5, width=7, depth=depth)
    linear = [layer for layer in net if isinstance(layer, nn.Linear)]
    sizes = [2, *[7] * depth, 5]
    assert [(layer.in_features, layer.out_features) for layer in linear] == list(pairwise(sizes))
    assert sum(isinstance(layer, nn.ReLU) for layer in net) == depth
    assert net(torch.randn(3, 2)).shape == (3, 5)


def test_depth_0_is_a_linear_map() -> None:
    net = MLP(inputs=3, outputs=2, depth=0)
    x, y, zero = torch.randn(4, 3), torch.randn(4, 3), torch.zeros(4, 3)
    assert torch.allclose(net(x + y), net(x) + net(y) - net(zero), atol=1e-5)


def test_depth_neither_shrinks_nor_swells_the_signal() -> None:
    torch.manual_seed(0)
    net = MLP(inputs=64, outputs=1, width=256, depth=10)
    x = torch.randn(512, 64)
    with torch.no_grad():
        hidden = nn.Sequential(*list(net)[:-1])(x)
    assert 0.5 < (hidden.square().mean() / x.square().mean()).item() < 2.0
