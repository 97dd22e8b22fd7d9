"""InfoGAN (Chen et al. 2016, https://arxiv.org/abs/1606.03657): codes with a meaning that nobody labelled.

The generator has beside noise a category and continuous codes, and a reader Q that shares the discriminator's layers
tells them from the sample: a lower bound of their mutual information (equation 5). Departures: codes are drawn as
standard normal numbers and reach the generator uniform in [-1, 1] by their quantiles, so they cannot be set beyond;
Q's deviations are learned (the authors' code fixes them at 1); the category is read by one layer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from ganvas.core.batch import Clean
from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.core.method import Draws, Losses, Method, Networks, Optimiser, Phase, Query, Step
from ganvas.games.judged import Judged
from ganvas.games.stabilisers import Stabilisers
from ganvas.games.synthesis import Synthesis
from ganvas.losses.adversarial import discriminator_logistic, generator_nonsaturating
from ganvas.losses.classes import class_loss, gaussian_surprise, share_right
from ganvas.nets.synthesis.codes import CodeReader, EvenCodes, even, normal
from ganvas.nets.synthesis.settings import DCGANSettings, NetworkSettings

__all__ = ["InfoGAN"]


@dataclass(frozen=True, kw_only=True)
class InfoGAN(Synthesis, Method[Clean]):
    """The discriminator and Q descend on the game and on what Q gets wrong, then the generator likewise.

    A query asks for the category by its label and for the continuous codes by ``control["code1"]``, ``"code2"``, ...
    in [-1, 1].

    Attributes:
        continuous: continuous codes; they are the first numbers of the latent code, the rest is noise.
        category_weight, code_weight: lambda of equation 6 for the category and for the continuous codes.
        networks_: ``classes`` are the categories, whose logits the discriminator gives beside its score.
        g_optimiser, d_optimiser: the article's rates (appendix C.1).

    Raises:
        SettingsError: no categories, no continuous code, no noise, or a weight that is not above 0.
    """

    card: ClassVar[Card] = Card(
        title="InfoGAN",
        task="generate",
        paper="Chen et al. 2016, https://arxiv.org/abs/1606.03657",
        needs=frozenset({"seed"}),
        tiling="never",
    )

    asks_labels: ClassVar[bool] = False

    continuous: int = 2
    category_weight: float = 1.0
    code_weight: float = 0.1
    networks_: NetworkSettings = field(
        default_factory=lambda: DCGANSettings(
            size=28, channels=1, latent=64, dense=1024, classes=10, condition="auxiliary"
        )
    )
    g_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=1e-3, betas=(0.5, 0.999)))
    d_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=2e-4, betas=(0.5, 0.999)))
    average_images: float = 20_000
    stabilise: Stabilisers = field(default_factory=lambda: Stabilisers(standing_images=4_096))

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.networks_.condition != "auxiliary":
            raise SettingsError("InfoGAN reads a category: set networks_.classes, and the condition to auxiliary.")
        if not 1 <= self.continuous < self.networks_.latent:
            raise SettingsError(
                f"{self.continuous} continuous codes among {self.networks_.latent} latent numbers are not possible: "
                "choose at least 1, and a larger networks_.latent, since the rest is noise."
            )
        if min(self.category_weight, self.code_weight) <= 0:
            raise SettingsError("Codes that nothing reads mean nothing: set both weights above 0.")

    def networks(self) -> dict[str, nn.Module]:
        """Returns ``g``, ``d``, and ``q`` (features of d to means and deviations of the continuous codes)."""
        g, d = super().networks().values()
        head: Any = d.head
        reader = CodeReader(head.classes.in_features, count=self.continuous)
        return {"g": EvenCodes(g, count=self.continuous), "d": d, "q": reader}

    def optimisers(self) -> Mapping[str, Optimiser]:
        """Returns one for each network; q descends as d does."""
        return {**super().optimisers(), "q": self.d_optimiser}

    def phases(self) -> Sequence[Phase[Any]]:
        """Returns the descents; q moves with the discriminator, whose layers it shares."""
        return [
            replace(phase, trains=("d", "q")) if phase.name == self.d_phase else phase for phase in super().phases()
        ]

    def labels(self, batch: Clean) -> Int[Tensor, " b"] | None:
        """Returns None: real samples have no category that anyone knows."""
        return None

    def discriminator_objective(self, real: Float[Tensor, "b 1"], fake: Float[Tensor, "b 1"]) -> Float[Tensor, ""]:
        """Returns the logistic loss."""
        return discriminator_logistic(real, fake)

    def generator_objective(self, fake: Float[Tensor, "b 1"], real: Float[Tensor, "b 1"] | None) -> Float[Tensor, ""]:
        """Returns the non-saturating loss."""
        return generator_nonsaturating(fake)

    def discriminator_losses(self, real: Judged, fake: Judged, step: Step) -> Losses:
        """Returns the game's loss and minus the bound."""
        return {**super().discriminator_losses(real, fake, step), **self.information(fake, step)}

    def generator_losses(self, fake: Judged, real: Judged | None, step: Step) -> Losses:
        """Returns the game's loss and minus the bound."""
        return {**super().generator_losses(fake, real, step), **self.information(fake, step)}

    def information(self, fake: Judged, step: Step) -> Losses:
        """Returns -lambda L_I(g, q) for both kinds of code (equation 5, entropies of the codes left out)."""
        classes = fake.judgement.classes
        assert classes is not None and fake.label is not None and fake.code is not None
        step.seen["categories_right"] = share_right(classes, fake.label)
        surprise = gaussian_surprise(even(fake.code[:, : self.continuous]), *step.nets["q"](fake.judgement.features))
        return {
            "category": self.category_weight * class_loss(classes, fake.label),
            "codes": self.code_weight * surprise,
        }

    def codes(self, query: Query, rng: Draws) -> Float[Tensor, "b n"]:
        """Returns the latent codes, the continuous ones set as the query's ``control`` says.

        Raises:
            SettingsError: a code beyond [-1, 1].
        """
        code, control = super().codes(query, rng), query.control or {}
        for number in range(self.continuous):
            value = control.get(f"code{number + 1}")
            if value is None:
                continue
            if not -1 <= value <= 1:
                raise SettingsError(f"code{number + 1} of {value} was never seen in training: choose from -1 to 1.")
            column = normal(torch.full_like(code[:, :1], value))
            code = torch.cat([code[:, :number], column, code[:, number + 1 :]], 1)
        return code

    def read(
        self, nets: Networks, image: Float[Tensor, "b c h w"]
    ) -> tuple[Float[Tensor, "b k"], Float[Tensor, "b n"]]:
        """Returns what Q tells of images: the logits of the category, and the means of the continuous codes."""
        judgement = nets["d"](image)
        return judgement.classes, nets["q"](judgement.features)[0]

    def exportable(self) -> Sequence[str]:
        """Returns the generator, and what reads its codes."""
        return ("g", "d", "q")
