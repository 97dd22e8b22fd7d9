"""A GAN method as a short list of descents: the types that methods are written in and the engine runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeVar, runtime_checkable

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from ganvas.core.batch import Batch
from ganvas.core.card import Card
from ganvas.core.errors import SettingsError
from ganvas.ops import random

__all__ = ["Draws", "Ema", "Losses", "Method", "Networks", "Optimiser", "Phase", "Query", "Result", "Schedule", "Step"]

B = TypeVar("B", bound=Batch)
Losses = Mapping[str, Float[Tensor, ""]]
Memory = dict[str, Any]


@runtime_checkable
class Networks(Protocol):
    """Networks by name, called like functions."""

    def __getitem__(self, name: str) -> Callable[..., Any]: ...


@dataclass(frozen=True)
class Draws:
    """Random numbers of one phase of one step, by the global index of each sample.

    Two draws with the same ``stream`` in the same phase and repeat give the same numbers: name every stream.
    """

    seed: int
    step: int
    place: str
    index: Int[Tensor, " b"]

    def normal(self, *shape: int, stream: str) -> Float[Tensor, "b ..."]:
        """Returns standard normal numbers of shape (b, *shape)."""
        return random.normal(self._key(stream), self.index, shape)

    def uniform(self, *shape: int, stream: str) -> Float[Tensor, "b ..."]:
        """Returns uniform numbers in [0, 1) of shape (b, *shape)."""
        return random.uniform(self._key(stream), self.index, shape)

    def integers(self, high: int, *shape: int, stream: str) -> Int[Tensor, "b ..."]:
        """Returns whole numbers in [0, high) of shape (b, *shape)."""
        drawn = random.uniform(self._key(stream), self.index, shape, dtype=torch.float64)
        return (drawn * high).long().clamp_(max=high - 1)

    def _key(self, stream: str) -> int:
        return random.key_of(self.seed, self.step, self.place, stream)


@dataclass(frozen=True)
class Step:
    """What a loss sees of the training.

    Attributes:
        number: steps done before this one.
        images_seen: images drawn before this step.
        nets: networks to call; they may be compiled or run under autocast and return float32.
        raw: the plain modules in float32, for penalties and direct calls: they advance no spectral-norm vector and
            no batch-norm statistic.
        rng: draws by global sample index.
        memory: survives steps and is checkpointed; changed in ``after_step`` only.
        carry: what one phase of this step leaves, detached, for a later one. Numbers in it are added up over all
            processes before ``after_step`` sees them: leave sums and counts.
        seen: scalars to log, beside the losses.
    """

    number: int
    images_seen: int
    nets: Networks
    raw: Networks
    rng: Draws
    memory: Memory
    carry: dict[str, Any]
    seen: dict[str, Tensor | float]


@dataclass(frozen=True, kw_only=True)
class Phase(Generic[B]):
    """One descent: which networks move on which losses, and how often.

    Attributes:
        name: for logs and errors; unique within the method.
        trains: names of the networks that move. Every parameter outside is frozen while the loss runs.
        loss: named losses, already weighted; the engine adds them up.
        every: the phase is due when ``step % every == 0``; its loss is then multiplied by ``every``.
        repeats: updates each time it is due, each on a fresh batch; a number or a function of the step (n_critic).
        after: called after each of its updates (WGAN's clip).
        splittable: False where the loss couples the samples of a batch (relativistic means, minibatch standard
            deviation, batch norm), so that micro-batches would change it.
        coupling: what couples them where it is not splittable: ``batch_norm`` alone, which several processes keep in
            step, or anything else in the ``batch``, with which they refuse to train.
    """

    name: str
    trains: Sequence[str]
    loss: Callable[[B, Step], Losses]
    every: int = 1
    repeats: int | Callable[[int], int] = 1
    after: Callable[[Step], None] | None = None
    splittable: bool = True
    coupling: Literal["batch", "batch_norm"] = "batch"

    def repeats_at(self, step: int) -> int:
        """Returns the number of updates at this step; 0 where the phase is not due."""
        if step % self.every:
            return 0
        return self.repeats(step) if callable(self.repeats) else self.repeats


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Factor on the learning rate over images seen: linear warm-up, constant, then down to ``final``.

    Attributes:
        warm_up: images until the full rate.
        decay_from: share of the run, in [0, 1), at which the decay starts; None for no decay.
        final: factor at the end of the run.
        shape: cosine or linear decay.
    """

    warm_up: int = 0
    decay_from: float | None = None
    final: float = 0.0
    shape: Literal["cosine", "linear"] = "cosine"

    def __post_init__(self) -> None:
        if self.decay_from is not None and not 0 <= self.decay_from < 1:
            raise SettingsError("decay_from is a share of the run: give a number from 0 to below 1.")

    def factor(self, images_seen: int, total: int) -> float:
        """Returns the factor in [0, 1] after ``images_seen`` of the ``total`` images of the run."""
        warm = min(1.0, (images_seen + 1) / self.warm_up) if self.warm_up else 1.0
        share = images_seen / max(total, 1)
        if self.decay_from is None or share <= self.decay_from:
            return warm
        done = min(1.0, (share - self.decay_from) / (1 - self.decay_from))
        fall = (1 + math.cos(math.pi * done)) / 2 if self.shape == "cosine" else 1 - done
        return warm * (self.final + (1 - self.final) * fall)


@dataclass(frozen=True, kw_only=True)
class Optimiser:
    """How one network descends.

    Attributes:
        kind: optimiser.
        lr: learning rate at factor 1.
        betas: decay rates of Adam's moments (the second is RMSprop's ``alpha``, the first SGD's momentum).
        weight_decay: decoupled for adamw, L2 otherwise.
        groups: (pattern, factor) pairs; a parameter whose name matches the regular expression has lr times factor,
            and a factor of 0 freezes it (FreezeD). The first match counts.
        clip_norm: largest L2 norm of the network's gradient; None for no clipping.
        schedule: factor on the learning rate over images seen.
    """

    kind: Literal["adam", "adamw", "sgd", "rmsprop"] = "adam"
    lr: float = 2e-4
    betas: tuple[float, float] = (0.9, 0.99)
    eps: float = 1e-8
    weight_decay: float = 0.0
    groups: tuple[tuple[str, float], ...] = ()
    clip_norm: float | None = None
    schedule: Schedule = field(default_factory=Schedule)


@dataclass(frozen=True, kw_only=True)
class Ema:
    """Exponential moving average of a network: parameters averaged, buffers copied, integers never averaged.

    Attributes:
        of: name of the network.
        half_life_images: images after which a weight counts half (Karras et al. 2020); not a per-step decay.
        warm_up: the half-life is at most this share of the images seen so far; 0 switches the ramp off.
    """

    of: str
    half_life_images: float
    warm_up: float = 0.05

    def decay(self, batch: int, images_seen: int) -> float:
        """Returns the decay of one step of ``batch`` images."""
        half_life = self.half_life_images
        if self.warm_up:
            half_life = min(half_life, max(images_seen, 1) * self.warm_up)
        return 0.5 ** (batch / max(half_life, 1e-8))


@dataclass(frozen=True, kw_only=True)
class Query:
    """What is asked of a model: tensors on the model's device, images in the card's range."""

    image: Float[Tensor, "b c h w"] | None = None
    mask: Float[Tensor, "b 1 h w"] | None = None
    label: Int[Tensor, "b ..."] | None = None
    text: Sequence[str] = ()
    styles: Sequence[Tensor] = ()
    control: Mapping[str, float] | None = None
    seed: int | None = None
    state: Any = None


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a model answers: images, the state for the next frame, and a report of plain values."""

    images: Tensor
    state: Any = None
    report: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Method(Generic[B]):
    """A method: a frozen dataclass whose fields are settings and whose functions are the mathematics.

    It holds no tensors. Subclasses are frozen, keyword-only dataclasses, one file each.
    """

    card: ClassVar[Card]
    batch_type: ClassVar[type[Batch]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if is_dataclass(cls) and not all(f.kw_only for f in fields(cls)):
            raise TypeError(f"{cls.__name__}: settings must be keyword-only.")

    def describe(self) -> Card:
        """Returns the card with what the settings decide filled in (scale, radius, channels)."""
        return self.card

    def networks(self) -> dict[str, nn.Module]:
        """Returns new, initialised networks by name."""
        raise NotImplementedError

    def optimisers(self) -> Mapping[str, Optimiser]:
        """Returns one optimiser per trained network."""
        raise NotImplementedError

    def phases(self) -> Sequence[Phase[B]]:
        """Returns the descents of one step, in order."""
        raise NotImplementedError

    def averages(self) -> Sequence[Ema]:
        """Returns the moving averages to keep."""
        return ()

    def after_step(self, batch: B, step: Step) -> None:
        """Changes ``step.memory``, after the finite check."""

    def settle(self, nets: Mapping[str, nn.Module], rng: Draws) -> None:
        """Readies copies of the answering networks for a model file, in place (standing statistics of batch norm)."""

    def apply(self, nets: Networks, query: Query, rng: Draws) -> Result:
        """Returns the model's answer. Runs under ``no_grad``; ``nets`` are the averaged networks where there are."""
        raise NotImplementedError

    def exportable(self) -> Sequence[str]:
        """Returns the networks that a back end may replace by a compiled graph."""
        return ()
