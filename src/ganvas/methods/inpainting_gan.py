"""Inpainting GAN: masked image and mask to the whole image, by a fill loss and judges of patches and of the whole.

Sources: Yu et al. 2019, https://arxiv.org/abs/1806.03589 (gated convolutions, coarse to fine, spectral-norm patch
discriminator that sees the mask); Liu et al. 2018, https://arxiv.org/abs/1804.07723 (partial convolutions; hole and
valid losses, eq. 1 and 2 of section 3.3); Iizuka et al. 2017, https://doi.org/10.1145/3072959.3073659 (global and local
discriminators).

Departures: both stages add to a smooth fill, which is free (:mod:`ganvas.nets.inpainting.generator`); distances are
means over the hole and over the rest, sample by sample, so that weights mean the same for holes of any size; a
structural term beside them; a paired relativistic game, each fill against its own truth, in which patches without a
hole cancel; no contextual attention; a moving average of the generator. With ``adversarial`` 0 it is a regression: the
first leg of a training.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from torch.nn import functional as F

from ganvas.core.batch import Masked
from ganvas.core.card import Card
from ganvas.core.method import Losses, Method, Optimiser, Schedule, Step
from ganvas.games.masked import Filled, MaskedGame
from ganvas.losses.reconstruction import l1
from ganvas.losses.structure import Distance, distance_within, mean_within, structural_dissimilarity

__all__ = ["InpaintingGAN"]


@dataclass(frozen=True, kw_only=True)
class InpaintingGAN(MaskedGame, Method[Masked]):
    """Minimises hole + valid + pixel + coarse + structure + content + adversarial, weighted, for g.

    The judges descend on their side of the game alone.

    Attributes:
        distance: of the hole, valid and coarse losses.
        hole: weight of the distance within the hole.
        valid: weight of the distance outside.
        pixel: weight of L1 over the whole image, as in pix2pix (Isola et al. 2017, eq. 4).
        coarse: weight of the coarse stage's distance, at a quarter of the resolution, within the hole.
        structure: weight of (1 - SSIM) / 2 within the hole.
    """

    card: ClassVar[Card] = Card(
        title="Inpainting GAN",
        task="inpaint",
        paper="Yu et al. 2019, https://arxiv.org/abs/1806.03589",
        needs=frozenset({"image", "mask"}),
    )

    distance: Distance = "l1"
    hole: float = 1.0
    valid: float = 0.1
    pixel: float = 0.0
    coarse: float = 0.5
    structure: float = 0.2
    g_optimiser: Optimiser = field(
        default_factory=lambda: Optimiser(lr=2e-4, schedule=Schedule(warm_up=800, decay_from=0.4, final=0.05))
    )
    d_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=2e-4, betas=(0.5, 0.99)))

    def terms(self, filled: Filled, step: Step) -> Losses:
        """Returns the fill losses."""
        small = F.avg_pool2d(filled.truth, 4), F.avg_pool2d(filled.mask, 4)
        dissimilar = structural_dissimilarity(filled.pasted, filled.truth)
        return {
            "hole": distance_within(self.distance, filled.made, filled.truth, filled.mask),
            "valid": distance_within(self.distance, filled.made, filled.truth, 1 - filled.mask),
            "pixel": l1(filled.made, filled.truth),
            "coarse": distance_within(self.distance, filled.coarse, *small),
            "structure": mean_within(dissimilar, filled.mask),
        }
