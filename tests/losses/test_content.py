"""Content losses: one meaning of ``content_by`` for all methods, networks that stand in no checkpoint."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from ganvas.core.errors import CheckpointError, SettingsError
from ganvas.core.settings import to_json
from ganvas.io import checkpoint
from ganvas.losses.content import Content
from ganvas.losses.perceptual import feature_distance, feature_kernel
from ganvas.losses.reconstruction import bounded_kernel
from ganvas.methods.classifier import Classifier
from ganvas.nets.feature_net import FeatureNet, FeatureSettings
from ganvas.nets.vgg import VGG19

IMAGES = torch.rand(2, 2, 3, 16, 16, generator=torch.Generator().manual_seed(0)) * 2 - 1
MADE, TARGET = IMAGES


@pytest.fixture
def features(tmp_path: Path) -> tuple[Path, FeatureNet]:
    """A model file as a training leaves it, in bf16 as it is bundled, and the network it holds."""
    torch.manual_seed(0)
    method = Classifier(network=FeatureSettings(widths=(4, 6), convolutions=(1, 2)), classes=3)
    net = method.networks()["c"]
    assert isinstance(net, FeatureNet)
    with torch.no_grad():
        for tensor in net.state_dict().values():
            if tensor.is_floating_point():
                tensor.copy_(tensor.bfloat16())
    header = {"kind": "model", "method": "classifier", "settings": to_json(method), "card": method.card.to_json()}
    tensors = {f"c.{k}": v.bfloat16() if v.is_floating_point() else v for k, v in net.state_dict().items()}
    checkpoint.save(tmp_path / "features.safetensors", tensors, header)
    return tmp_path / "features.safetensors", net.eval()


def test_distances_of_features_by_name() -> None:
    made, real = [torch.ones(1, 4, 2, 2), torch.ones(1, 9, 1, 1)], [torch.zeros(1, 4, 2, 2), torch.zeros(1, 9, 1, 1)]
    assert feature_distance(made, real, distance="l1").item() == 1.0
    assert feature_distance([m * 2 for m in made], real, distance="l2").item() == 4.0
    # d is per vector, in units of one feature: the width of a layer does not matter.
    one = bounded_kernel(torch.ones(1, 1, 1, 1), torch.zeros(1, 1, 1, 1), sigma=1.0).item()
    assert feature_distance(made, real, distance="bounded_kernel").item() == pytest.approx(one)
    assert feature_kernel(made, made).item() == 0.0


def test_features_are_those_of_the_file_and_the_networks_holds_no_parameters(features) -> None:
    path, net = features
    content = Content(by="features", feature_weights=path)
    content.check()
    nets = content.networks()
    assert not list(nets["content"].parameters()) and not nets["content"].state_dict()
    with torch.no_grad():
        expected = feature_distance(net.features(MADE), net.features(TARGET), distance="l1")
    made = MADE.clone().requires_grad_()
    found = content.loss(nets, made, TARGET, ([], []))
    assert found.item() == pytest.approx(expected.item(), rel=1e-6)
    found.backward()
    assert made.grad is not None and made.grad.abs().sum() > 0
    assert content.loss(nets, TARGET, TARGET, ([], [])).item() == 0.0
    assert all(parameter.grad is None for parameter in nets["content"]._held[0].parameters())


def test_the_discriminator_needs_no_network() -> None:
    content = Content(by="discriminator")
    content.check()
    assert content.networks() == {}
    below = [torch.ones(1, 2, 1, 1)], [torch.zeros(1, 2, 1, 1)]
    assert content.loss({}, MADE, TARGET, below).item() == 1.0


def test_vgg_is_read_from_its_file(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = VGG19(taps=(1,))
    path = tmp_path / "vgg19.safetensors"
    save_file({k: v.contiguous() for k, v in VGG19().state_dict().items()} | net.state_dict(), path)
    content = Content(by="vgg", vgg_weights=path, distance="l2", taps=(1,))
    with torch.no_grad():
        expected = feature_distance(net(MADE), net(TARGET), distance="l2")
        assert content.loss(content.networks(), MADE, TARGET, ([], [])).item() == pytest.approx(expected.item())


def test_missing_weights_are_told_before_a_training_starts(tmp_path: Path, features) -> None:
    with pytest.raises(SettingsError, match="vgg_weights"):
        Content(by="vgg")
    with pytest.raises(CheckpointError, match="ganvas train features"):
        Content(by="features", feature_weights=tmp_path / "none.safetensors").check()
    gone = Content(by="vgg", vgg_weights=tmp_path / "none.safetensors")
    with pytest.raises(CheckpointError, match="check its path"):
        gone.check()
    gone.networks()  # applying a model that was trained with it needs no such file
    header = checkpoint.read_header(features[0]) | {"method": "regression"}
    checkpoint.save(tmp_path / "other.safetensors", {}, header)
    with pytest.raises(CheckpointError, match="no feature network"):
        Content(by="features", feature_weights=tmp_path / "other.safetensors").networks()["content"](MADE)
    checkpoint.save(tmp_path / "other.safetensors", {}, checkpoint.read_header(features[0]))
    with pytest.raises(CheckpointError, match="do not fit"):
        Content(by="features", feature_weights=tmp_path / "other.safetensors").networks()["content"](MADE)
