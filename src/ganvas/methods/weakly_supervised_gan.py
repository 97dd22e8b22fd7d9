"""A GAN that learns classes from few labels, and whose discriminator is the classifier.

Loss of the discriminator: lambda * L_unsupervised + (1 - lambda) * L_supervised, where every real and every generated
sample counts in the first, and real samples with a label in the second. ``networks_.condition`` chooses the variant:

- ``fused``: K classes and one of generated samples in one softmax, the generator descending on feature matching alone
  (Salimans et al. 2016, https://arxiv.org/abs/1606.03498, section 5);
- ``auxiliary``: a score and classes side by side, and a generator that is asked for a class (Odena et al. 2017,
  https://arxiv.org/abs/1610.09585, with few labels).

Departures: labelled samples count in the unsupervised part too; convolutions with dropout in place of weight norm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from jaxtyping import Float
from torch import Tensor

from ganvas.core.batch import Labelled
from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.core.method import Draws, Ema, Losses, Method, Networks, Phase, Query, Result, Step
from ganvas.games.judged import Judged
from ganvas.games.stabilisers import Stabilisers
from ganvas.games.synthesis import Synthesis
from ganvas.losses.adversarial import discriminator_logistic, generator_nonsaturating
from ganvas.losses.classes import class_loss, share_right
from ganvas.nets.synthesis.settings import DCGANSettings, NetworkSettings

__all__ = ["WeaklySupervisedGAN"]


@dataclass(frozen=True, kw_only=True)
class WeaklySupervisedGAN(Synthesis, Method[Labelled]):
    """One descent each; labels of -1 are unknown.

    Attributes:
        unsupervised: lambda, above 0 and below 1; the supervised part has the rest.
        adversarial: weight of the generator's logistic loss; 0 leaves feature matching alone.
        networks_: ``fused`` or ``auxiliary``.
        average_images: half-life of both networks' moving averages, in images; 0 keeps none.

    Raises:
        SettingsError: lambda leaves a part out, the generator has no loss, or the networks know no classes.
    """

    card: ClassVar[Card] = Card(
        title="Weakly supervised GAN",
        task="generate",
        paper="Salimans et al. 2016, https://arxiv.org/abs/1606.03498",
        needs=frozenset({"seed"}),
        tiling="never",
    )
    batch_type: ClassVar[type[Labelled]] = Labelled

    unsupervised: float = 0.5
    adversarial: float = 0.0
    networks_: NetworkSettings = field(
        default_factory=lambda: DCGANSettings(classes=10, condition="fused", norm_d="none", dropout=0.3)
    )
    average_images: float = 20_000
    stabilise: Stabilisers = field(
        default_factory=lambda: Stabilisers(feature_matching=1.0, instance_noise=0.1, standing_images=4_096)
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.unsupervised < 1:
            raise SettingsError(f"unsupervised of {self.unsupervised} leaves one part out: choose between 0 and 1.")
        if self.networks_.condition not in ("fused", "auxiliary"):
            raise SettingsError("Classes are learnt from few labels under the condition fused or auxiliary only.")
        if self.adversarial < 0 or not (self.adversarial or self.stabilise.feature_matching):
            raise SettingsError("The generator has no loss: set adversarial or stabilise.feature_matching above 0.")

    def phases(self) -> Sequence[Phase[Any]]:
        """Returns the descents; the mean over those samples that have a label couples the batch."""
        return [
            replace(phase, splittable=False, coupling="batch") if phase.name == self.d_phase else phase
            for phase in super().phases()
        ]

    def averages(self) -> Sequence[Ema]:
        """Returns those of the generator and of the classifier."""
        half_life = self.average_images
        return [Ema(of=name, half_life_images=half_life) for name in ("g", "d")] if half_life else []

    def discriminator_objective(self, real: Float[Tensor, "b 1"], fake: Float[Tensor, "b 1"]) -> Float[Tensor, ""]:
        """Returns L_unsupervised, the logistic loss."""
        return discriminator_logistic(real, fake)

    def discriminator_losses(self, real: Judged, fake: Judged, step: Step) -> Losses:
        """Returns both parts, weighted; the share of labelled samples that are right stands in the log."""
        classes, label = real.judgement.classes, real.label
        assert classes is not None and label is not None
        step.seen["classes_right"] = share_right(classes, label)
        return {
            "unsupervised": self.unsupervised * self.discriminator_objective(real.score, fake.score),
            "supervised": (1 - self.unsupervised) * class_loss(classes, label),
        }

    def generator_losses(self, fake: Judged, real: Judged | None, step: Step) -> Losses:
        """Returns the logistic loss and the cross-entropy of the classes asked for, where the settings have them."""
        losses = {}
        if self.adversarial:
            losses["adversarial"] = self.adversarial * generator_nonsaturating(fake.score)
        if fake.label is not None:
            assert fake.judgement.classes is not None
            losses["supervised"] = (1 - self.unsupervised) * class_loss(fake.judgement.classes, fake.label)
        return losses

    def apply(self, nets: Networks, query: Query, rng: Draws) -> Result:
        """Returns the logits of the classes in place of images where the query brings images, else samples."""
        if query.image is None:
            return super().apply(nets, query, rng)
        return Result(images=nets["d"](query.image).classes)

    def exportable(self) -> Sequence[str]:
        """Returns the generator and the classifier."""
        return ("g", "d")
