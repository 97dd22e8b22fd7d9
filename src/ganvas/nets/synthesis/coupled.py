"""Pairs of networks for two domains that share layers (CoGAN; Liu and Tuzel 2016, https://arxiv.org/abs/1606.07536)."""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Int
from torch import Tensor, nn

from ganvas.nets.synthesis.dcgan import DCGANSettings
from ganvas.nets.synthesis.judge import Judgement

__all__ = ["Coupled", "coupled_d", "coupled_g"]


class Coupled(nn.Module):
    """Two networks of the same kind, one for each domain; layers that they share are the same modules in both.

    Args:
        a, b: the network of domain 0 and that of domain 1.
    """

    def __init__(self, a: nn.Module, b: nn.Module) -> None:
        super().__init__()
        self.a, self.b = a, b

    def forward(self, x: Tensor, domain: Int[Tensor, " b"] | None = None) -> Any:
        """Returns what the network of each row's domain gives, in the order of the rows; domain 0 where it is None."""
        if domain is None:
            return self.a(x)
        rows = [torch.nonzero(domain == number).flatten() for number in (0, 1)]
        given = [net(x[row]) for net, row in zip((self.a, self.b), rows, strict=True) if len(row)]
        back = torch.cat(rows).argsort()
        if isinstance(given[0], Judgement):
            return Judgement(*(torch.cat(parts)[back] for parts in zip(*(said[:2] for said in given), strict=True)))
        return torch.cat(given)[back]


def coupled_g(settings: DCGANSettings, *, own: int) -> Coupled:
    """Returns two generators that share all but the last ``own`` convolutions, those nearest to the image."""
    a, b = settings.build_g(), settings.build_g()
    body_a, body_b = _body(a, "body"), _body(b, "body")
    places = _convolutions(body_a)
    b.first, b.reference = a.first, a.reference
    for place in range(places[-own]):
        body_b[place] = body_a[place]
    return Coupled(a, b)


def coupled_d(settings: DCGANSettings, *, own: int) -> Coupled:
    """Returns two discriminators that share all but the first ``own`` convolutions, those nearest to the image."""
    a, b = settings.build_d(), settings.build_d()
    trunk_a, trunk_b = _body(a, "trunk"), _body(b, "trunk")
    places = [*_convolutions(trunk_a), len(trunk_a)]
    for place in range(places[own], len(trunk_a)):
        trunk_b[place] = trunk_a[place]
    b.head = a.head
    return Coupled(a, b)


def _body(network: nn.Module, name: str) -> nn.Sequential:
    body = getattr(network, name)
    assert isinstance(body, nn.Sequential)
    return body


def _convolutions(body: nn.Sequential) -> list[int]:
    return [place for place, layer in enumerate(body) if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d)]
