"""Denoising: white noise on clean images, and photos of real cameras with the mean of many shots as the truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from ganvas.core.errors import ImageError, SettingsError
from ganvas.evaluate.files import images, pairs, read_rgb
from ganvas.evaluate.protocol import Model, compare
from ganvas.evaluate.table import Column, EvaluationTable, Row
from ganvas.metrics.colour import gray
from ganvas.metrics.psnr import psnr
from ganvas.metrics.ssim import ssim
from ganvas.zoo.classical import nlm, tv

__all__ = ["CLASSICAL", "INPUT", "noisy", "run"]

INPUT = "input"
CLASSICAL: Mapping[str, Model] = {"classical/nlm": nlm.apply, "classical/tv": tv.apply}
_SEED = 7
_COLUMNS = (Column(key="psnr", metric="psnr", title="PSNR"), Column(key="ssim", metric="ssim", title="SSIM"))


@dataclass(frozen=True)
class _Sample:
    name: str
    source: UInt8[np.ndarray, "h w c"]
    truth: UInt8[np.ndarray, "h w c"]


def noisy(clean: UInt8[np.ndarray, "h w c"], sigma: float, rng: np.random.Generator) -> UInt8[np.ndarray, "h w c"]:
    """Returns the image with white Gaussian noise of standard deviation ``sigma`` / 255, rounded and clipped."""
    return np.clip(np.rint(clean + rng.normal(0.0, sigma, clean.shape)), 0, 255).astype(np.uint8)


def run(
    model: Model,
    data: Path,
    *,
    name: str,
    dataset: str | None = None,
    sigma: float = 25.0,
    gray_only: bool = False,
    baselines: Mapping[str, Model] = CLASSICAL,
    limit: int | None = None,
) -> EvaluationTable:
    """Returns the figures of the input, of baselines and of the model on a folder of pairs or of clean images.

    Args:
        model: float32 (h, w, 3) in [0, 1] in and out; (h, w, 1) with ``gray_only``.
        data: folder of pairs (:func:`ganvas.evaluate.files.pairs`), or of clean images, to which noise is added.
        name: what the model is called in the table.
        dataset: what the folder is called in the table; its own name when left out.
        sigma: standard deviation of the noise in 1/255, for clean images.
        gray_only: measure on luma: full-swing BT.601, rounded to 8 bits before the noise.
        baselines: models to print beside, by name, before the model.
        limit: only the first images.

    Raises:
        ImageError: the folder holds no images, one has no partner or cannot be decoded, or partners differ in size.
        ModelError: a model returns another shape or values that are not finite.
        SettingsError: a sigma that is not positive.
    """
    if sigma <= 0:
        raise SettingsError(f"Cannot add noise of sigma {sigma}: it must be above 0.")
    found = pairs(data)
    samples = _paired(found[:limit], gray_only) if found else _noised(images(data)[:limit], sigma, gray_only)
    entrants: dict[str, Model] = {INPUT: lambda image: image, **baselines, name: model}
    rows: list[Row] = []
    for sample in samples:
        truth = sample.truth

        def judge(result: UInt8[np.ndarray, "h w c"], truth: UInt8[np.ndarray, "h w c"] = truth) -> dict[str, float]:
            return {"psnr": psnr(result, truth), "ssim": ssim(result, truth)}

        compared = compare(entrants, sample.source, judge, image=sample.name, shape=truth.shape)
        rows += [row for row, _ in compared]
    order = list(entrants)
    return EvaluationTable(
        task="denoise",
        dataset=dataset or data.name,
        protocol=_protocol(sigma, is_paired=bool(found), gray_only=gray_only, count=len(rows) // len(entrants)),
        model=name,
        columns=_COLUMNS,
        rows=sorted(rows, key=lambda row: order.index(row.entrant)),
    )


def _as_asked(image: UInt8[np.ndarray, "h w 3"], gray_only: bool) -> UInt8[np.ndarray, "h w c"]:
    return np.rint(gray(image)).astype(np.uint8)[:, :, None] if gray_only else image


def _noised(paths: list[Path], sigma: float, gray_only: bool) -> Iterator[_Sample]:
    # One generator over the sorted files: the noise of an image depends on those before it.
    rng = np.random.default_rng(_SEED)
    for path in paths:
        truth = _as_asked(read_rgb(path)[0], gray_only)
        yield _Sample(path.stem, noisy(truth, sigma, rng), truth)


def _paired(found: list[tuple[str, Path, Path]], gray_only: bool) -> Iterator[_Sample]:
    for name, source_path, truth_path in found:
        source, truth = (_as_asked(read_rgb(path)[0], gray_only) for path in (source_path, truth_path))
        if source.shape != truth.shape:
            raise ImageError(
                f"{source_path.name} is {source.shape[1]} x {source.shape[0]} px, {truth_path.name} {truth.shape[1]} x "
                f"{truth.shape[0]}: a pair must be of the same size."
            )
        yield _Sample(name, source, truth)


def _protocol(sigma: float, *, is_paired: bool, gray_only: bool, count: int) -> str:
    what = "luma (full-swing BT.601, rounded to 8 bits)" if gray_only else "RGB"
    end = f"PSNR and SSIM (scikit-image's: 7 px box) of {what}, result rounded to 8 bits; mean of {count} images."
    if is_paired:
        return f"Pairs of 8-bit files, noisy and clean. {end}"
    return (
        f"White Gaussian noise of sigma {sigma:g} / 255 (numpy's default_rng({_SEED}).normal, one generator over the "
        f"files in order of name), rounded and clipped to 8 bits. {end}"
    )
