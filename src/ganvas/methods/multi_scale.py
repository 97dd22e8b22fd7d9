"""Multi-scale repair: any restoring method with its generator run from coarse to fine, at no further parameter.

Sources: Nah et al. 2017 (Deep multi-scale CNN, https://arxiv.org/abs/1612.02177) and Tao et al. 2018 (Scale-recurrent
network, https://arxiv.org/abs/1802.01770), who repair blurred photos so. Here it is a wrapper: losses, discriminator,
optimisers and averages are those of the method inside, whose ``g`` runs in :class:`ganvas.nets.pyramid.Pyramid`.

Departures: the loss is the inner method's, on the finest scale alone; no recurrent state; the coarser result replaces
the low frequencies of the next input instead of standing beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from torch import nn

from ganvas.core.batch import Batch, Paired
from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.core.method import Draws, Ema, Method, Networks, Optimiser, Phase, Query, Result, Step
from ganvas.nets.pyramid import Pyramid

__all__ = ["MultiScale"]


@dataclass(frozen=True, kw_only=True)
class MultiScale(Method[Paired]):
    """Trains as the inner method does.

    Attributes:
        inner: a method that answers by one plain network ``g`` and keeps the size.
        scales: resolutions, each half of the one before.

    Raises:
        SettingsError: the inner method answers in another way, or there is no scale.
    """

    card: ClassVar[Card] = Card(
        title="Multi-scale repair", task="denoise", paper="Tao et al. 2018, https://arxiv.org/abs/1802.01770"
    )
    batch_type: ClassVar[type[Batch]] = Paired

    inner: Method[Any]
    scales: int = 3

    def __post_init__(self) -> None:
        card = self.inner.describe()
        if not card.plain or card.scale != 1 or card.tiling in ("field", "never") or self.inner.exportable() != ("g",):
            raise SettingsError(
                f"{type(self.inner).__name__} cannot run from coarse to fine: the method inside must answer by one "
                "plain network that keeps the size and sees a part of the picture."
            )
        if self.scales < 1:
            raise SettingsError("Running from coarse to fine needs at least 1 scale.")

    def describe(self) -> Card:
        """Returns the inner method's card; what a pixel depends on reaches too far for an exact halo."""
        card, factor = self.inner.describe(), int(2 ** (self.scales - 1))
        return replace(
            card,
            title=f"{self.card.title}: {card.title}",
            tiling=card.tiling if self.scales == 1 else "blend",
            multiple_of=card.multiple_of * factor,
            min_size=card.min_size * factor,
        )

    def networks(self) -> dict[str, nn.Module]:
        """Returns the inner method's networks, its generator run from coarse to fine."""
        found = self.inner.networks()
        return {**found, "g": Pyramid(found["g"], scales=self.scales)}

    def optimisers(self) -> Mapping[str, Optimiser]:
        """Returns the inner method's optimisers."""
        return self.inner.optimisers()

    def phases(self) -> Sequence[Phase[Paired]]:
        """Returns the inner method's descents."""
        return self.inner.phases()

    def averages(self) -> Sequence[Ema]:
        """Returns the inner method's averages."""
        return self.inner.averages()

    def after_step(self, batch: Paired, step: Step) -> None:
        """Does what the inner method does."""
        self.inner.after_step(batch, step)

    def settle(self, nets: Mapping[str, nn.Module], rng: Draws) -> None:
        """Does what the inner method does."""
        self.inner.settle(nets, rng)

    def apply(self, nets: Networks, query: Query, rng: Draws) -> Result:
        """Returns the inner method's answer."""
        return self.inner.apply(nets, query, rng)

    def exportable(self) -> Sequence[str]:
        """``g`` alone answers."""
        return self.inner.exportable()
