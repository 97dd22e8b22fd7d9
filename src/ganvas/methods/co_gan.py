"""CoGAN (Liu and Tuzel 2016, https://arxiv.org/abs/1606.07536): pairs of two domains, learnt without any pair.

Two generators make a pair from one code, two discriminators judge a domain each. The generators share the layers that
decide what is shown, the discriminators those that judge it, so both domains show the same (section 3). Departures: the
networks are those of DCGAN, an average of the generators' weights is kept and used to sample.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from ganvas.core.batch import Unpaired
from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.core.method import Draws, Method, Networks, Query, Result, Step
from ganvas.games.judged import Shown
from ganvas.games.showing import show
from ganvas.games.stabilisers import Stabilisers
from ganvas.games.synthesis import Synthesis
from ganvas.losses.adversarial import discriminator_logistic, generator_nonsaturating
from ganvas.nets.synthesis.coupled import coupled_d, coupled_g
from ganvas.nets.synthesis.settings import DCGANSettings, NetworkSettings

__all__ = ["CoGAN"]


@dataclass(frozen=True, kw_only=True)
class CoGAN(Synthesis, Method[Unpaired]):
    """One logistic descent each, over both domains at once; the domain stands where other methods have a class.

    Attributes:
        own_g: convolutions nearest to the image that each generator has for itself; all before are shared.
        own_d: convolutions nearest to the image that each discriminator has for itself; all after are shared.
        networks_: one network of each pair; ``classes`` are none.

    Raises:
        SettingsError: other networks than DCGAN's, classes, more convolutions than there are, or a penalty between
            samples of one domain and the other.
    """

    card: ClassVar[Card] = Card(
        title="CoGAN",
        task="generate",
        paper="Liu and Tuzel 2016, https://arxiv.org/abs/1606.07536",
        needs=frozenset({"seed"}),
        tiling="never",
    )
    batch_type: ClassVar[type[Unpaired]] = Unpaired
    asks_labels: ClassVar[bool] = False

    own_g: int = 1
    own_d: int = 1
    networks_: NetworkSettings = field(default_factory=lambda: DCGANSettings(size=28, channels=1))
    average_images: float = 20_000
    stabilise: Stabilisers = field(default_factory=lambda: Stabilisers(standing_images=4_096))

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.networks_.classes:
            raise SettingsError("CoGAN has its two domains in place of classes: set networks_.classes to 0.")
        if self.stabilise.gradient_penalty or self.stabilise.dragan:
            raise SettingsError(
                "CoGAN and gradient_penalty or dragan do not go together: their points would lie between two domains; "
                "use r1 and r2."
            )
        if not isinstance(self.networks_, DCGANSettings):
            raise SettingsError("CoGAN shares the layers of DCGAN's networks: choose DCGANSettings for networks_.")
        most = len(self.networks_.widths(1))
        if not (1 <= self.own_g <= most and 1 <= self.own_d <= most):
            raise SettingsError(f"Of {most} convolutions, own_g and own_d are from 1 to {most}: choose again.")

    @property
    def asked(self) -> int:
        """Domains that samples can be asked for."""
        return 2

    def networks(self) -> dict[str, nn.Module]:
        """Returns ``g`` and ``d``, a pair of networks each."""
        assert isinstance(self.networks_, DCGANSettings)
        return {"g": coupled_g(self.networks_, own=self.own_g), "d": coupled_d(self.networks_, own=self.own_d)}

    def discriminator_objective(self, real: Float[Tensor, "b 1"], fake: Float[Tensor, "b 1"]) -> Float[Tensor, ""]:
        """Returns the logistic loss, the mean of both domains' (equation 4, halved)."""
        return discriminator_logistic(real, fake)

    def generator_objective(self, fake: Float[Tensor, "b 1"], real: Float[Tensor, "b 1"] | None) -> Float[Tensor, ""]:
        """Returns the non-saturating loss, the mean of both domains'."""
        return generator_nonsaturating(fake)

    def sample(self, nets: Networks, rng: Draws, label: Int[Tensor, " b"] | None = None) -> Float[Tensor, "b ..."]:
        """Returns one sample for each index of the draws: of the given domains, or both images of a pair in turn."""
        if label is not None:
            return super().sample(nets, rng, label)
        code = rng.normal(self.networks_.latent, stream="latent")
        made: Tensor = nets["g"](code.repeat(2, 1), _domains(code))
        return made

    def apply(self, nets: Networks, query: Query, rng: Draws) -> Result:
        """Returns samples of the domains that the query's label names, or pairs side by side where it names none."""
        if query.label is not None:
            return super().apply(nets, query, rng)
        code = self.codes(query, rng)
        return Result(images=torch.cat(nets["g"](code.repeat(2, 1), _domains(code)).chunk(2), 3))

    def _real(self, batch: Unpaired, step: Step) -> Shown:
        shown = [show(images, self.stabilise, step, side="real") for images in (batch.a, batch.b)]
        return Shown(samples=torch.cat(shown), label=_domains(batch.a))

    def _fake(self, step: Step) -> Shown:
        code = step.rng.normal(self.networks_.latent, stream="latent")
        domains = _domains(code)
        made = step.nets["g"](code.repeat(2, 1), domains)
        shown = [show(images, self.stabilise, step, side="fake") for images in made.chunk(2)]
        return Shown(samples=torch.cat(shown), label=domains, code=code.repeat(2, 1))


def _domains(of: Tensor) -> Int[Tensor, " n"]:
    """As many rows of domain 0, then as many of domain 1."""
    return torch.arange(2, device=of.device).repeat_interleave(len(of))
