"""What the protocols share: models as functions, and their results as 8-bit images."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, UInt8

from ganvas.core.errors import ModelError
from ganvas.evaluate.files import read_pair
from ganvas.evaluate.table import Row, in_order
from ganvas.metrics.psnr import psnr
from ganvas.metrics.ssim import ssim
from ganvas.zoo.models import find

__all__ = [
    "INPUT",
    "Judge",
    "Model",
    "Sample",
    "classical",
    "compare",
    "fidelity",
    "pair_samples",
    "rows_by",
    "rows_of",
    "to_uint8",
]

INPUT = "input"  # the entrant that does nothing

# Both float32 in [0, 1], (h, w, 3), or (h, w, 1) where the protocol is of gray images.
# What a protocol tells beside the image (the kernel of a blur, the mask of a hole) comes by keyword.
Model = Callable[..., Float[np.ndarray, "H W c"]]
Judge = Callable[[UInt8[np.ndarray, "H W c"]], Mapping[str, float]]


def to_uint8(image: Float[np.ndarray, "h w c"]) -> UInt8[np.ndarray, "h w c"]:
    """Returns an image of [0, 1] as an 8-bit file would hold it: rounded to nearest, clipped."""
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)


def compare(
    models: Mapping[str, Model],
    source: UInt8[np.ndarray, "h w c"],
    judge: Judge,
    *,
    image: str,
    shape: tuple[int, ...],
    told: Mapping[str, Any] | None = None,
) -> Iterable[tuple[Row, UInt8[np.ndarray, "H W c"]]]:
    """Yields each model's row and 8-bit result on one degraded image.

    Args:
        models: entrants by name.
        source: the degraded image.
        judge: measures a result.
        image: name of the image.
        shape: shape that results must have.
        told: what each model is given beside the image, by keyword.

    Raises:
        ModelError: a result has another shape or values that are not finite.
    """
    given = source.astype(np.float32) / np.float32(255)
    for name, model in models.items():
        start = time.perf_counter()
        result = model(given.copy(), **(told or {}))
        seconds = time.perf_counter() - start
        if result.shape != shape:
            raise ModelError(
                f"{name} returned shape {result.shape} for {image}, expected {shape}: it is of another task."
            )
        if not np.isfinite(result).all():
            raise ModelError(f"{name} returned values that are not finite for {image}: try --precision f32.")
        pixels = to_uint8(result)
        yield Row(entrant=name, image=image, values=judge(pixels), seconds=seconds), pixels


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A degraded image and its truth, both as 8-bit files hold them.

    Attributes:
        told: what each model is given beside the image, by keyword.
    """

    name: str
    source: UInt8[np.ndarray, "h w c"]
    truth: UInt8[np.ndarray, "h w c"]
    told: Mapping[str, Any] = field(default_factory=dict)


def pair_samples(found: Iterable[tuple[str, Path, Path]]) -> Iterator[Sample]:
    """Yields the samples of (name, degraded, truth).

    Raises:
        ImageError: a file cannot be decoded, or the two of a pair differ in size.
    """
    for name, source_path, truth_path in found:
        source, truth = read_pair(source_path, truth_path)
        yield Sample(name=name, source=source, truth=truth)


def rows_of(
    models: Mapping[str, Model],
    samples: Iterable[Sample],
    judge: Callable[[UInt8[np.ndarray, "h w c"], UInt8[np.ndarray, "h w c"]], Mapping[str, float]],
) -> list[Row]:
    """Returns the rows of :func:`rows_by` for a judge of the result and its truth alone."""
    return rows_by(models, samples, lambda result, sample: judge(result, sample.truth))


def rows_by(
    models: Mapping[str, Model],
    samples: Iterable[Sample],
    judge: Callable[[UInt8[np.ndarray, "h w c"], Sample], Mapping[str, float]],
) -> list[Row]:
    """Returns the rows of the input and of each model on all samples, one entrant after the other.

    Args:
        models: entrants by name, beside the input.
        samples: degraded images and their truths.
        judge: measures a result against its sample.

    Raises:
        ModelError: a result has another shape than the truth or values that are not finite.
    """
    entrants: dict[str, Model] = {INPUT: lambda image, **_: image, **models}
    rows: list[Row] = []
    for sample in samples:

        def measure(result: UInt8[np.ndarray, "h w c"], sample: Sample = sample) -> Mapping[str, float]:
            return judge(result, sample)

        compared = compare(
            entrants, sample.source, measure, image=sample.name, shape=sample.truth.shape, told=sample.told
        )
        rows += [row for row, _ in compared]
    return in_order(rows, entrants)


def fidelity(result: UInt8[np.ndarray, "h w c"], truth: UInt8[np.ndarray, "h w c"]) -> dict[str, float]:
    """Returns PSNR and SSIM (scikit-image's: 7 px box) under the keys of the columns of that name."""
    return {"psnr": psnr(result, truth), "ssim": ssim(result, truth)}


def classical(*names: str) -> dict[str, Model]:
    """Returns the classical models ``classical/NAME`` as functions; each is imported at its first call."""
    return {f"classical/{name}": partial(_classical, f"classical/{name}") for name in names}


def _classical(
    name: str,
    image: Float[np.ndarray, "h w c"],
    *,
    strength: float = 1.0,
    kernel: Float[np.ndarray, "k l"] | None = None,
    mask: Bool[np.ndarray, "h w"] | None = None,
) -> Float[np.ndarray, "h w c"]:
    function = find(name).function
    assert function is not None  # every model of that name is a function
    told = {key: value for key, value in {"kernel": kernel, "mask": mask}.items() if value is not None}
    return function()(image, strength=strength, **told)
