"""The fused head, codes with a meaning, and pairs of networks that share layers."""

from __future__ import annotations

import pytest
import torch

from ganvas.nets.synthesis.codes import CodeReader, EvenCodes, even, normal
from ganvas.nets.synthesis.coupled import coupled_d, coupled_g
from ganvas.nets.synthesis.judge import Head
from ganvas.nets.synthesis.settings import DCGANSettings, MLPSettings, ResNetSettings

STRIDED = DCGANSettings(size=16, channels=1, latent=3, features_g=4, features_d=4)


def test_the_fused_score_is_the_log_odds_of_being_any_class() -> None:
    """Against the softmax over K + 1 classes, the last with the logit 0."""
    head = Head(4, classes=3, condition="fused", spectral=False)
    judgement = head(torch.randn(5, 4), None)
    whole = torch.cat([judgement.classes, torch.zeros(5, 1)], 1).softmax(1)
    assert torch.allclose(judgement.score.sigmoid()[:, 0], whole[:, :3].sum(1), atol=1e-6)
    assert torch.allclose((-judgement.score).sigmoid()[:, 0], whole[:, 3], atol=1e-6)


@pytest.mark.parametrize("settings", [MLPSettings, DCGANSettings, ResNetSettings])
def test_under_fused_the_generator_knows_no_class(settings: type) -> None:
    made = settings(size=16, channels=1, latent=3, classes=5, condition="fused")
    assert made.asked == 0 and made.inputs_g == 3
    image = made.build_g()(torch.randn(2, 3))
    assert made.build_d()(image).classes.shape == (2, 5)


def test_even_codes_are_uniform_and_go_back() -> None:
    code = torch.randn(20_000, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    value = even(code).sort().values
    assert (value - torch.linspace(-1, 1, 20_000, dtype=torch.float64)).abs().max() < 0.03
    assert torch.allclose(normal(even(code)), code, atol=1e-6)
    assert even(normal(torch.tensor([-1.0, 1.0]))).tolist() == [-1, 1]


def test_only_the_first_codes_arrive_even() -> None:
    seen = {}

    class Inner(torch.nn.Module):
        def forward(self, code: torch.Tensor, label: torch.Tensor | None = None) -> torch.Tensor:
            seen["code"] = code
            return code

    code = torch.randn(4, 5)
    EvenCodes(Inner(), count=2)(code)
    assert torch.allclose(seen["code"][:, :2], even(code[:, :2])) and torch.equal(seen["code"][:, 2:], code[:, 2:])


def test_the_reader_s_deviation_stays_away_from_nothing() -> None:
    reader = CodeReader(6, count=2)
    with torch.no_grad():
        reader.last.bias.fill_(-100)
        mean, deviation = reader(torch.randn(3, 6))
    assert mean.shape == deviation.shape == (3, 2)
    assert (deviation >= 0.1).all()


def test_pairs_share_what_is_far_from_the_image() -> None:
    g, d = coupled_g(STRIDED, own=1), coupled_d(STRIDED, own=1)
    assert g.a.first is g.b.first and g.a.body[2] is g.b.body[2]
    assert g.a.body[-2] is not g.b.body[-2]
    assert d.a.head is d.b.head and d.a.trunk[2] is d.b.trunk[2]
    assert d.a.trunk[0] is not d.b.trunk[0]
    own = sum(p.numel() for p in g.a.body[-2].parameters())
    assert sum(p.numel() for p in g.parameters()) == sum(p.numel() for p in g.a.parameters()) + own


def test_rows_go_to_their_domain_and_come_back_in_their_order() -> None:
    g, d = coupled_g(STRIDED, own=1).eval(), coupled_d(STRIDED, own=1).eval()
    code, domain = torch.randn(5, 3), torch.tensor([1, 0, 0, 1, 0])
    made = g(code, domain)
    first, second = g.a(code), g.b(code)
    assert torch.allclose(made, torch.where(domain.bool()[:, None, None, None], second, first), atol=1e-6)
    assert torch.allclose(g(code), first)
    score = d(made, domain).score
    assert torch.allclose(score[:1], d.b(made[:1]).score, atol=1e-5) and d(made, domain).classes is None
    assert torch.allclose(g(code, torch.ones(5).long()), second, atol=1e-6)
