"""The conditional GAN: classes to ask for, by one of three ways in which the discriminator meets the label.

``networks_.condition`` chooses it: ``concatenate`` (Mirza and Osindero 2014, https://arxiv.org/abs/1411.1784),
``auxiliary`` (AC-GAN; Odena et al. 2017, https://arxiv.org/abs/1610.09585) or ``projection`` (Miyato and Koyama 2018,
https://arxiv.org/abs/1802.05637). Departures: classes to make are drawn evenly, not as often as in the data; networks
are convolutional in all three; an average of the generator's weights is kept and used to sample.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from jaxtyping import Float
from torch import Tensor

from ganvas.core.batch import Labelled
from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.core.method import Losses, Method, Step
from ganvas.games.judged import Judged
from ganvas.games.stabilisers import Stabilisers, refuse
from ganvas.games.synthesis import Synthesis
from ganvas.losses.adversarial import (
    discriminator_hinge,
    discriminator_logistic,
    generator_hinge,
    generator_nonsaturating,
)
from ganvas.losses.classes import class_loss, share_right
from ganvas.nets.synthesis.settings import DCGANSettings, NetworkSettings

__all__ = ["ConditionalGAN"]


@dataclass(frozen=True, kw_only=True)
class ConditionalGAN(Synthesis, Method[Labelled]):
    """One descent each; every real image needs its label.

    Attributes:
        game: logistic, as in the first two articles, or hinge, as in the third.
        class_weight: of the classes' cross-entropy under ``auxiliary``; the article has 1.
        networks_: how many classes, and how both networks meet them.

    Raises:
        SettingsError: the networks know no classes to ask for, or the weight is not above 0.
    """

    card: ClassVar[Card] = Card(
        title="Conditional GAN",
        task="generate",
        paper="Mirza and Osindero 2014, https://arxiv.org/abs/1411.1784",
        needs=frozenset({"seed"}),
        tiling="never",
    )
    batch_type: ClassVar[type[Labelled]] = Labelled

    game: Literal["logistic", "hinge"] = "logistic"
    class_weight: float = 1.0
    networks_: NetworkSettings = field(
        default_factory=lambda: DCGANSettings(size=64, classes=10, condition="concatenate")
    )
    average_images: float = 20_000
    stabilise: Stabilisers = field(default_factory=lambda: Stabilisers(standing_images=4_096))

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.game == "hinge":  # scores of a hinge are no log odds
            refuse(self.stabilise, self.networks_, "margin")
        if not self.networks_.asked:
            raise SettingsError(
                "A conditional GAN needs classes to ask for: set networks_.classes, and networks_.condition to "
                "concatenate, auxiliary or projection."
            )
        if self.class_weight <= 0:
            raise SettingsError(f"A class_weight of {self.class_weight} teaches no class: give a number above 0.")

    def discriminator_objective(self, real: Float[Tensor, "b 1"], fake: Float[Tensor, "b 1"]) -> Float[Tensor, ""]:
        """Returns the chosen game's loss."""
        return discriminator_hinge(real, fake) if self.game == "hinge" else discriminator_logistic(real, fake)

    def generator_objective(self, fake: Float[Tensor, "b 1"], real: Float[Tensor, "b 1"] | None) -> Float[Tensor, ""]:
        """Returns the chosen game's loss; the logistic one's does not saturate."""
        return generator_hinge(fake) if self.game == "hinge" else generator_nonsaturating(fake)

    def discriminator_losses(self, real: Judged, fake: Judged, step: Step) -> Losses:
        """Returns the game's loss, and under ``auxiliary`` the cross-entropy of both sides' classes (AC-GAN, eq. 3).

        Raises:
            SettingsError: the first batch holds images without a label.
        """
        assert real.label is not None
        if step.number == 0 and bool((real.label < 0).any()):
            raise SettingsError(
                "Some images have no label, by which alone the discriminator would know them as real: label them all, "
                "or train weakly_supervised_gan."
            )
        losses = {"adversarial": self.discriminator_objective(real.score, fake.score)}
        for side, judged in (("real", real), ("fake", fake)):
            if judged.judgement.classes is not None:
                assert judged.label is not None
                losses[f"classes_{side}"] = self.class_weight * class_loss(judged.judgement.classes, judged.label)
                step.seen[f"classes_right_{side}"] = share_right(judged.judgement.classes, judged.label)
        return losses

    def generator_losses(self, fake: Judged, real: Judged | None, step: Step) -> Losses:
        """Returns the game's loss, and under ``auxiliary`` the cross-entropy of the classes asked for."""
        losses = {"adversarial": self.generator_objective(fake.score, None)}
        if fake.judgement.classes is not None:
            assert fake.label is not None
            losses["classes"] = self.class_weight * class_loss(fake.judgement.classes, fake.label)
        return losses
