"""Pairs of networks: shapes, starts, bounds, conditions, and the layers that look across a batch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from ganvas.core.errors import SettingsError
from ganvas.nets.synthesis.attention import SelfAttention
from ganvas.nets.synthesis.batchwise import MinibatchDiscrimination, MinibatchStd, VirtualBatchNorm
from ganvas.nets.synthesis.judge import Head, one_hot, planes
from ganvas.nets.synthesis.settings import DCGANSettings, MLPSettings, ResNetSettings
from ganvas.nets.synthesis.shared import strides

SMALL: dict[str, Any] = {
    "mlp": MLPSettings(size=16, channels=1, latent=3, width=8, depth_g=1, depth_d=1),
    "dcgan": DCGANSettings(size=16, channels=1, latent=3, features_g=4, features_d=4),
    "resnet": ResNetSettings(size=16, channels=1, latent=3, features_g=4, features_d=4),
}
EACH = pytest.mark.parametrize("family", SMALL)


@EACH
@pytest.mark.parametrize("size", [16, 28, (16, 32)])
def test_images_of_the_size_asked_for(family: str, size: int | tuple[int, int]) -> None:
    settings = replace(SMALL[family], size=size, channels=3)
    made = settings.build_g()(torch.randn(2, 3))
    assert made.shape == (2, 3, *settings.sides) and made.abs().max() <= 1
    judged = settings.build_d()(made)
    assert judged.score.shape == (2, 1) and judged.features.shape[0] == 2 and judged.classes is None


def test_points_need_no_size() -> None:
    settings = MLPSettings(channels=2, latent=5, width=8)
    points = settings.build_g()(torch.randn(3, 5))
    assert points.shape == (3, 2) and settings.build_d()(points).features.shape == (3, 8)


@EACH
def test_the_label_reaches_both_networks_whatever_the_condition(family: str) -> None:
    label, other = torch.tensor([0, 2]), torch.tensor([1, 1])
    code = torch.randn(2, 3)
    for condition in ("concatenate", "projection", "auxiliary"):
        settings = replace(SMALL[family], classes=3, condition=condition)
        torch.manual_seed(0)
        g, d = settings.build_g().eval(), settings.build_d().eval()
        with torch.no_grad():
            for part in g.modules():  # gains by class all start alike
                if isinstance(part, nn.Embedding):
                    part.weight.normal_(1, 0.5)
        made = g(code, label)
        assert not torch.allclose(made, g(code, other), atol=1e-4), condition
        sample = torch.randn(2, *settings.shape) * 100  # DCGAN starts so small that images hardly reach its score
        judged = d(sample, label)
        if condition == "auxiliary":
            assert judged.classes is not None and judged.classes.shape == (2, 3)
        else:
            assert not torch.allclose(judged.score, d(sample, other).score, atol=1e-5), condition


def test_projection_adds_the_inner_product_and_nothing_for_unknown_classes() -> None:
    head = Head(4, classes=3, condition="projection", spectral=False)
    features, label = torch.randn(2, 4), torch.tensor([2, -1])
    score = head(features, label).score - head.score(features)
    assert torch.allclose(score[0, 0], head.vectors.weight[:, 2] @ features[0], atol=1e-6)
    assert score[1, 0] == 0


def test_one_hot_and_planes() -> None:
    label = torch.tensor([1, -1])
    assert torch.equal(one_hot(label, 3), torch.tensor([[0.0, 1, 0], [0, 0, 0]]))
    with_planes = planes(torch.full((2, 1, 2, 2), 0.5), label, 3)
    assert with_planes.shape == (2, 4, 2, 2) and (with_planes[0, 2] == 1).all() and (with_planes[1, 1:] == 0).all()


def test_dcgan_starts_as_the_article_says() -> None:
    settings = DCGANSettings(size=64, channels=3, features_g=32, features_d=32)
    torch.manual_seed(0)
    for net in (settings.build_g(), settings.build_d()):
        for layer in net.modules():
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d) and layer.weight.numel() > 5000:
                assert layer.weight.std().item() == pytest.approx(0.02, rel=0.05)
    shapes = [layer.weight.shape[:2] for layer in settings.build_d().modules() if isinstance(layer, nn.Conv2d)]
    assert shapes == [(32, 3), (64, 32), (128, 64), (256, 128)]
    first = next(layer for layer in settings.build_d().trunk if isinstance(layer, nn.BatchNorm2d))
    assert first.num_features == 64, "the layer on the image has no norm"


@EACH
def test_spectral_norm_makes_every_layer_s_largest_singular_value_1(family: str) -> None:
    settings = replace(SMALL[family], spectral_norm=True, classes=3, condition="projection")
    if family == "dcgan":
        settings = replace(settings, norm_d="none")
    d = settings.build_d()
    sample, label = torch.randn(2, *settings.shape), torch.tensor([0, 1])
    for _ in range(60):
        d(sample, label)
    bounded = [part for part in d.modules() if isinstance(part, nn.Linear | nn.Conv2d)]
    assert len(bounded) > 2
    for layer in bounded:
        largest = torch.linalg.svdvals(layer.weight.flatten(1))[0].item()
        assert largest == pytest.approx(1, abs=0.02), layer


def test_the_error_of_the_power_iteration_falls() -> None:
    torch.manual_seed(0)
    layer = nn.Linear(20, 30, bias=False)
    truth = torch.linalg.svdvals(layer.weight)[0].item()
    errors = []
    for rounds in (1, 5, 20, 80):
        torch.manual_seed(1)
        bound = spectral_norm(nn.Linear(20, 30, bias=False), n_power_iterations=rounds)
        bound.parametrizations.weight.original.data.copy_(layer.weight.data)
        bound(torch.randn(1, 20))
        bound.eval()
        errors.append(abs(torch.linalg.svdvals(bound.weight)[0].item() - 1))
    assert truth > 1 and errors == sorted(errors, reverse=True) and errors[-1] < 1e-3


def test_settings_that_contradict_each_other_are_refused() -> None:
    for wrong in ({"classes": 3}, {"condition": "projection"}, {"dropout": 1.0}, {"channels": 0}, {"latent": 0}):
        with pytest.raises(SettingsError):
            DCGANSettings(**wrong)  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="attention_at"):
        ResNetSettings(size=32, attention_at=(20,))
    with pytest.raises(SettingsError, match="30 px or more|even sides"):
        strides((31, 32))
    assert strides((28, 56)) == 2 and strides((64, 64)) == 4


@EACH
def test_without_batch_norm_no_sample_changes_another(family: str) -> None:
    off = {"mlp": {}, "dcgan": {"norm_g": "none", "norm_d": "none"}, "resnet": {"norm_g": False}}[family]
    settings = replace(SMALL[family], **off)
    assert not (settings.compares or settings.normalises_g or settings.normalises_d)
    g, d, code = settings.build_g(), settings.build_d().eval(), torch.randn(4, 3)
    assert torch.allclose(g(code)[:2], g(code[:2]), atol=1e-5)
    assert torch.allclose(d(g(code)).score[:2], d(g(code[:2])).score, atol=1e-5)


@EACH
def test_settings_say_what_couples_a_batch(family: str) -> None:
    settings = replace(SMALL[family], minibatch_discrimination=2)
    assert settings.compares
    d, sample = settings.build_d().eval(), torch.randn(4, *settings.shape)
    assert not torch.allclose(d(sample).features[:2], d(sample[:2]).features)
    assert d(sample).features.shape[1] == SMALL[family].build_d()(sample).features.shape[1] + 2


def test_virtual_batch_norm_keeps_samples_apart_and_normalises_its_reference() -> None:
    settings = replace(SMALL["dcgan"], norm_g="virtual")
    g, code = settings.build_g(), torch.randn(4, 3)
    assert not settings.normalises_g
    assert torch.allclose(g(code)[:2], g(code[:2]), atol=1e-5)
    norm, x = VirtualBatchNorm(3, reference=5), torch.randn(7, 3, 4, 4) * 3 + 1
    fixed = norm(x)[:5]
    assert torch.allclose(fixed.mean((0, 2, 3)), torch.zeros(3), atol=1e-5)
    assert torch.allclose(fixed.var((0, 2, 3), correction=0), torch.ones(3), atol=1e-3)
    # A sample counts as one of six: by hand.
    mean = (x[:5].mean((2, 3)).sum(0) + x[6].mean((1, 2))) / 6
    square = (x[:5].square().mean((2, 3)).sum(0) + x[6].square().mean((1, 2))) / 6
    by_hand = (x[6] - mean[:, None, None]) / (square - mean**2 + 1e-5).sqrt()[:, None, None]
    assert torch.allclose(norm(x)[6], by_hand, atol=1e-4)


def test_minibatch_discrimination_counts_the_samples_that_are_alike() -> None:
    layer = MinibatchDiscrimination(4, kernels=3)
    same = torch.randn(1, 4).expand(5, 4)
    assert torch.allclose(layer(same)[:, 4:], torch.full((5, 3), 5.0))
    far = torch.eye(4) * 1e6
    assert torch.allclose(layer(far)[:, 4:], torch.ones(4, 3))


def test_minibatch_std_is_the_mean_deviation_of_a_strided_group() -> None:
    x = torch.randn(6, 3, 2, 2)
    plane = MinibatchStd(3)(x)[:, 3]
    for first in range(2):
        group = x[first::2]
        expected = group.std(0, correction=0).mean()
        assert torch.allclose(plane[first::2], expected.expand(3, 2, 2), atol=1e-4)
    assert MinibatchStd(8)(torch.ones(6, 3, 2, 2))[:, 3].max() == pytest.approx(1e-4)
    with pytest.raises(SettingsError, match="groups of 4"):
        MinibatchStd(4)(x)
    assert replace(SMALL["dcgan"], minibatch_std=2).build_d()(torch.randn(4, 1, 16, 16)).score.shape == (4, 1)


def test_dropout_is_there_in_training_only() -> None:
    for settings in SMALL.values():
        d, sample = replace(settings, dropout=0.5).build_d(), torch.randn(4, *settings.shape)
        assert any(isinstance(part, nn.Dropout | nn.Dropout2d) for part in d.modules())
        d.eval()
        assert torch.equal(d(sample).score, d(sample).score)


def test_attention_starts_as_nothing_and_then_sees_every_place() -> None:
    torch.manual_seed(0)
    layer, x = SelfAttention(16, spectral=False).double(), torch.randn(1, 16, 3, 4, dtype=torch.float64)
    assert torch.equal(layer(x), x)
    with torch.no_grad():
        layer.strength.fill_(1.0)
    query, key, value = (part(x).flatten(2)[0] for part in (layer.query, layer.key, layer.value))
    mixed = torch.stack([(torch.softmax(query[:, i] @ key, 0) * value).sum(1) for i in range(12)], 1)
    assert torch.allclose(layer(x), x + layer.out(mixed.reshape(1, 2, 3, 4)))
    x.requires_grad_()
    (slope,) = torch.autograd.grad(layer(x)[0, 0, 0, 0], x, create_graph=True)
    assert (slope.abs().sum(1) > 0).all()
    slope.square().sum().backward()  # a penalty's second derivative


def test_attention_stands_where_it_is_asked_for() -> None:
    settings = replace(SMALL["resnet"], size=32, attention_at=(16,), spectral_norm_g=True)
    for net in (settings.build_g(), settings.build_d()):
        assert sum(isinstance(part, SelfAttention) for part in net.modules()) == 1
    assert all(
        hasattr(part, "parametrizations") for part in settings.build_g().modules() if isinstance(part, nn.Conv2d)
    )


def test_batch_norm_by_class() -> None:
    settings = replace(SMALL["resnet"], classes=3, condition="projection")
    g = settings.build_g()
    assert settings.inputs_g == 3 and replace(settings, norm_g=False).inputs_g == 6
    tables = [part for part in g.modules() if isinstance(part, nn.Embedding)]
    assert tables and all(table.num_embeddings == 3 for table in tables)


@pytest.mark.parametrize("grow", [False, True])
def test_widths_grow_where_asked(grow: bool) -> None:
    settings = ResNetSettings(size=64, features_g=4, features_d=4, grow=grow)
    assert settings.widths(4, 4) == ([4, 8, 16, 32, 64] if grow else [4] * 5)
    assert settings.build_d()(settings.build_g()(torch.randn(2, 128))).score.shape == (2, 1)


@pytest.mark.parametrize("size", [28, (28, 20), (14, 30)])
def test_odd_sides_are_rounded_up_on_the_way_down_and_cut_on_the_way_up(size: int | tuple[int, int]) -> None:
    settings = DCGANSettings(size=size, channels=1, latent=5, features_g=4, features_d=4, halvings=3)
    g, d = settings.build_g(), settings.build_d()
    height, width = settings.sides
    assert settings.levels[-1] == (-(-height // 8), -(-width // 8)) and len(settings.widths(4)) == 3
    made = g(torch.randn(3, 5))
    assert made.shape == (3, 1, height, width) and d(made).score.shape == (3, 1)
    corner = torch.zeros(1, 1, height, width, requires_grad=True)
    d.eval()(corner).score.sum().backward()
    assert corner.grad is not None and corner.grad[0, 0, -1, -1] != 0  # rounding up: no row or column is left out
    with pytest.raises(SettingsError, match="cannot be halved 9 times"):
        replace(settings, halvings=9).build_g()


@pytest.mark.parametrize("norm", ["batch", "virtual", "none"])
def test_a_dense_layer_stands_beside_the_code_and_before_the_judgement(norm: str) -> None:
    norm_d = "none" if norm == "virtual" else norm
    settings = DCGANSettings(size=16, latent=5, features_g=4, features_d=4, dense=9, norm_g=norm, norm_d=norm_d)  # type: ignore[arg-type]
    g, d = settings.build_g(), replace(settings, spectral_norm=True).build_d()
    made = g(torch.randn(3, 5))
    judgement = d(made)
    assert made.shape == (3, 3, 16, 16) and judgement.features.shape == (3, 9)
    dense = [part for net in (g, d) for part in net.modules() if isinstance(part, nn.Linear) and part.out_features == 9]
    assert len(dense) == 2 and hasattr(dense[1], "parametrizations")
