"""Denoising: white noise on clean images, and photos of real cameras with the mean of many shots as the truth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from ganvas.core.errors import SettingsError
from ganvas.evaluate.files import images, pairs, read_pair, read_rgb
from ganvas.evaluate.protocol import INPUT, Model, Sample, classical, fidelity, rows_of
from ganvas.evaluate.table import PSNR, SSIM, EvaluationTable
from ganvas.metrics.colour import gray

__all__ = ["CLASSICAL", "INPUT", "noisy", "run"]

CLASSICAL = classical("nlm", "tv")
_SEED = 7


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
    rows = rows_of({**baselines, name: model}, samples, fidelity)
    count = len({row.image for row in rows})
    return EvaluationTable(
        task="denoise",
        dataset=dataset or data.name,
        protocol=_protocol(sigma, is_paired=bool(found), gray_only=gray_only, count=count),
        model=name,
        columns=(PSNR, SSIM),
        rows=rows,
    )


def _as_asked(image: UInt8[np.ndarray, "h w 3"], gray_only: bool) -> UInt8[np.ndarray, "h w c"]:
    return np.rint(gray(image)).astype(np.uint8)[:, :, None] if gray_only else image


def _noised(paths: list[Path], sigma: float, gray_only: bool) -> Iterator[Sample]:
    # One generator over the sorted files: the noise of an image depends on those before it.
    rng = np.random.default_rng(_SEED)
    for path in paths:
        truth = _as_asked(read_rgb(path)[0], gray_only)
        yield Sample(name=path.stem, source=noisy(truth, sigma, rng), truth=truth)


def _paired(found: list[tuple[str, Path, Path]], gray_only: bool) -> Iterator[Sample]:
    for name, source_path, truth_path in found:
        source, truth = (_as_asked(image, gray_only) for image in read_pair(source_path, truth_path))
        yield Sample(name=name, source=source, truth=truth)


def _protocol(sigma: float, *, is_paired: bool, gray_only: bool, count: int) -> str:
    what = "luma (full-swing BT.601, rounded to 8 bits)" if gray_only else "RGB"
    end = f"PSNR and SSIM (scikit-image's: 7 px box) of {what}, result rounded to 8 bits; mean of {count} images."
    if is_paired:
        return f"Pairs of 8-bit files, noisy and clean. {end}"
    return (
        f"White Gaussian noise of sigma {sigma:g} / 255 (numpy's default_rng({_SEED}).normal, one generator over the "
        f"files in order of name), rounded and clipped to 8 bits. {end}"
    )
