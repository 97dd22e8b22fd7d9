"""R3GAN (Huang et al. 2024, https://arxiv.org/abs/2501.05441): relativistic pairing with R1 and R2.

Departures: the networks here are multilayer perceptrons, and gamma is constant (the article anneals it, Adam's second
beta and the learning rate by cosine schedules; the learning rate's is offered).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ganvas.core.batch import Batch, Clean
from ganvas.core.card import Card
from ganvas.core.method import Ema, Losses, Method, Phase, Step
from ganvas.losses.adversarial import relativistic_pairing
from ganvas.losses.penalties import scores_and_gradient, zero_centred
from ganvas.nets.perceptrons import Perceptrons

__all__ = ["R3Gan"]


@dataclass(frozen=True, kw_only=True)
class R3Gan(Perceptrons, Method[Clean]):
    """One discriminator descent on the paired loss and both penalties, then one of the generator.

    Sample i is paired with sample i only, so the losses are means over samples and may be split into micro-batches.

    The networks' settings are those of :class:`Perceptrons`.

    Attributes:
        gamma: weight of R1 and of R2, each gamma/2 E ||gradient||^2.
        betas: of Adam, for both.
        half_life_images: of the generator's average.
    """

    card: ClassVar[Card] = Card(
        title="R3GAN, multilayer perceptrons",
        task="generate",
        paper="Huang et al. 2024, https://arxiv.org/abs/2501.05441",
        needs=frozenset({"seed"}),
        channels=2,
        tiling="never",
    )
    batch_type: ClassVar[type[Batch]] = Clean

    gamma: float = 0.1
    betas: tuple[float, float] = (0.0, 0.99)
    half_life_images: float = 50_000

    def phases(self) -> Sequence[Phase[Clean]]:
        """Returns one descent each."""
        return (
            Phase(name="d", trains=("d",), loss=self.discriminator_loss),
            Phase(name="g", trains=("g",), loss=self.generator_loss),
        )

    def averages(self) -> Sequence[Ema]:
        """Returns the generator's average."""
        return (Ema(of="g", half_life_images=self.half_life_images),)

    def discriminator_loss(self, batch: Clean, step: Step) -> Losses:
        """Returns the paired loss and R1, R2; one float32 forward pass on each side serves loss and penalty."""
        real, at_real = scores_and_gradient(step.raw["d"], batch.image)
        fake, at_fake = scores_and_gradient(step.raw["d"], self.sample(step.nets, step.rng))
        return {
            "adversarial": relativistic_pairing(real, fake),
            "r1": zero_centred(at_real, gamma=self.gamma),
            "r2": zero_centred(at_fake, gamma=self.gamma),
        }

    def generator_loss(self, batch: Clean, step: Step) -> Losses:
        """Returns the paired loss with the sides exchanged: the generator sees real samples too."""
        fake = step.nets["d"](self.sample(step.nets, step.rng))
        return {"adversarial": relativistic_pairing(fake, step.nets["d"](batch.image))}
