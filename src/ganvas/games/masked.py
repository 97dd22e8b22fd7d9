"""What the methods that fill holes share: a generator that sees image and mask, and judges of the filled image.

A method adds the terms of its loss and its defaults. Without an adversarial weight (and without a content loss by the
discriminator's features) there are no judges: the same method is then a regression, the first leg of a training whose
second leg plays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from ganvas.core.batch import Batch, Masked
from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.core.method import Draws, Ema, Losses, Networks, Optimiser, Phase, Query, Result, Step
from ganvas.games.regularisers import smoothing
from ganvas.games.showing import show
from ganvas.games.stabilisers import Stabilisers
from ganvas.games.terms import weighted
from ganvas.losses.adversarial import Game, discriminator_side, generator_side
from ganvas.losses.content import Content, ContentBy
from ganvas.losses.penalties import r1, r2
from ganvas.nets.inpainting.generator import InpaintingSettings, paste, posed
from ganvas.nets.inpainting.judges import Judges, JudgesOf

__all__ = ["Filled", "MaskedGame"]

Logits = Sequence[Float[Tensor, "b 1 ..."]]
_KNOWN = {"r1", "r2", "penalty_every", "label_smoothing", "instance_noise", "instance_noise_images"}


@dataclass(frozen=True)
class Filled:
    """What the generator made of an image with holes, the truth, and what the judges say of both.

    Attributes:
        made: the whole image as made, known places included.
        coarse: the same at a quarter of the resolution, by the coarse stage.
        pasted: the truth with what was made in its holes: what the judges are shown.
        truth: image in [-1, 1].
        mask: 1 is missing.
        fake, real: logits of each judge; none where nobody judges.
        below: activations below the logits of patches, of ``pasted`` first.
    """

    made: Float[Tensor, "b c h w"]
    coarse: Float[Tensor, "b c hq wq"]
    pasted: Float[Tensor, "b c h w"]
    truth: Float[Tensor, "b c h w"]
    mask: Float[Tensor, "b 1 h w"]
    fake: Logits = ()
    real: Logits = ()
    below: tuple[Sequence[Tensor], Sequence[Tensor]] = ((), ())


@dataclass(frozen=True, kw_only=True)
class MaskedGame:
    """Settings of generator, judges, content loss and optimisers; a method's other base beside ``Method``.

    The generator descends before the judges, which then see the images that it has just made.

    Attributes:
        generator: the network that fills.
        task: what it is trained for.
        channels: of the images, 3 or 1.
        game: standard (non-saturating BCE), relativistic average, or relativistic paired.
        judges: of patches and of the whole, or of patches alone.
        adversarial: weight of the adversarial loss of g; 0 plays no game.
        content: weight of the content loss of the filled image; 0 leaves it out.
        content_by: whose features it compares.
        feature_weights: model file of the recipe ``features``, for ``content_by features``; None for the bundled one.
        vgg_weights: safetensors file of VGG19, for ``content_by vgg``.
        d_features: width of the judges' first layers.
        d_layers: strided layers of the judge of patches.
        g_optimiser, d_optimiser: how generator and judges descend.
        average_images: half-life of the moving average, in images.
        stabilise: R1 and R2 at the filled images (lazy or not), label smoothing in the standard game, instance noise.

    Raises:
        SettingsError: the settings contradict each other, or a stabiliser is not among those.
    """

    card: ClassVar[Card]
    batch_type: ClassVar[type[Batch]] = Masked

    generator: InpaintingSettings = field(default_factory=InpaintingSettings)
    task: str = "inpaint"
    channels: int = 3
    game: Game = "relativistic_paired"
    judges: JudgesOf = "both"
    adversarial: float = 0.01
    content: float = 0.0
    content_by: ContentBy = "features"
    feature_weights: Path | None = None
    vgg_weights: Path | None = None
    d_features: int = 32
    d_layers: int = 3
    g_optimiser: Optimiser
    d_optimiser: Optimiser
    average_images: float = 8_000
    stabilise: Stabilisers = field(default_factory=Stabilisers)

    def __post_init__(self) -> None:
        self.content_loss()  # raises where the settings contradict each other
        default = Stabilisers()
        changed = {f.name for f in fields(Stabilisers) if getattr(self.stabilise, f.name) != getattr(default, f.name)}
        if others := sorted(changed - _KNOWN):
            raise SettingsError(
                f"Filling holes is not stabilised by {', '.join(others)}: use {', '.join(sorted(_KNOWN))}."
            )
        if changed and not self.plays:
            raise SettingsError("Stabilisers need a game: give adversarial a weight.")
        if self.stabilise.label_smoothing and self.game != "standard":
            raise SettingsError("Label smoothing and a relativistic game, which has no labels: use game standard.")

    @property
    def plays(self) -> bool:
        """Whether there are judges."""
        return self.adversarial > 0 or (self.content > 0 and self.content_by == "discriminator")

    def terms(self, filled: Filled, step: Step) -> Losses:
        """Returns the terms of the generator's loss, not weighted, each by the name of the setting that weighs it."""
        raise NotImplementedError

    def content_loss(self) -> Content:
        """Returns the content loss; without a weight it asks for no file."""
        by = self.content_by if self.content else "discriminator"
        return Content(by=by, feature_weights=self.feature_weights, vgg_weights=self.vgg_weights)

    def common_terms(self, filled: Filled, step: Step) -> Losses:
        """Returns the adversarial and the content loss, where they have a weight."""
        found: dict[str, Tensor] = {}
        if self.adversarial:
            sides = [generator_side(self.game, r, f) for r, f in zip(filled.real, filled.fake, strict=True)]
            found["adversarial"] = torch.stack(sides).mean()
        if self.content:
            pair = [image.expand(-1, 3, -1, -1) for image in (filled.pasted, filled.truth)]
            found["content"] = self.content_loss().loss(step.nets, pair[0], pair[1], filled.below)
        return found

    def describe(self) -> Card:
        """Returns the card for these settings; any size fits, see :meth:`apply`."""
        return replace(self.card, task=self.task, channels=self.channels)

    def networks(self) -> dict[str, nn.Module]:
        """Returns ``g``, the judges ``d`` where a game is played, and ``content`` where it has its own network."""
        found: dict[str, nn.Module] = {"g": self.generator.build(channels=self.channels)}
        if self.plays:
            found["d"] = Judges(channels=self.channels, features=self.d_features, layers=self.d_layers, of=self.judges)
        return {**found, **self.content_loss().networks()}

    def optimisers(self) -> Mapping[str, Optimiser]:
        """Returns the optimisers of the networks that learn."""
        return {"g": self.g_optimiser, **({"d": self.d_optimiser} if self.plays else {})}

    def phases(self) -> Sequence[Phase[Masked]]:
        """Returns the generator's descent and, in a game, the judges', with lazy penalties as one of their own.

        Raises:
            CheckpointError: the weights of the content loss's network are missing.
        """
        self.content_loss().check()
        splittable = not (self.plays and self.game == "relativistic_average")
        found = [Phase(name="g", trains=("g",), loss=self.descend_g, splittable=splittable)]
        if self.plays:
            found.append(Phase(name="d", trains=("d",), loss=self.descend_d, splittable=splittable))
        if self.stabilise.penalises and self.stabilise.penalty_every > 1:
            every = self.stabilise.penalty_every
            found.append(Phase(name="penalty", trains=("d",), loss=self.penalise, every=every))
        return tuple(found)

    def averages(self) -> Sequence[Ema]:
        """Returns the average of ``g``."""
        return (Ema(of="g", half_life_images=self.average_images),)

    def descend_g(self, batch: Masked, step: Step) -> Losses:
        """Returns the method's terms, weighted; those without a weight are left out."""
        made, coarse = step.nets["g"](posed(batch.image, batch.mask))
        pasted = paste(batch.image, made, batch.mask)
        filled = Filled(made, coarse, pasted, batch.image, batch.mask)
        if self.plays:
            step.carry["pasted"] = pasted.detach()
            fake, below = self.judge(pasted, batch.mask, step, side="fake")
            with torch.no_grad():
                real, real_below = self.judge(batch.image, batch.mask, step, side="real")
            filled = replace(filled, fake=fake, real=real, below=(below, real_below))
        return weighted(self, {**self.common_terms(filled, step), **self.terms(filled, step)})

    def descend_d(self, batch: Masked, step: Step) -> Losses:
        """Returns the judges' side of the game on the images ``g`` made in this step, with what stabilises it."""
        real, _ = self.judge(batch.image, batch.mask, step, side="real")
        fake, _ = self.judge(step.carry["pasted"], batch.mask, step, side="fake")
        step.seen["margin"] = torch.stack([(r - f).mean() for r, f in zip(real, fake, strict=True)]).mean().detach()
        sides = [discriminator_side(self.game, r, f) for r, f in zip(real, fake, strict=True)]
        losses = {"adversarial": torch.stack(sides).mean()}
        if self.stabilise.label_smoothing:
            losses["smoothing"] = torch.stack([smoothing(r, self.stabilise.label_smoothing) for r in real]).mean()
        if self.stabilise.penalises and self.stabilise.penalty_every == 1:
            losses |= self.penalise(batch, step)
        return losses

    def penalise(self, batch: Masked, step: Step) -> Losses:
        """Returns R1 and R2 with respect to the image, the mask being given, of the mean over the judges' logits."""

        def critic(image: Float[Tensor, "b c h w"]) -> Float[Tensor, " b"]:
            logits: Logits = step.raw["d"](torch.cat([image, batch.mask], dim=1))[0]
            return torch.stack([judged.flatten(1).mean(1) for judged in logits]).mean(0)

        own, losses = self.stabilise, dict[str, Tensor]()
        if own.r1:
            losses["r1"] = r1(critic, batch.image, gamma=own.r1)
        if own.r2:
            losses["r2"] = r2(critic, step.carry["pasted"], gamma=own.r2)
        return losses

    def judge(
        self, image: Float[Tensor, "b c h w"], mask: Float[Tensor, "b 1 h w"], step: Step, *, side: str
    ) -> tuple[Logits, Sequence[Tensor]]:
        """Returns each judge's logits and the activations below those of patches; ``side`` names the noise's draws."""
        shown = torch.cat([show(image, self.stabilise, step, side=side), mask], dim=1)
        logits, below = step.nets["d"](shown)
        return logits, below

    def apply(self, nets: Networks, query: Query, rng: Draws) -> Result:
        """Returns the image with its holes filled; known pixels are the image's own, bit for bit.

        Raises:
            SettingsError: image or mask are missing, or their sizes differ.
        """
        image, mask = query.image, query.mask
        if image is None or mask is None or image.shape[2:] != mask.shape[2:]:
            raise SettingsError("Filling holes needs an image and a mask of its size: give both.")
        height, width = image.shape[2:]
        step = self.generator.multiple_of
        edge = (0, -width % step, 0, -height % step)
        # What is added at the edges to reach a multiple is a hole itself, so nothing is learnt from it.
        whole, holes = F.pad(image, edge), F.pad(mask, edge, value=1.0)
        made = nets["g"](posed(whole, holes))[0][:, :, :height, :width]
        return Result(images=paste(image, made.to(image.dtype), mask))

    def exportable(self) -> Sequence[str]:
        """``g`` alone answers."""
        return ("g",)
