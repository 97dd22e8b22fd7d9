"""Removing blur: pairs of blurred and sharp images, or clean images under seeded camera shake; kernel unknown or known.

Where the centre of a kernel lies is a convention, so every row, the input's too, is judged at its best whole-pixel
shift.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from ganvas.core.errors import ImageError, SettingsError
from ganvas.degrade.shake import Kernel, convolve, read_kernel, shake_kernel
from ganvas.evaluate.files import Layout, images, pairs, read_pair, read_rgb
from ganvas.evaluate.protocol import Model, Sample, classical, fidelity, rows_of, to_uint8
from ganvas.evaluate.shift import best_shift
from ganvas.evaluate.table import PSNR, SSIM, EvaluationTable
from ganvas.metrics.colour import crop

__all__ = ["BORDER", "LAYOUT", "classical_for", "run", "shaken"]

LAYOUT = Layout(
    source="blurred",
    truth="sharp",
    folders=(("blur", "sharp"),),
    files=(r"blur_(?P<name>.*)", r"sharp_(?P<name>.*)"),
)
_RADIUS = 8
_MARGIN = 16  # px: deconvolution does not know what lies outside the image; half of the largest kernels
BORDER = _RADIUS + _MARGIN
_SHAKEN = 40  # images
_CROP = 256  # px
_EXTENT = (9.0, 27.0)  # px of the longer side of the path
_STRAIGHT = 0.2  # share of nearly linear sweeps; the others are random walks
_SOFT = (0.0, 0.6)  # px of the lens's own blur
_SIGMA = 0.01
_SEED = 7


def classical_for(*, known: bool = False) -> dict[str, Model]:
    """Returns the classical models beside, for kernels unknown or known."""
    return classical("wiener", "richardson_lucy") if known else classical("unsharp", "richardson_lucy")


def shaken(
    clean: UInt8[np.ndarray, "h w 3"], rng: np.random.Generator
) -> tuple[UInt8[np.ndarray, "H W 3"], UInt8[np.ndarray, "H W 3"], Kernel]:
    """Returns the blurred, noisy centre of the image, its truth and the kernel.

    The whole image is blurred before the centre of at most 256 px a side is cut out, so what lies beyond its edges is
    as unknown, and as real, as in a photo. White noise of 1 % is added, and all is rounded to 8 bits.
    """
    kernel = shake_kernel(
        rng, extent=rng.uniform(*_EXTENT), straight=rng.random() < _STRAIGHT, soft=rng.uniform(*_SOFT)
    )
    image = convolve(clean.astype(np.float32) / np.float32(255), kernel)
    top, left = ((side - min(side, _CROP)) // 2 for side in clean.shape[:2])
    part = (slice(top, top + _CROP), slice(left, left + _CROP))
    blurred = image[part]
    return to_uint8(blurred + rng.normal(0, _SIGMA, blurred.shape)), clean[part], kernel


def run(
    model: Model,
    data: Path,
    *,
    name: str,
    dataset: str | None = None,
    known: bool = False,
    kernels: Path | None = None,
    baselines: Mapping[str, Model] | None = None,
    limit: int | None = None,
) -> EvaluationTable:
    """Returns the figures of the input, of baselines and of the model, each at its best shift of up to 8 px.

    Args:
        model: float32 (h, w, 3) in [0, 1] in and out; takes ``kernel`` as a keyword with ``known``.
        data: folder of pairs ``blur_NAME.*`` and ``sharp_NAME.*`` (or sub-folders ``blur`` and ``sharp``), or of clean
            images, of which the centres of the first 40 are blurred by seeded camera shake.
        name: what the model is called in the table.
        dataset: what the folder is called in the table; its own name when left out.
        known: tell the models the kernel.
        kernels: folder of the pairs' kernels, with files ``*_NAME.*``; camera shake knows its own.
        baselines: models to print beside, by name, before the model; the classical ones when left out.
        limit: only the first images.

    Raises:
        ImageError: the folder holds no images, one has no partner or kernel, cannot be decoded or is too small, or
            partners differ in size.
        ModelError: a model returns another shape or values that are not finite.
        SettingsError: the kernels of pairs are to be known, but there is no folder of kernels.
    """
    found = pairs(data, LAYOUT)
    if found and known and kernels is None:
        raise SettingsError("The kernels of these pairs are not known: give their folder (kernels).")
    samples = _paired(found[:limit], kernels if known else None) if found else _shaken(images(data)[:limit], known)
    beside = classical_for(known=known) if baselines is None else baselines
    rows = rows_of({**beside, name: model}, samples, _judge)
    return EvaluationTable(
        task="deblur",
        dataset=dataset or data.name,
        protocol=_protocol(is_paired=bool(found), known=known, count=len({row.image for row in rows})),
        model=name,
        columns=(PSNR, SSIM),
        rows=rows,
    )


def _paired(found: list[tuple[str, Path, Path]], kernels: Path | None) -> Iterator[Sample]:
    for name, source_path, truth_path in found:
        source, truth = read_pair(source_path, truth_path)
        told = {} if kernels is None else {"kernel": read_kernel(_kernel_of(name, kernels))}
        yield Sample(name=name, source=source, truth=truth, told=told)


def _kernel_of(name: str, kernels: Path) -> Path:
    mine = [path for path in images(kernels) if re.fullmatch(rf"(.*_)?{re.escape(name)}", path.stem)]
    if len(mine) != 1:
        raise ImageError(f"{kernels} holds {len(mine)} kernels of {name}: it needs one file that ends in _{name}.")
    return mine[0]


def _shaken(paths: list[Path], known: bool) -> Iterator[Sample]:
    for index, path in enumerate(paths[:_SHAKEN]):
        source, truth, kernel = shaken(read_rgb(path)[0], np.random.default_rng((_SEED, index)))
        yield Sample(name=path.stem, source=source, truth=truth, told={"kernel": kernel} if known else {})


def _judge(result: UInt8[np.ndarray, "h w c"], truth: UInt8[np.ndarray, "h w c"]) -> dict[str, float]:
    dy, dx = best_shift(result, truth, radius=_RADIUS, border=BORDER)
    return fidelity(crop(np.roll(result, (-dy, -dx), axis=(0, 1)), BORDER), crop(truth, BORDER))


def _protocol(*, is_paired: bool, known: bool, count: int) -> str:
    what = (
        "Pairs of 8-bit files, blurred and sharp"
        if is_paired
        else (
            f"Clean images convolved with seeded kernels of camera shake, {_EXTENT[0]:g} to {_EXTENT[1]:g} px "
            f"long (numpy's default_rng(({_SEED}, index)), a fifth of them straight), white noise of {_SIGMA:.0%} "
            f"added, rounded to 8 bits; their centres of {_CROP} px"
        )
    )
    return (
        f"{what}; the models {'are told the kernels' if known else 'do not know the kernels'}. Of every row, the "
        f"input's too, the best PSNR over shifts of up to {_RADIUS} px along each axis, all on the image without "
        f"{BORDER} px of border, and the SSIM (scikit-image's: 7 px box) at that shift; RGB, result rounded to 8 bits; "
        f"mean of {count} images."
    )
