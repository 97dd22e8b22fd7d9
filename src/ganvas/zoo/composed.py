"""Models that are a procedure over bundled ones: they have no weights of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ganvas.core.card import Card

__all__ = ["COMPOSED", "Composed"]


@dataclass(frozen=True, kw_only=True)
class Composed:
    """What is known of one.

    Attributes:
        card: of the whole.
        method: file in ``api`` that puts it together.
        parts: bundled models it is made of.
    """

    card: Card
    method: str
    parts: tuple[str, ...]


COMPOSED: Mapping[str, Composed] = {
    "deblur-blind": Composed(
        card=Card(
            title="Finds the kernel of a blur that is the same everywhere and undoes it; else deblur",
            task="deblur",
            paper="Xu, Zheng and Jia 2013; Pan et al. 2014; Zhang et al. 2021, https://arxiv.org/abs/2008.13751",
        ),
        method="blind",
        parts=("deblur", "denoise"),
    )
}
