"""Colouring: from a gray or faded picture to its colours, by a chroma loss, colour statistics and a discriminator.

Sources: Isola et al. 2017, pix2pix, https://arxiv.org/abs/1611.07004, section 3.1 and figure 7 (an adversarial loss of
patches against grayish averages); Zhang et al. 2016, https://arxiv.org/abs/1603.08511 (a and b from L); Iizuka et al.
2016 (local and global features).

Departures: CIE94 in chroma and hue instead of L1, so that the loss counts as the eye does; **statistics** of a and b
over the whole picture beside it, which a regression towards gray fails; a paired relativistic game by default;
lightness is kept exactly (colours out of gamut lose chroma, never L); a moving average of the generator. With
``adversarial`` 0 it is a regression.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from ganvas.core.batch import Paired
from ganvas.core.card import Card
from ganvas.core.method import Draws, Losses, Method, Networks, Optimiser, Phase, Query, Result, Schedule, Step
from ganvas.games.paired import Judged, PairedGame
from ganvas.games.terms import weighted
from ganvas.losses.adversarial import Game, discriminator_side, generator_side
from ganvas.losses.chroma import chroma_statistics, cie94
from ganvas.nets.colour import ColourSettings
from ganvas.ops.guided import guided_upsample
from ganvas.ops.lab import from_lab, lightness_of, to_lab
from ganvas.ops.resize import resize
from ganvas.ops.thumbnail import reduced_size

__all__ = ["ColorizeGAN"]


@dataclass(frozen=True, kw_only=True)
class ColorizeGAN(PairedGame, Method[Paired]):
    """Minimises chroma + statistics + content + adversarial, weighted, for g; the game's other side for d.

    Attributes:
        game: standard (non-saturating BCE), relativistic average, or relativistic paired.
        chroma: weight of the mean CIE94 difference of chroma and hue.
        statistics: weight of the difference of the pictures' colour statistics.
        look: longer side at which a picture is coloured, px; larger ones get its chroma along their own edges.
    """

    card: ClassVar[Card] = Card(
        title="Colouring GAN", task="colorize", paper="Isola et al. 2017, https://arxiv.org/abs/1611.07004"
    )

    generator: ColourSettings = field(default_factory=ColourSettings)
    task: str = "colorize"
    game: Game = "relativistic_paired"
    chroma: float = 0.1
    statistics: float = 0.02
    content: float = 0.0
    adversarial: float = 0.02
    look: int = 384
    g_optimiser: Optimiser = field(
        default_factory=lambda: Optimiser(lr=5e-4, schedule=Schedule(warm_up=800, decay_from=0.3, final=0.02))
    )
    d_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=2e-4, betas=(0.5, 0.99)))

    @property
    def plays(self) -> bool:
        """Whether there is a discriminator."""
        return self.adversarial > 0 or (self.content > 0 and self.content_by == "discriminator")

    def networks(self) -> dict[str, nn.Module]:
        """Returns ``g``, ``d`` where a game is played, and ``content`` where the content loss has its own network."""
        found = super().networks()
        return found if self.plays else {name: net for name, net in found.items() if name != "d"}

    def optimisers(self) -> Mapping[str, Optimiser]:
        """Returns the optimisers of the networks that learn."""
        return super().optimisers() if self.plays else {"g": self.g_optimiser}

    def phases(self) -> Sequence[Phase[Paired]]:
        """Returns the generator's descent and, in a game, the discriminator's.

        Raises:
            CheckpointError: the weights of the content loss's network are missing.
        """
        return super().phases() if self.plays else super().phases()[:1]

    def descend_g(self, batch: Paired, step: Step) -> Losses:
        """Returns the terms, weighted; without a game those of the colours alone."""
        if self.plays:
            return super().descend_g(batch, step)
        made = step.nets["g"](batch.source)
        nobody = Judged(made, batch.target, made[:, :1, :1, :1], made[:, :1, :1, :1], ((), ()))
        return weighted(self, self.colours(nobody, step))

    def colours(self, judged: Judged, step: Step) -> Losses:
        """Returns the terms without the game: chroma, statistics and content."""
        made, truth = to_lab(judged.made), to_lab(judged.truth)
        found = {"chroma": cie94(made, truth), "statistics": chroma_statistics(made, truth)}
        return {**found, "content": self.content_distance(judged, step)} if self.content else found

    def terms(self, judged: Judged, step: Step) -> Losses:
        """Returns the colour terms and the adversarial one."""
        adversarial = self.generator_objective(judged.fake, judged.real)
        return {**self.colours(judged, step), "adversarial": adversarial}

    def generator_objective(self, fake: Tensor, real: Tensor) -> Float[Tensor, ""]:
        """Returns the generator's side of the game."""
        return generator_side(self.game, real, fake)

    def discriminator_objective(self, real: Tensor, fake: Tensor) -> Float[Tensor, ""]:
        """Returns the discriminator's side of the game."""
        return discriminator_side(self.game, real, fake)

    def couples_batch(self) -> bool:
        """Returns whether means run over the batch."""
        return self.plays and self.game == "relativistic_average"

    def describe(self) -> Card:
        """Returns the card for these settings; any size fits, see :meth:`apply`."""
        return replace(super().describe(), multiple_of=1, min_size=1, look=self.look)

    def apply(self, nets: Networks, query: Query, rng: Draws) -> Result:
        """Returns the picture in colour, of any size, at its own lightness."""
        image = query.image
        assert image is not None
        height, width = reduced_size(image.shape[2], image.shape[3], self.look)
        small = image if (height, width) == image.shape[2:] else resize(image, (height, width))
        step = self.generator.multiple_of
        padded = F.pad(small, (0, -width % step, 0, -height % step), mode="replicate")
        coloured = to_lab(nets["g"](padded)[:, :, :height, :width].to(image.dtype))
        lab = to_lab(image)
        chroma = coloured[:, 1:]
        if small is not image:
            chroma = guided_upsample(chroma, lightness_of(coloured), lightness_of(lab))
        return Result(images=from_lab(torch.cat([lab[:, :1], chroma], dim=1)))
