"""Stabilisers of the adversarial game as settings, each by itself, and which of them a game cannot have.

Sources: R1 (Mescheder et al. 2018), R2 (Roth et al. 2017), gradient penalty (Gulrajani et al. 2017), DRAGAN (Kodali et
al. 2017), lazy penalties (Karras et al. 2020), label smoothing, feature matching and historical averaging (Salimans et
al. 2016), instance noise (Sonderby et al. 2017), LeCam (Tseng et al. 2021), entropy (Pereyra et al. 2017), DiffAugment
(Zhao et al. 2020), ADA (Karras et al. 2020, limited data).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ganvas.core.errors import SettingsError
from ganvas.nets.synthesis.settings import NetworkSettings

__all__ = ["Repeats", "Score", "Stabilisers", "refuse"]

Score = Literal["logit", "target", "margin", "free"]
"""What a discriminator's score is: log odds; a number regressed to 1 and 0; a number with a margin around 0; or free,
where the game knows differences of scores only."""

_MOST_ADA = 0.8  # above, augmentations leak into the samples (Karras et al. 2020, limited data, section 3.2)


@dataclass(frozen=True, kw_only=True)
class Repeats:
    """Discriminator updates per generator update: a number, and another one for the first steps.

    Attributes:
        count: updates.
        opening: updates in each of the first ``opening_steps`` steps (WGAN: 100 in 25).
        opening_steps: steps of the opening.

    Raises:
        SettingsError: fewer than one update.
    """

    count: int = 1
    opening: int = 1
    opening_steps: int = 0

    def __post_init__(self) -> None:
        if self.count < 1 or self.opening < 1 or self.opening_steps < 0:
            raise SettingsError("The discriminator needs at least 1 update per update of the generator.")

    def at(self, step: int) -> int:
        """Returns the updates in this step."""
        return self.opening if step < self.opening_steps else self.count


@dataclass(frozen=True, kw_only=True)
class Stabilisers:
    """What may be added to any game; 0 leaves a term out, and all are out by default.

    Penalties are taken where the discriminator looks: at images after noise and augmentation.

    Attributes:
        r1, r2: gamma of gamma/2 E ||gradient||^2 at real and at generated samples.
        gradient_penalty: lambda of lambda E (||gradient|| - 1)^2 between real and generated samples.
        dragan: the same, around real samples.
        dragan_noise: standard deviation of that surrounding, in units of the samples.
        penalty_every: steps between the four penalties above, which are then this much stronger.
        label_smoothing: real samples count as real by 1 minus this; generated ones wholly as generated.
        instance_noise: standard deviation of the noise on what the discriminator sees.
        instance_noise_images: images after which this noise has faded to nothing; 0 keeps it.
        feature_matching: weight of the squared distance of the mean features, for the generator.
        historical_averaging: weight of the squared distance to the mean of all past parameters, for both.
        lecam: weight of the squared distance of scores to the moving average of the other side's.
        lecam_images: half-life of those averages; nothing is added until as many images are seen.
        entropy: weight of the entropy of the discriminator's verdicts, which it then keeps high.
        augment: what the discriminator sees of real and generated images.
        policy: of DiffAugment: colour, translation and cutout, in any choice.
        ada_target: mean sign of the scores of real images that ADA steers to.
        ada_speed_images: images in which the probability of each augmentation can rise by 1.
        ada_limit: its highest value; above 0.8 augmentations leak into the samples.
        standing_images: images by which batch norm's statistics are taken anew when a model file is written, since
            those of the training belong to other weights; 0 keeps the training's.

    Raises:
        SettingsError: a number out of range, or a setting whose stabiliser is off.
    """

    r1: float = 0.0
    r2: float = 0.0
    gradient_penalty: float = 0.0
    dragan: float = 0.0
    dragan_noise: float = 0.5
    penalty_every: int = 1
    label_smoothing: float = 0.0
    instance_noise: float = 0.0
    instance_noise_images: int = 0
    feature_matching: float = 0.0
    historical_averaging: float = 0.0
    lecam: float = 0.0
    lecam_images: int = 4_000
    entropy: float = 0.0
    augment: Literal["none", "diffaugment", "ada"] = "none"
    policy: tuple[Literal["colour", "translation", "cutout"], ...] = ("colour", "translation", "cutout")
    ada_target: float = 0.6
    ada_speed_images: int = 500_000
    ada_limit: float = _MOST_ADA
    standing_images: int = 0

    def __post_init__(self) -> None:
        if low := [name for name, value in vars(self).items() if isinstance(value, int | float) and value < 0]:
            raise SettingsError(f"Stabilisers must not be negative: {', '.join(low)}.")
        if self.penalty_every < 1 or (self.penalty_every > 1 and not self.penalises):
            raise SettingsError("penalty_every needs at least 1 step and r1, r2, gradient_penalty or dragan.")
        if self.instance_noise_images and not self.instance_noise:
            raise SettingsError("instance_noise_images needs instance_noise: there is nothing to fade.")
        if self.label_smoothing >= 0.5:
            raise SettingsError(f"label_smoothing of {self.label_smoothing} calls real samples fake: stay below 0.5.")
        if self.ada_limit > _MOST_ADA:
            raise SettingsError(
                f"ada_limit of {self.ada_limit} lets augmentations leak into the samples: stay at {_MOST_ADA} or below."
            )

    @property
    def penalises(self) -> bool:
        """Whether any gradient is penalised."""
        return max(self.r1, self.r2, self.gradient_penalty, self.dragan) > 0

    @property
    def remembers(self) -> bool:
        """Whether scores of this step decide what the next one does."""
        return self.lecam > 0 or self.augment == "ada"


def refuse(stabilise: Stabilisers, networks: NetworkSettings, score: Score) -> None:
    """Returns nothing where all fit together.

    Raises:
        SettingsError: two settings do not; names both and the remedy.
    """
    for wrong, pair in (
        (
            stabilise.penalises and networks.normalises_d,
            "A gradient penalty and batch norm in the discriminator: under it one sample's gradient is not defined; "
            "set its norm to none.",
        ),
        (
            networks.spectral_norm and networks.normalises_d,
            "Spectral norm and batch norm in the discriminator: one undoes the other's bound; set its norm to none.",
        ),
        (
            stabilise.label_smoothing > 0 and score not in ("logit", "target"),
            "Label smoothing and a game without labels: only logistic and least-squares losses have them.",
        ),
        (
            stabilise.entropy > 0 and score != "logit",
            "The entropy of verdicts and scores that are no log odds: only logistic losses have them.",
        ),
        (
            stabilise.remembers and score == "free",
            "LeCam or ADA and a game of differences: its scores have no place of their own; use diffaugment.",
        ),
        (
            stabilise.augment != "none" and len(networks.shape) == 1,
            "Augmentation and points: only images can be augmented; use instance_noise.",
        ),
        (
            stabilise.standing_images > 0 and not networks.normalises_g,
            "Standing statistics and a generator without batch norm: there are none to take; set standing_images to 0.",
        ),
    ):
        if wrong:
            raise SettingsError(f"These do not go together. {pair}")
