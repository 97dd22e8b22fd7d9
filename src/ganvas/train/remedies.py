"""What to try against what ails a training, by flags that the run at hand has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["REMEDIES", "Remedy", "flags_for"]


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """An illness by its name, and what helps.

    Attributes:
        title: what it is, in a sentence.
        steps: pairs of a setting (dotted, empty for advice that needs none) and the advice that names its flag.
    """

    title: str
    steps: tuple[tuple[str, str], ...]


REMEDIES = {
    "divergence": Remedy(
        title="Divergence: the numbers of the training run away.",
        steps=(
            ("method.d_optimiser.lr", "Halve both rates, or more: --method.g-optimiser.lr, --method.d-optimiser.lr."),
            (
                "method.g_optimiser.clip_norm",
                "Clip gradients: --method.g-optimiser.clip-norm 1, and d-optimiser's.",
            ),
            ("method.stabilise.r1", "Smooth the discriminator: --method.stabilise.r1 1."),
            ("train.precision", "Where bf16 was on, try --train.precision f32."),
            ("", "best.safetensors holds the model from before."),
        ),
    ),
    "vanishing gradient": Remedy(
        title="Vanishing gradient: the discriminator wins, and the generator learns nothing from it.",
        steps=(
            ("method.game", "Use the loss whose gradient stays: --method.game nonsaturating."),
            ("method.d_optimiser.lr", "Slow the discriminator down: a lower --method.d-optimiser.lr."),
            ("method.n_critic.count", "Fewer of its updates: --method.n-critic.count 1."),
            ("method.stabilise.instance_noise", "Blur the border: --method.stabilise.instance-noise 0.1."),
            ("method.stabilise.r1", "Bound its slope: --method.stabilise.r1 1."),
            ("method.networks_.spectral_norm", "Or --method.networks_.spectral-norm."),
        ),
    ),
    "discriminator overfitting": Remedy(
        title="Discriminator overfitting: it knows the training samples by heart.",
        steps=(
            ("method.stabilise.augment", "Augment what it sees: --method.stabilise.augment ada (or diffaugment)."),
            ("method.stabilise.r1", "A stronger gradient penalty: --method.stabilise.r1."),
            ("method.stabilise.lecam", "For few samples: --method.stabilise.lecam 0.1."),
            ("method.networks_.dropout", "--method.networks_.dropout 0.3."),
            ("method.networks_.features_d", "A smaller discriminator: --method.networks_.features-d."),
            ("", "More samples, or a start from a model of many: --init-from."),
            ("", "Until then best.safetensors is the model to use."),
        ),
    ),
    "augmentation leak": Remedy(
        title="Augmentation leak: the generator makes augmented samples.",
        steps=(
            ("method.stabilise.ada_limit", "Augment less often: a lower --method.stabilise.ada-limit, below 0.8."),
            ("method.stabilise.ada_target", "Or a higher --method.stabilise.ada-target."),
            ("method.stabilise.policy", "With diffaugment, leave out what leaks: --method.stabilise.policy."),
            ("data.flip", "Mirrored training images make mirrored samples: leave out --data.flip."),
            ("", "Augment real and generated samples alike, in the discriminator's phase and the generator's."),
        ),
    ),
    "mode collapse": Remedy(
        title="Mode collapse: the samples are too much alike.",
        steps=(
            ("method.stabilise.r1", "Penalise the discriminator's slope: --method.stabilise.r1 1."),
            (
                "method.g_optimiser.lr",
                "A slower generator: --method.g-optimiser.lr not above d-optimiser's.",
            ),
            ("method.average_images", "Average the generator's weights: --method.average-images 10000."),
            ("method.networks_.minibatch_std", "Let it compare samples: --method.networks_.minibatch-std 4."),
            ("train.batch", "A larger --train.batch."),
            ("", "Or a game that pairs samples: the method r3gan, or wgan_gp."),
        ),
    ),
}


def flags_for(illness: str, settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Returns the advice whose settings the run has; all of it where nothing is known of them."""
    steps = REMEDIES[illness].steps
    return tuple(text for path, text in steps if not path or not settings or _has(settings, path))


def _has(settings: Mapping[str, Any], path: str) -> bool:
    value: Any = settings
    for name in path.split("."):
        if not isinstance(value, Mapping) or name not in value:
            return False
        value = value[name]
    return True
