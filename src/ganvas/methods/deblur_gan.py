"""DeblurGAN: adversarial deblurring by a Wasserstein critic with gradient penalty and a content loss.

Source: Kupyn et al. 2018, https://arxiv.org/abs/1711.07064, section 3: L = L_GAN + lambda L_X, lambda = 100, with the
WGAN-GP critic (Gulrajani et al. 2017, https://arxiv.org/abs/1704.00028, eq. 3; five updates for one of the generator)
and the squared distance of VGG19's conv3_3 features as L_X. DeblurGAN-v2 (Kupyn et al. 2019,
https://arxiv.org/abs/1908.03826) plays a relativistic game instead: ``game`` takes it, too.

Departures: an L1 beside the content loss and a generator that starts from weights trained on L1 (``--init-from`` a
regression model), so that a small network gets there; content by our own small feature network unless VGG19's weights
are given, and features before the activation; the generator's losses divided by lambda (the adversarial one then weighs
0.01), which leaves their balance as it is; a moving average of the generator. The critic has no normalisation under the
penalty (batch norm would couple the samples, WGAN-GP, section 4) and spectral norm in the relativistic games.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ganvas.core.batch import Paired
from ganvas.core.card import Card
from ganvas.core.method import Losses, Method, Optimiser, Phase, Schedule, Step
from ganvas.games.paired import Judged, PairedGame
from ganvas.losses.adversarial import critic_wasserstein, discriminator_side, generator_side, generator_wasserstein
from ganvas.losses.content import Content
from ganvas.losses.penalties import gradient_penalty
from ganvas.losses.reconstruction import l1
from ganvas.nets.generator import HalfUNetSettings, SRResNetSettings
from ganvas.nets.patchgan import PatchGAN

__all__ = ["DeblurGAN"]

_CONV3_3 = (6,)  # among VGG19's convolutions


@dataclass(frozen=True, kw_only=True)
class DeblurGAN(PairedGame, Method[Paired]):
    """Minimises adversarial + content + pixel, weighted, for g; the critic's loss and its penalty for d.

    The size stays.

    Attributes:
        game: wasserstein with gradient penalty, or relativistic (average, paired).
        penalty: weight of the gradient penalty in the Wasserstein game.
        n_critic: critic updates for one of the generator.
        pixel: weight of L1.
    """

    card: ClassVar[Card] = Card(
        title="DeblurGAN", task="deblur", paper="Kupyn et al. 2018, https://arxiv.org/abs/1711.07064", plain=True
    )

    generator: HalfUNetSettings | SRResNetSettings = field(default_factory=HalfUNetSettings)
    task: str = "deblur"
    game: Literal["wasserstein", "relativistic_average", "relativistic_paired"] = "wasserstein"
    penalty: float = 10.0
    n_critic: int = 5
    adversarial: float = 0.01
    pixel: float = 1.0
    g_optimiser: Optimiser = field(
        default_factory=lambda: Optimiser(
            lr=1e-4, betas=(0.5, 0.99), schedule=Schedule(warm_up=800, decay_from=0.5, final=0.05)
        )
    )
    d_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=1e-4, betas=(0.5, 0.99)))

    def discriminator(self) -> nn.Module:
        """Returns the critic, without normalisation under the penalty."""
        normalise = self.game != "wasserstein"
        return PatchGAN(channels=self.channels, features=self.d_features, layers=self.d_layers, normalise=normalise)

    def phases(self) -> Sequence[Phase[Paired]]:
        """Returns the critic's descents, then the generator's.

        Raises:
            CheckpointError: the weights of the content loss's network are missing.
        """
        g, d = super().phases()
        return replace(d, repeats=self.n_critic), g

    def descend_d(self, batch: Paired, step: Step) -> Losses:
        """Returns the critic's loss with its penalty (WGAN-GP, eq. 3), or its side of a relativistic game."""
        with torch.no_grad():
            made = step.nets["g"](batch.source)
        objective = self.discriminator_objective(*self.scores(batch.target, made, step))
        if self.game != "wasserstein":
            return {"adversarial": objective}

        def critic(image: Float[Tensor, "b c h w"]) -> Float[Tensor, "b 1 k l"]:
            scores: Tensor = step.raw["d"](image)[0]
            return scores

        alpha = step.rng.uniform(stream="interpolation")
        penalty = gradient_penalty(critic, batch.target, made, alpha)
        return {"wasserstein": objective, "penalty": self.penalty * penalty}

    def terms(self, judged: Judged, step: Step) -> Losses:
        """Returns the adversarial, content and pixel losses."""
        return {
            "adversarial": self.generator_objective(judged.fake, judged.real),
            "content": self.content_distance(judged, step),
            "pixel": l1(judged.made, judged.truth),
        }

    def generator_objective(self, fake: Tensor, real: Tensor) -> Float[Tensor, ""]:
        """Returns the generator's side of the game, of scores or logits."""
        return generator_wasserstein(fake) if self.game == "wasserstein" else generator_side(self.game, real, fake)

    def discriminator_objective(self, real: Tensor, fake: Tensor) -> Float[Tensor, ""]:
        """Returns the critic's side of the game, without its penalty."""
        return (
            critic_wasserstein(real, fake) if self.game == "wasserstein" else discriminator_side(self.game, real, fake)
        )

    def couples_batch(self) -> bool:
        """Returns whether means run over the batch."""
        return self.game == "relativistic_average"

    def content_loss(self) -> Content:
        """Returns the content loss; of VGG19, the squared distance of conv3_3."""
        return replace(super().content_loss(), distance="l2" if self.content_by == "vgg" else "l1", taps=_CONV3_3)
