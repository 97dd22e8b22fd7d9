"""The Inception of 2015: its size, its shapes, and the three ways in which it differs from its namesakes."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from ganvas.nets.inception import Inception, _e, _Mixed


@pytest.fixture(scope="module")
def net() -> Inception:
    torch.manual_seed(0)
    return Inception().eval()


def test_its_parameters_are_those_of_the_published_network(net: Inception) -> None:
    """torchvision publishes 27,161,264 with its auxiliary head (3,326,696) and 1000 classes; here there are 1008."""
    assert sum(p.numel() for p in net.parameters()) == 27_161_264 - 3_326_696 + 8 * 2049
    names = set(net.state_dict())
    assert {"Conv2d_1a_3x3.conv.weight", "Mixed_6b.branch7x7dbl_5.bn.running_mean", "fc.bias"} <= names
    assert net.state_dict()["Mixed_7c.branch3x3dbl_3b.conv.weight"].shape == (384, 384, 3, 1)
    assert net.state_dict()["Mixed_7a.branch7x7x3_4.conv.weight"].shape == (192, 192, 3, 3)


def test_features_and_logits_without_bias(net: Inception) -> None:
    with torch.no_grad():
        net.fc.bias.fill_(9.0)
        features, logits = net(torch.rand(1, 3, 299, 299) * 2 - 1)
    assert features.shape == (1, 2048) and logits.shape == (1, 1008)
    assert torch.allclose(logits, F.linear(features, net.fc.weight), atol=1e-5)
    assert (features >= 0).all()


def test_sizes_inside(net: Inception) -> None:
    sizes = {}
    for name in ("Mixed_5d", "Mixed_6e", "Mixed_7c"):
        net.get_submodule(name).register_forward_hook(
            lambda module, given, out, name=name: sizes.update({name: tuple(out.shape[1:])})
        )
    with torch.no_grad():
        net(torch.zeros(1, 3, 299, 299))
    assert sizes == {"Mixed_5d": (288, 35, 35), "Mixed_6e": (768, 17, 17), "Mixed_7c": (2048, 8, 8)}


@pytest.mark.parametrize("pool", ["average", "maximum"])
def test_pooling_leaves_the_border_out_and_may_take_the_maximum(pool: str) -> None:
    block = _Mixed(1, {"branch1x1": [("", 1, 1)]}, pool, 1).eval()
    torch.nn.init.ones_(block.branch_pool.conv.weight)
    image = torch.ones(1, 1, 4, 4)
    image[0, 0, 1, 1] = 10
    with torch.no_grad():
        pooled = block(image)[0, 1] * (1 + 1e-3) ** 0.5  # undoes the batch norm's epsilon
    corner, far = pooled[0, 0].item(), pooled[3, 3].item()
    assert far == pytest.approx(1, abs=1e-5)  # with zeros counted, 4 / 9
    assert corner == pytest.approx(10 if pool == "maximum" else (3 * 1 + 10) / 4, abs=1e-4)


def test_the_last_block_forks_in_the_middle() -> None:
    block = _e(8, "maximum").eval()
    with torch.no_grad():
        assert block(torch.rand(1, 8, 3, 3)).shape == (1, 320 + 768 + 768 + 192, 3, 3)
