"""Pictures from nothing: samples of a trained generator by seed, and the way from one sample to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from jaxtyping import Float, UInt8

from ganvas.api.load import Model, load, networks
from ganvas.api.options import Options
from ganvas.core.errors import ModelError, SettingsError
from ganvas.io.provenance import Provenance

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch

__all__ = ["Generator", "Made", "generate", "grid", "interpolate", "parse_numbers"]

_BATCH = 64
_MOST = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a generator made.

    Attributes:
        images: 8-bit pictures, gray or RGB; or points of a plane, (n, 2), as they are.
        seeds: one for each.
        labels: the class asked for, one for each; empty where the model knows no classes.
    """

    images: UInt8[np.ndarray, "n h w c"] | Float[np.ndarray, "n d"]
    seeds: tuple[int, ...]
    labels: tuple[int, ...] = ()


class Generator:
    """A generator that stays open.

    Args:
        model: name, path, or a loaded model.

    Raises:
        ModelError: there is no such model, or it makes no samples.
    """

    def __init__(self, model: str | Path | Model, *, options: Options | None = None) -> None:
        self.model = model if isinstance(model, Model) else load(model, options=options)
        if self.model.card.task != "generate":
            raise ModelError(
                f"{self.model.name} is for the task {self.model.card.task} and makes nothing from a seed: "
                "name a model that was trained to generate."
            )

    @cached_property
    def _opened(self) -> tuple[Any, Mapping[str, Any], str]:
        import torch

        method, nets = networks(self.model.entry)
        device = self.model.options.device
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        for net in nets.values():
            net.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        return method, nets, device

    @property
    def classes(self) -> int:
        """How many classes it can be asked for; 0 where it knows none."""
        return int(self._opened[0].asked)

    @property
    def labelled(self) -> bool:
        """Whether the classes are labels of its data, so that a sample can be of the class asked for or not."""
        return self.classes > 0 and bool(self._opened[0].asks_labels)

    def codes(self, seeds: Sequence[int]) -> Float[np.ndarray, "n latent"]:
        """Returns the latent codes of the seeds, standard normal."""
        method, _, device = self._opened
        return _draws(seeds, device).normal(method.networks_.latent, stream="latent").cpu().numpy()

    def make(
        self,
        seeds: Sequence[int],
        *,
        labels: Sequence[int] = (),
        truncation: float | None = None,
        codes: Float[np.ndarray, "n latent"] | None = None,
    ) -> np.ndarray:
        """Returns one sample for each seed: 8-bit pictures (n, h, w, c), or points (n, d).

        A sample depends on its own seed, class and truncation only, not on what is made beside it.

        Raises:
            SettingsError: a class or the truncation is out of range, or the numbers do not match.
            ModelError: the generator has diverged.
        """
        import torch

        from ganvas.core.method import Query

        method, nets, device = self._opened
        self._check(seeds, labels)
        made = []
        for start in range(0, len(seeds), _BATCH):
            part = slice(start, start + _BATCH)
            query = Query(
                label=torch.tensor(labels[part], device=device) if labels else None,
                styles=() if codes is None else (torch.from_numpy(codes[part]).to(device),),
                control=None if truncation is None else {"truncation": truncation},
            )
            with torch.no_grad():
                images = method.apply(nets, query, _draws(seeds[part], device)).images
            if not images.isfinite().all():
                raise ModelError(f"{self.model.name} makes values that are no numbers: its training has diverged.")
            made.append(_stored(images))
        return np.concatenate(made)

    def _check(self, seeds: Sequence[int], labels: Sequence[int]) -> None:
        if not seeds:
            raise SettingsError("There is nothing to make: ask for at least one sample.")
        if not labels:
            return
        if not self.classes:
            raise SettingsError(f"{self.model.name} knows no classes: leave the label out.")
        if len(labels) != len(seeds):
            raise SettingsError(f"There are {len(labels)} labels for {len(seeds)} seeds: give one for each, or one.")
        if wrong := [label for label in labels if not 0 <= label < self.classes]:
            raise SettingsError(f"{self.model.name} knows the classes 0 to {self.classes - 1}, not {wrong[0]}.")


def generate(
    model: str | Path | Model | Generator,
    n: int | None = None,
    *,
    seeds: Sequence[int] = (),
    labels: Sequence[int] = (),
    truncation: float | None = None,
    options: Options | None = None,
) -> Made:
    """Returns samples of the model, the same for the same seeds on any machine up to rounding.

    Args:
        model: name, path, a loaded model, or an open generator.
        n: how many; the number of seeds when left out, or 1.
        seeds: one for each sample; 0 to n - 1 when left out.
        labels: classes, taken in turn; every class in turn when left out and the model knows classes.
        truncation: largest absolute value of the latent code's numbers: below 1 more typical, less varied samples.

    Raises:
        ModelError: there is no such model, or it makes no samples.
        SettingsError: numbers do not match or are out of range.
    """
    generator = model if isinstance(model, Generator) else Generator(model, options=options)
    count = n if n is not None else max(len(seeds), 1)
    if not 1 <= count <= _MOST or (seeds and len(seeds) != count):
        raise SettingsError(f"{count} samples of {len(seeds)} seeds are not possible: give as many seeds as samples.")
    seeds = tuple(seeds) or tuple(range(count))
    given = tuple(labels) or tuple(range(generator.classes))
    labels = tuple(given[i % len(given)] for i in range(count)) if given else ()
    made = generator.make(seeds, labels=labels, truncation=truncation)
    return Made(images=made, seeds=seeds, labels=labels)


def interpolate(
    model: str | Path | Model | Generator,
    seeds: Sequence[int],
    *,
    steps: int = 8,
    label: int | None = None,
    truncation: float | None = None,
    path: Literal["sphere", "line"] = "sphere",
    loop: bool = False,
    options: Options | None = None,
) -> UInt8[np.ndarray, "n h w c"]:
    """Returns the pictures on the way from each seed's sample to the next one's.

    Args:
        seeds: at least two.
        steps: pictures from one seed to the next, the next one not counted.
        label: class of all of them; class 0 when left out and the model knows classes.
        path: ``sphere`` turns the code and keeps its length (White 2016, https://arxiv.org/abs/1609.04468), as typical
            normal codes lie near a sphere; ``line`` goes straight.
        loop: go on to the first seed; otherwise the last seed's sample ends the way.

    Raises:
        SettingsError: fewer than two seeds, or fewer than one step.
    """
    generator = model if isinstance(model, Generator) else Generator(model, options=options)
    if len(seeds) < 2 or steps < 1:
        raise SettingsError("A way needs two seeds or more, and at least one step between them.")
    ends = generator.codes(seeds)
    between = slerp if path == "sphere" else lerp
    stops = [*ends, ends[0]] if loop else list(ends)
    shares = np.arange(steps, dtype=np.float32) / np.float32(steps)
    codes = [between(a, b, share) for a, b in pairwise(stops) for share in shares]
    codes += [] if loop else [stops[-1]]
    labels = (label if label is not None else 0,) * len(codes) if generator.classes or label is not None else ()
    # Whatever else a method draws (noise beside the code) is drawn by the first seed throughout.
    return generator.make(
        (seeds[0],) * len(codes), labels=labels, truncation=truncation, codes=np.stack(codes).astype(np.float32)
    )


def lerp(a: Float[np.ndarray, " n"], b: Float[np.ndarray, " n"], share: float) -> Float[np.ndarray, " n"]:
    """Returns the code at ``share`` of the straight way."""
    return (1 - share) * a + share * b


def slerp(a: Float[np.ndarray, " n"], b: Float[np.ndarray, " n"], share: float) -> Float[np.ndarray, " n"]:
    """Returns the code at ``share`` of the way on the great circle; straight where the codes are (anti)parallel."""
    cosine = float(a @ b / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-12))
    angle = float(np.arccos(np.clip(cosine, -1, 1)))
    if np.sin(angle) < 1e-4:
        return lerp(a, b, share)
    return (np.sin((1 - share) * angle) * a + np.sin(share * angle) * b) / np.sin(angle)


def grid(images: UInt8[np.ndarray, "n h w c"], columns: int | None = None) -> UInt8[np.ndarray, "H W c"]:
    """Returns the pictures side by side, row by row, on a white ground; about as wide as high when ``columns`` is left
    out."""
    count, height, width, channels = images.shape
    columns = min(columns or int(np.ceil(np.sqrt(count * height / width))), count)
    rows = -(-count // columns)
    sheet = np.full((rows * columns, height, width, channels), 255, np.uint8)
    sheet[:count] = images
    laid = sheet.reshape(rows, columns, height, width, channels).transpose(0, 2, 1, 3, 4)
    return np.ascontiguousarray(laid.reshape(rows * height, columns * width, channels))


def parse_numbers(text: str) -> tuple[int, ...]:
    """Returns the numbers of ``7``, ``0-63`` or ``1,4,10-12``.

    Raises:
        SettingsError: it is no such list, or it counts backwards or beyond a million.
    """
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise SettingsError(f"{text!r} is no list of numbers: write it like 0-63 or 1,4,10-12.")
        low, high = int(first), int(last or first)
        if high < low or high - low >= _MOST or high >= 2**62:
            raise SettingsError(f"{part.strip()!r} counts backwards or too far: write it like 0-63.")
        found += range(low, high + 1)
    return tuple(found)


def provenance(model: Model, settings: Mapping[str, Any]) -> Provenance:
    """Returns the statement that a picture was made by a machine, which model did, and how."""
    import ganvas

    return Provenance(
        model=f"{model.name} {model.digest()[:16]}",
        version=ganvas.__version__,
        settings=settings,
        source_type="trainedAlgorithmicMedia",
    )


def _draws(seeds: Sequence[int], device: str) -> Any:
    import torch

    from ganvas.core.method import Draws

    return Draws(0, 0, "apply", torch.tensor(seeds, dtype=torch.int64, device=device))


def _stored(images: torch.Tensor) -> np.ndarray:
    """Pictures as 8 bits, rounded to the nearest; points as they are."""
    if images.ndim != 4:
        return images.float().cpu().numpy()
    pixels = ((images.float().clamp(-1, 1) + 1) * 127.5).round().byte()
    return pixels.permute(0, 2, 3, 1).contiguous().cpu().numpy()
