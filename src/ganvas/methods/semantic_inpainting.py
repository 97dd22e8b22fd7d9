"""Semantic inpainting, feed-forward: what is missing is guessed from what the picture is of.

Source: Yeh et al. 2017, https://arxiv.org/abs/1607.07539: a fill should agree with its surroundings (context loss) and
be such a picture as the training set holds (prior loss, a discriminator's). They search the latent space of a generator
for each picture; here one network gives the fill at once (after Pathak et al. 2016, context encoders,
https://arxiv.org/abs/1604.07379), trained on three losses:

- **adversarial**: the judges of patches and of the whole, the prior;
- **semantic** (``content``): distance of deep features of the filled picture and of the truth (Dosovitskiy and Brox
  2016, https://arxiv.org/abs/1602.02644), by a fixed network or the judges' own;
- **appearance**: structure and level of the hole's pixels, 0.85 (1 - SSIM) / 2 + 0.15 L1 (Godard et al. 2017,
  https://arxiv.org/abs/1609.03677, eq. 2).

Departures: the truth is known in training, so the appearance loss takes the place of the weighted context loss; the
network, its smooth start and the game are those of ``inpainting_gan``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from ganvas.core.batch import Masked
from ganvas.core.card import Card
from ganvas.core.method import Losses, Method, Optimiser, Schedule, Step
from ganvas.games.masked import Filled, MaskedGame
from ganvas.losses.content import ContentBy
from ganvas.losses.structure import appearance

__all__ = ["SemanticInpainting"]


@dataclass(frozen=True, kw_only=True)
class SemanticInpainting(MaskedGame, Method[Masked]):
    """Minimises appearance + content (the semantic loss) + adversarial, weighted, for g; the game's other side for d.

    Attributes:
        appearance: weight of the appearance loss within the hole.
        content: weight of the semantic loss.
    """

    card: ClassVar[Card] = Card(
        title="Semantic inpainting, feed-forward",
        task="inpaint",
        paper="Yeh et al. 2017, https://arxiv.org/abs/1607.07539",
        needs=frozenset({"image", "mask"}),
        tiling="never",
    )

    appearance: float = 1.0
    content: float = 0.1
    content_by: ContentBy = "discriminator"
    g_optimiser: Optimiser = field(
        default_factory=lambda: Optimiser(lr=5e-4, schedule=Schedule(warm_up=800, decay_from=0.3, final=0.02))
    )
    d_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=2e-4, betas=(0.5, 0.99)))

    def terms(self, filled: Filled, step: Step) -> Losses:
        """Returns the appearance loss."""
        return {"appearance": appearance(filled.pasted, filled.truth, filled.mask)}
