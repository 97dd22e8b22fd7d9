from __future__ import annotations

import pytest
import torch

from ganvas.core.errors import SettingsError
from ganvas.nets.feature_net import FeatureSettings


def test_the_default_is_small_and_its_features_are_taken_before_the_activation() -> None:
    torch.manual_seed(0)
    net = FeatureSettings().build(channels=3, classes=30)
    assert sum(p.numel() for p in net.parameters()) <= 1_500_000
    assert sum(isinstance(part, torch.nn.Conv2d) for part in net.modules()) == 9
    image = torch.rand(2, 3, 32, 24) * 2 - 1
    features = net.features(image)
    assert [tuple(f.shape[1:]) for f in features] == [(32, 32, 24), (64, 16, 12), (128, 8, 6), (192, 4, 3)]
    assert all((f < 0).any() and 0.5 < f.std() < 2 for f in features)  # normalised: every layer counts alike
    assert torch.allclose(net(image), net.head(features[-1].relu().mean((2, 3))))


def test_stages_without_convolutions_are_refused() -> None:
    for widths, convolutions in (((8,), (1, 1)), ((8, 8), (1, 0)), ((), ())):
        with pytest.raises(SettingsError, match="as many widths"):
            FeatureSettings(widths=widths, convolutions=convolutions)
