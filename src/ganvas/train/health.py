"""The health of a training: a few figures now and then, measured beside the steps and within a share of their time.

Methods that generate from a seed are judged by their samples; all others by their weights alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ganvas.core.batch import Batch, Unpaired
from ganvas.core.method import Draws, Method, Query
from ganvas.data.streams import Stream
from ganvas.train.leaks import Leaks
from ganvas.train.spaces import Space
from ganvas.train.vitals import above, covered, energy, nearest, spectral_norm, spread

__all__ = ["DISTANCE", "Health", "Reference", "Unseen"]

DISTANCE = "energy"  # the figure by which the best model is kept; lower is better
_SAMPLES = (64, 256)  # fewest and most; between them as many as _VALUES allow, in whole batches
_VALUES = 2**23


@runtime_checkable
class Unseen(Protocol):
    """A stream that holds samples back."""

    def unseen(self, count: int) -> Batch | None:
        """Returns up to ``count`` samples that :meth:`batch` never gives, None where there are none."""
        ...


@dataclass
class Reference:
    """Real samples and what is known of them, made once for a run.

    Attributes:
        real: samples of the training.
        unseen: samples that it never draws; None where the stream holds none back.
        batch: samples that networks are given at a time, as in the training: some look across the batch.
    """

    real: Batch
    unseen: Batch | None
    batch: int
    space: Space = field(init=False)
    leaks: Leaks | None = field(init=False)

    def __post_init__(self) -> None:
        first = samples(self.real)
        self.space = Space.of(first)
        self.features = self.space.features(first)
        self.leaks = Leaks.of(first) if first.ndim == 4 else None
        self.spread, self.spread_features = spread(first.flatten(1)), spread(self.features)
        if self.unseen is None:
            self.near = nearest(self.features, self.features, others=True)
        else:
            self.near = nearest(self.space.features(samples(self.unseen)), self.features)

    @classmethod
    def of(cls, method: Method[Any], stream: Stream[Any], batch: int, device: str) -> Reference | None:
        """Returns the reference, from batches of that size; None where a seed is not all that the method needs."""
        first = stream.batch(0, 1)
        if "image" in method.describe().needs or samples(first).ndim not in (2, 4):
            return None
        count = min(max(_VALUES // samples(first).numel(), _SAMPLES[0]), _SAMPLES[1])
        count = max(1, count // batch) * batch
        parts = [stream.batch(start, batch) for start in range(0, count, batch)]
        real = type(first)(*(torch.cat([getattr(part, f.name) for part in parts]) for f in fields(first)))
        unseen = stream.unseen(count) if isinstance(stream, Unseen) else None
        return cls(real.to(device), None if unseen is None else unseen.to(device), batch)


def samples(batch: Batch) -> Float[Tensor, "b ..."]:
    """Returns the batch's first field, which is what a generator makes."""
    return getattr(batch, fields(batch)[0].name)


@dataclass
class Health:
    """Measures a training within a share of its time.

    Attributes:
        method: what is trained.
        reference: real samples; None to look at the weights alone.
        share: of the time since the start that measuring may take.
    """

    method: Method[Any]
    reference: Reference | None
    share: float
    _spent: float = field(init=False, default=0.0)
    _start: float = field(init=False, default_factory=time.monotonic)
    _vectors: dict[str, dict[str, Tensor]] = field(init=False, default_factory=dict)

    def due(self, *, last: bool = False) -> bool:
        """Returns whether what was spent so far leaves time for another look; ``last`` is never refused."""
        return self.share > 0 and (last or self._spent <= self.share * (time.monotonic() - self._start))

    def measure(self, nets: Mapping[str, nn.Module], answering: Mapping[str, nn.Module]) -> dict[str, float]:
        """Returns the figures by name, those that are finite.

        Args:
            nets: the trained networks.
            answering: those that give samples: averages where they are kept.
        """
        before = time.monotonic()
        found: dict[str, Tensor | float] = {}
        with torch.no_grad(), _judging([*nets.values(), *answering.values()]):
            for name, net in nets.items():
                found[f"spectral_{name}"], self._vectors[name] = spectral_norm(net, self._vectors.get(name, {}))
            if self.reference is not None:
                found |= self._look(self.reference, nets, answering)
        values = {f"health/{name}": float(value) for name, value in found.items()}
        self._spent += time.monotonic() - before
        return {name: value for name, value in values.items() if value == value and abs(value) != float("inf")}

    def _look(
        self, reference: Reference, nets: Mapping[str, nn.Module], answering: Mapping[str, nn.Module]
    ) -> dict[str, Tensor | float]:
        fake = self._generate(reference, answering)
        finite = fake.flatten(1).isfinite().all(1)
        found: dict[str, Tensor | float] = {"broken": (~finite).float().mean()}
        if int(finite.sum()) < 2:
            return found
        real, features = samples(reference.real), reference.space.features(fake[finite])
        coverage, precision = covered(features, reference.features)
        found |= {
            DISTANCE: energy(features, reference.features),
            "coverage": coverage,
            "precision": precision,
            "diversity": spread(fake[finite].flatten(1)) / reference.spread,
            "diversity_features": spread(features) / reference.spread_features,
            "neighbour": nearest(features, reference.features) / reference.near,
        }
        if reference.leaks is not None:
            shares, explained = reference.leaks.shares(fake[finite])
            found |= {f"leak_{name}": share for name, share in shares.items()} | {"leak_explained": explained}
        if "d" in nets and fake.shape == real.shape:
            found |= self._scores(nets["d"], reference, fake)
        return found

    def _generate(self, reference: Reference, nets: Mapping[str, nn.Module]) -> Tensor:
        """The same latent codes each time, and the labels of real samples where they are asked for and known."""
        real, found = reference.real, list[Tensor]()
        labelled = "label" in self.method.describe().needs
        for start in range(0, len(real), reference.batch):
            part = real.part(start, start + reference.batch)
            index = torch.arange(start, start + len(part), device=samples(real).device)
            label = part.label if labelled and hasattr(part, "label") and bool((part.label >= 0).all()) else None
            if labelled and isinstance(part, Unpaired):  # its first field is of the first domain
                label = index * 0
            query = Query(label=label, seed=0)
            found.append(self.method.apply(nets, query, Draws(0, 0, "health", index)).images.float())
        return torch.cat(found)

    def _scores(self, d: nn.Module, reference: Reference, fake: Tensor) -> dict[str, Tensor | float]:
        real = self._score(d, reference.real, reference.batch)
        made = self._score(d, replace(reference.real, **{fields(reference.real)[0].name: fake}), reference.batch)
        found: dict[str, Tensor | float] = {
            "score_real": real.mean(),
            "score_fake": made.mean(),
            "score_gap": real.mean() - made.mean(),
            "separation": above(real, made),
        }
        if reference.unseen is not None:
            unseen = self._score(d, reference.unseen, reference.batch)
            found |= {"score_unseen": unseen.mean(), "overfitting": above(real, unseen)}
        return found

    def _score(self, d: nn.Module, batch: Batch, size: int) -> Float[Tensor, " b"]:
        """One number a sample: the mean over the places of a discriminator that judges patches."""
        found, count = list[Tensor](), len(batch)
        whole = batch.map(lambda field: field[torch.arange(-(-count // size) * size, device=field.device) % count])
        for start in range(0, count, size):
            part = whole.part(start, start + size)
            label = [part.label] if "label" in self.method.describe().needs and hasattr(part, "label") else []
            answer = d(samples(part), *label)
            found.append(getattr(answer, "score", answer).float().flatten(1).mean(1))
        return torch.cat(found)[:count]


@contextmanager
def _judging(nets: Sequence[nn.Module]) -> Iterator[None]:
    """Networks in evaluation mode: what is measured leaves no trace in them, and draws nothing."""
    modes = [(part, part.training) for net in nets for part in net.modules()]
    try:
        for net in nets:
            net.eval()  # the vectors of spectral normalisation rest too
        yield
    finally:
        for part, training in modes:
            part.training = training
