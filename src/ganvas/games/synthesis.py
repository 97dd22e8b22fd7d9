"""The game of synthesis: a generator that makes samples from noise, and a discriminator that knows real ones.

What every method of it sets, builds and runs alike, all stabilisers included. A method adds the two sides of its game
and its defaults.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal

from jaxtyping import Float, Int
from torch import Tensor, nn

from ganvas.core.batch import Batch, Clean
from ganvas.core.card import Card, Need
from ganvas.core.errors import SettingsError
from ganvas.core.method import Draws, Ema, Losses, Networks, Optimiser, Phase, Query, Result, Step
from ganvas.games.codes import codes_of
from ganvas.games.judged import Judged, Shown, judge, judge_with_slope
from ganvas.games.memory import keep_scores, module_of, past_parameters, past_scores, remember
from ganvas.games.penalties import penalties
from ganvas.games.regularisers import distance_from_past, feature_distance, lecam, smoothing, verdict_entropy
from ganvas.games.showing import probability, show
from ganvas.games.stabilisers import Repeats, Score, Stabilisers, refuse
from ganvas.games.standing import take_statistics
from ganvas.nets.synthesis.settings import MLPSettings, NetworkSettings

__all__ = ["Synthesis"]

_LINES = {"logit": 0.0, "target": 0.5, "margin": 0.0}  # scores above are verdicts of "real"


@dataclass(frozen=True, kw_only=True)
class Synthesis:
    """Settings of networks, optimisers and stabilisers; a method's other base beside ``Method``.

    A method overrides :meth:`discriminator_objective` and :meth:`generator_objective`, which see scores alone. One that
    needs more (classes, codes) overrides :meth:`discriminator_losses` and :meth:`generator_losses`.

    Attributes:
        networks_: which generator and discriminator.
        g_optimiser, d_optimiser: how each descends; different rates are TTUR (Heusel et al. 2017).
        n_critic: discriminator updates per generator update.
        average_images: half-life of the generator's moving average, in images; 0 keeps none.
        stabilise: what is added to the game.

    Raises:
        SettingsError: a stabiliser does not go with the game or the networks.
    """

    card: ClassVar[Card]
    batch_type: ClassVar[type[Batch]] = Clean
    score: ClassVar[Score] = "logit"
    sees_real: ClassVar[bool] = False  # whether the generator's objective needs scores of real samples
    d_phase: ClassVar[str] = "d"
    asks_labels: ClassVar[bool] = True  # whether classes asked for are labels of the data, and can be right or wrong

    networks_: NetworkSettings = field(default_factory=MLPSettings)
    g_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=2e-4, betas=(0.5, 0.999)))
    d_optimiser: Optimiser = field(default_factory=lambda: Optimiser(lr=2e-4, betas=(0.5, 0.999)))
    n_critic: Repeats = field(default_factory=Repeats)
    average_images: float = 0.0
    stabilise: Stabilisers = field(default_factory=Stabilisers)

    def __post_init__(self) -> None:
        refuse(self.stabilise, self.networks_, self.score)

    @property
    def asked(self) -> int:
        """How many classes samples can be asked for."""
        return self.networks_.asked

    def describe(self) -> Card:
        """Returns the card for these settings."""
        needs: frozenset[Need] = self.card.needs | frozenset({"label"} if self.asked else set())
        return replace(self.card, channels=self.networks_.channels, needs=needs)

    def networks(self) -> dict[str, nn.Module]:
        """Returns ``g`` (code, label -> sample) and ``d`` (sample, label -> judgement)."""
        return {"g": self.networks_.build_g(), "d": self.networks_.build_d()}

    def optimisers(self) -> Mapping[str, Optimiser]:
        """Returns one for each network."""
        return {"g": self.g_optimiser, "d": self.d_optimiser}

    def phases(self) -> Sequence[Phase[Any]]:
        """Returns discriminator, lazy penalties where asked for, generator."""
        nets, own = self.networks_, self.stabilise
        compares = nets.compares or own.feature_matching > 0 or own.remembers
        splittable = not (compares or nets.normalises_g or nets.normalises_d)
        coupling: Literal["batch", "batch_norm"] = "batch" if compares else "batch_norm"

        found: list[Phase[Any]] = [
            Phase(name=self.d_phase, trains=("d",), loss=self.discriminator_loss, repeats=self.n_critic.at),
            Phase(name="g", trains=("g",), loss=self.generator_loss),
        ]
        if own.penalty_every > 1:
            found.insert(1, Phase(name="penalty", trains=("d",), loss=self.penalty_loss, every=own.penalty_every))
        return tuple(replace(phase, splittable=splittable, coupling=coupling) for phase in found)

    def averages(self) -> Sequence[Ema]:
        """Returns the generator's average, where it is kept."""
        return (Ema(of="g", half_life_images=self.average_images),) if self.average_images else ()

    # The game: what methods override.

    def discriminator_objective(self, real: Float[Tensor, "b 1"], fake: Float[Tensor, "b 1"]) -> Float[Tensor, ""]:
        """Returns what the discriminator descends on, from scores of real and generated samples."""
        raise NotImplementedError

    def generator_objective(self, fake: Float[Tensor, "b 1"], real: Float[Tensor, "b 1"] | None) -> Float[Tensor, ""]:
        """Returns what the generator descends on; ``real`` is None unless ``sees_real``."""
        raise NotImplementedError

    def discriminator_losses(self, real: Judged, fake: Judged, step: Step) -> Losses:
        """Returns the discriminator's losses by name, stabilisers aside."""
        return {"adversarial": self.discriminator_objective(real.score, fake.score)}

    def generator_losses(self, fake: Judged, real: Judged | None, step: Step) -> Losses:
        """Returns the generator's losses by name, stabilisers aside."""
        return {"adversarial": self.generator_objective(fake.score, real.score if real else None)}

    def labels(self, batch: Any) -> Int[Tensor, " b"] | None:
        """Returns the classes of real samples; None where the networks have none."""
        return batch.label if self.networks_.classes else None

    def drawn_labels(self, rng: Draws) -> Int[Tensor, " b"] | None:
        """Returns the classes of samples to make, uniform; None where the networks have none."""
        return rng.integers(self.asked, stream="label") if self.asked else None

    # The descents.

    def discriminator_loss(self, batch: Any, step: Step) -> Losses:
        """Returns the discriminator's losses, with what stabilises it.

        R1 and R2 of every step share the forward pass of the objective, which then runs in float32.
        """
        own = self.stabilise
        now = own.penalty_every == 1
        fake_shown = self._fake(step)
        real = self._judged(self._real(batch, step), step, slope=now and own.r1 > 0)
        fake = self._judged(fake_shown, step, slope=now and own.r2 > 0)
        losses = {**self.discriminator_losses(real, fake, step)}
        if now:
            losses |= penalties(own, real, fake, step)
        if own.label_smoothing:
            losses["smoothing"] = smoothing(real.score, own.label_smoothing)
        if own.entropy:
            losses["entropy"] = -own.entropy * verdict_entropy(real.score, fake.score)
        past = past_scores(step)
        if own.lecam and past is not None and step.images_seen >= own.lecam_images:
            losses["lecam"] = own.lecam * lecam(real.score, fake.score, *past)
        self._observe(real.score.detach(), fake.score.detach(), step)
        return {**losses, **self._historical("d", step)}

    def penalty_loss(self, batch: Any, step: Step) -> Losses:
        """Returns the lazy penalties."""
        fake = self._fake(step)
        return penalties(self.stabilise, self._real(batch, step), fake, step)

    def generator_loss(self, batch: Any, step: Step) -> Losses:
        """Returns the generator's losses, with what stabilises it."""
        own = self.stabilise
        fake = judge(step.nets["d"], self._fake(step))
        real = judge(step.nets["d"], self._real(batch, step)) if self.sees_real or own.feature_matching else None
        losses = {**self.generator_losses(fake, real, step)}
        if own.feature_matching:
            assert real is not None
            distance = feature_distance(real.judgement.features, fake.judgement.features)
            losses["feature_matching"] = own.feature_matching * distance
        return {**losses, **self._historical("g", step)}

    def after_step(self, batch: Any, step: Step) -> None:
        """Keeps scores, augmentation probability and past weights, where a stabiliser needs them."""
        remember(self.stabilise, step)

    def _real(self, batch: Any, step: Step) -> Shown:
        return Shown(samples=show(batch.image, self.stabilise, step, side="real"), label=self.labels(batch))

    def _fake(self, step: Step) -> Shown:
        code, label = step.rng.normal(self.networks_.latent, stream="latent"), self.drawn_labels(step.rng)
        made = show(step.nets["g"](code, label), self.stabilise, step, side="fake")
        return Shown(samples=made, label=label, code=code)

    def _judged(self, shown: Shown, step: Step, *, slope: bool) -> Judged:
        return judge_with_slope(step.raw["d"], shown) if slope else judge(step.nets["d"], shown)

    def _observe(self, real: Float[Tensor, "b 1"], fake: Float[Tensor, "b 1"], step: Step) -> None:
        """Logs the shares on the right side of the line: a fixed one, or the middle where scores float freely."""
        line = (real.mean() + fake.mean()) / 2 if self.score == "free" else _LINES[self.score]
        step.seen["accuracy_real"] = (real > line).float().mean()
        step.seen["accuracy_fake"] = (fake < line).float().mean()
        if self.stabilise.augment == "ada":
            step.seen["ada_p"] = probability(step, real)
        if self.stabilise.remembers:
            keep_scores(real, fake, _LINES[self.score], step.carry)

    def _historical(self, network: str, step: Step) -> Losses:
        past = past_parameters(step, network)
        if not self.stabilise.historical_averaging or past is None:
            return {}
        distance = distance_from_past(module_of(step.raw[network]), past)
        return {"historical_averaging": self.stabilise.historical_averaging * distance}

    # Applying.

    def sample(self, nets: Networks, rng: Draws, label: Int[Tensor, " b"] | None = None) -> Float[Tensor, "b ..."]:
        """Returns one sample for each index of the draws, of the given classes or of drawn ones."""
        code = rng.normal(self.networks_.latent, stream="latent")
        made: Tensor = nets["g"](code, self.drawn_labels(rng) if label is None else label)
        return made

    def codes(self, query: Query, rng: Draws) -> Float[Tensor, "b n"]:
        """Returns the latent codes that answer a query."""
        return codes_of(query, rng, self.networks_.latent)

    def apply(self, nets: Networks, query: Query, rng: Draws) -> Result:
        """Returns samples, one for each index of the draws or code in ``styles``; images in [-1, 1].

        Raises:
            SettingsError: a class that does not exist, or codes of another length.
        """
        code, classes = self.codes(query, rng), self.asked
        label = self.drawn_labels(rng) if query.label is None else query.label
        if query.label is not None and not bool(((query.label >= 0) & (query.label < classes)).all()):
            raise SettingsError(
                f"This model has {classes} classes: leave the label out, or choose one from 0 below it."
            )
        return Result(images=nets["g"](code, label))

    def settle(self, nets: Mapping[str, nn.Module], rng: Draws) -> None:
        """Takes batch norm's standing statistics of the generator, where the settings ask for it."""
        if images := self.stabilise.standing_images:
            take_statistics(nets["g"], lambda draws: self.sample(nets, draws), rng, images=images)

    def exportable(self) -> Sequence[str]:
        """Returns the generator."""
        return ("g",)
