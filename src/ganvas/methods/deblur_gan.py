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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ganvas.core.batch import Paired
from ganvas.core.card import Card
from ganvas.core.method import Draws, Ema, Losses, Method, Networks, Optimiser, Phase, Query, Result, Schedule, Step
from ganvas.losses.adversarial import critic_wasserstein, discriminator_side, generator_side, generator_wasserstein
from ganvas.losses.content import Content, ContentBy
from ganvas.losses.penalties import gradient_penalty
from ganvas.losses.reconstruction import l1
from ganvas.nets.generator import HalfUNetSettings, SRResNetSettings, described
from ganvas.nets.patchgan import PatchGAN

__all__ = ["DeblurGAN"]

_CONV3_3 = (6,)  # among VGG19's convolutions


@dataclass(frozen=True, kw_only=True)
class DeblurGAN(Method[Paired]):
    """Minimises adversarial + content + pixel, weighted, for g; the critic's loss and its penalty for d.

    Attributes:
        generator: the generator network.
        task, channels: what it is trained for; the size stays.
        game: wasserstein with gradient penalty, or relativistic (average, paired).
        penalty: weight of the gradient penalty in the Wasserstein game.
        n_critic: critic updates for one of the generator.
        adversarial: weight of the adversarial loss of g.
        content: weight of the content loss.
        content_by: whose features the content loss compares.
        feature_weights: model file of the recipe ``features``, for ``content_by features``; None for the bundled one.
        vgg_weights: safetensors file of VGG19, for ``content_by vgg``.
        pixel: weight of L1.
        d_features, d_layers: width and strided layers of the critic.
        g_optimiser, d_optimiser: how each descends.
        average_images: half-life of the moving average, in images.
    """

    card: ClassVar[Card] = Card(
        title="DeblurGAN", task="deblur", paper="Kupyn et al. 2018, https://arxiv.org/abs/1711.07064", plain=True
    )
    batch_type: ClassVar[type[Paired]] = Paired

    generator: HalfUNetSettings | SRResNetSettings = field(default_factory=HalfUNetSettings)
    task: str = "deblur"
    channels: int = 3
    game: Literal["wasserstein", "relativistic_average", "relativistic_paired"] = "wasserstein"
    penalty: float = 10.0
    n_critic: int = 5
    adversarial: float = 0.01
    content: float = 1.0
    content_by: ContentBy = "features"
    feature_weights: Path | None = None
    vgg_weights: Path | None = None
    pixel: float = 1.0
    d_features: int = 32
    d_layers: int = 3
    g_optimiser: Optimiser = field(
        default_factory=lambda: Optimiser(
            lr=1e-4, betas=(0.5, 0.99), schedule=Schedule(warm_up=800, decay_from=0.5, final=0.05)
        )
    )
    d_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=1e-4, betas=(0.5, 0.99)))
    average_images: float = 8_000

    def __post_init__(self) -> None:
        self._content()  # raises where the settings contradict each other

    def _content(self) -> Content:
        return Content(
            by=self.content_by if self.content else "discriminator",
            feature_weights=self.feature_weights,
            vgg_weights=self.vgg_weights,
            distance="l2" if self.content_by == "vgg" else "l1",
            taps=_CONV3_3,
        )

    def describe(self) -> Card:
        """Returns the card for these settings."""
        return described(self.card, self.generator, task=self.task, channels=self.channels, scale=1)

    def networks(self) -> dict[str, nn.Module]:
        """Returns ``g``, ``d`` (the critic), and ``content`` where the content loss has a network of its own."""
        normalise = self.game != "wasserstein"
        return {
            "g": self.generator.build(channels=self.channels, scale=1),
            "d": PatchGAN(channels=self.channels, features=self.d_features, layers=self.d_layers, normalise=normalise),
            **self._content().networks(),
        }

    def optimisers(self) -> Mapping[str, Optimiser]:
        """Returns the optimisers of ``g`` and ``d``."""
        return {"g": self.g_optimiser, "d": self.d_optimiser}

    def phases(self) -> Sequence[Phase[Paired]]:
        """Returns the critic's descents, then the generator's.

        Raises:
            CheckpointError: the weights of the content loss's network are missing.
        """
        self._content().check()
        splittable = self.game != "relativistic_average"  # its means run over the batch
        return (
            Phase(name="d", trains=("d",), loss=self.descend_d, repeats=self.n_critic, splittable=splittable),
            Phase(name="g", trains=("g",), loss=self.descend_g, splittable=splittable),
        )

    def averages(self) -> Sequence[Ema]:
        """Returns the average of ``g``."""
        return (Ema(of="g", half_life_images=self.average_images),)

    def descend_d(self, batch: Paired, step: Step) -> Losses:
        """Returns the critic's loss with its penalty (WGAN-GP, eq. 3), or its side of a relativistic game."""
        with torch.no_grad():
            made = step.nets["g"](batch.source)
        real, _ = step.nets["d"](batch.target)
        fake, _ = step.nets["d"](made)
        step.seen["margin"] = (real - fake).detach().mean()
        if self.game != "wasserstein":
            return {"adversarial": discriminator_side(self.game, real, fake)}

        def critic(image: Float[Tensor, "b c h w"]) -> Float[Tensor, "b 1 k l"]:
            scores: Tensor = step.raw["d"](image)[0]
            return scores

        alpha = step.rng.uniform(stream="interpolation")
        return {
            "wasserstein": critic_wasserstein(real, fake),
            "penalty": self.penalty * gradient_penalty(critic, batch.target, made, alpha),
        }

    def descend_g(self, batch: Paired, step: Step) -> Losses:
        """Returns the adversarial, content and pixel losses, weighted."""
        made = step.nets["g"](batch.source)
        fake, below = step.nets["d"](made)
        with torch.no_grad():
            real, real_below = step.nets["d"](batch.target)
        game = generator_wasserstein(fake) if self.game == "wasserstein" else generator_side(self.game, real, fake)
        losses = {
            "adversarial": self.adversarial * game,
            "content": self.content * self._content().loss(step.nets, made, batch.target, (below, real_below)),
            "pixel": self.pixel * l1(made, batch.target),
        }
        return {name: loss for name, loss in losses.items() if getattr(self, name)}

    def apply(self, nets: Networks, query: Query, rng: Draws) -> Result:
        """Returns g(image)."""
        return Result(images=nets["g"](query.image))

    def exportable(self) -> Sequence[str]:
        """``g`` alone answers."""
        return ("g",)
