"""Enlargement by the protocol of the papers: MATLAB's antialiased bicubic in, luma PSNR without the border out.

Photos are not reduced that cleanly; ``spoilt`` puts Real-ESRGAN's second-order chain (Wang et al. 2021) in its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from ganvas.core.errors import SettingsError
from ganvas.degrade.second_order import SecondOrder
from ganvas.evaluate.files import images, read_rgb
from ganvas.evaluate.protocol import Judge, Model, compare, to_uint8
from ganvas.evaluate.table import Column, EvaluationTable, Row, in_order
from ganvas.metrics.band_correlation import band_correlation
from ganvas.metrics.colour import crop, luma
from ganvas.metrics.gmsd import gmsd
from ganvas.metrics.noise_shaped import noise_shaped
from ganvas.metrics.psnr import psnr
from ganvas.metrics.spectrum import spectrum_distance
from ganvas.metrics.ssim import ssim
from ganvas.ops.resample import resample
from ganvas.zoo.classical import bicubic

__all__ = ["BICUBIC", "CHAIN_SEED", "NOISE_SUFFIX", "reduced", "run", "spoilt_and_reduced"]

BICUBIC = "classical/bicubic"
NOISE_SUFFIX = " + noise of the true spectrum"
CHAIN_SEED = 7
_NOISE_SEED = 7
_FIDELITY = (
    Column(key="psnr_y", metric="psnr", title="PSNR-Y"),
    Column(key="ssim_y", metric="ssim", title="SSIM-Y"),
)
_NATIVE = Column(key="psnr_native", metric="psnr", title="PSNR-Y, gray as is")
_GMSD = Column(key="gmsd", metric="gmsd", title="GMSD, less is better")
_SHARP = (
    _GMSD,
    Column(key="band_correlation", metric="band_correlation", title="band correlation"),
    Column(key="spectrum_distance", metric="spectrum", title="spectrum distance, less is better"),
)


def reduced(truth: UInt8[np.ndarray, "H W c"], scale: int) -> UInt8[np.ndarray, "h w c"]:
    """Returns the 8-bit image reduced by MATLAB's antialiased bicubic; sides must be multiples of ``scale``."""
    height, width = truth.shape[:2]
    small = resample(truth.astype(np.float64), (height // scale, width // scale))
    return np.rint(np.clip(small, 0, 255)).astype(np.uint8)


def spoilt_and_reduced(
    truth: UInt8[np.ndarray, "H W c"], scale: int, rng: np.random.Generator
) -> UInt8[np.ndarray, "h w c"]:
    """Returns the 8-bit image after the second-order chain, reduced; sides must be multiples of ``scale``."""
    return to_uint8(SecondOrder(scale=scale)(truth.astype(np.float32) / np.float32(255), rng))


def run(
    model: Model,
    data: Path,
    *,
    name: str,
    dataset: str | None = None,
    scale: int = 4,
    baselines: Mapping[str, Model] | None = None,
    sharp: bool = False,
    spoilt: bool = False,
    noise_on: str | None = None,
    limit: int | None = None,
) -> EvaluationTable:
    """Returns the figures of the model, of bicubic and of further baselines on a folder of sharp images.

    Args:
        model: enlarges by ``scale``; float32 (h, w, 3) in [0, 1] in and out.
        data: folder of the truths.
        name: what the model is called in the table.
        dataset: what the folder is called in the table; its own name when left out.
        scale: enlargement along each axis.
        baselines: models to print beside, by name, before the model.
        sharp: whether GMSD, band correlation and spectrum distance are measured too.
        spoilt: blur, noise, resizing and JPEG, twice and by seed, in place of the clean reduction; adds GMSD.
        noise_on: name of the entrant that a control row "+ noise of the true spectrum" is made from.
        limit: only the first images.

    Raises:
        ImageError: the folder holds no images, one cannot be decoded, or one is too small.
        ModelError: a model returns another shape or values that are not finite.
        SettingsError: ``noise_on`` names no entrant.
    """
    entrants: dict[str, Model] = {BICUBIC: lambda image: bicubic.apply(image, scale=scale), **(baselines or {})}
    entrants[name] = model
    if noise_on is not None and noise_on not in entrants:
        raise SettingsError(f"There is no {noise_on!r} to add noise to: choose one of {', '.join(entrants)}.")
    rng = np.random.default_rng(_NOISE_SEED)
    rows: list[Row] = []
    any_gray = False
    for index, path in enumerate(images(data)[:limit]):
        whole, is_gray = read_rgb(path)
        any_gray |= is_gray
        truth = whole[: whole.shape[0] // scale * scale, : whole.shape[1] // scale * scale]
        # Too small an image fails here, in one sentence, before a model sees it.
        judge = _judge(truth, border=scale, gmsd_too=spoilt, sharp=sharp, is_gray=is_gray)
        chance = np.random.default_rng((CHAIN_SEED, index))
        source = spoilt_and_reduced(truth, scale, chance) if spoilt else reduced(truth, scale)
        for row, result in compare(entrants, source, judge, image=path.stem, shape=truth.shape):
            rows.append(row)
            if row.entrant == noise_on:
                noisy = np.rint(np.clip(noise_shaped(result, truth, rng), 0, 255)).astype(np.uint8)
                rows.append(Row(entrant=noise_on + NOISE_SUFFIX, image=path.stem, values=judge(noisy), seconds=0.0))
    order = [entrant for key in entrants for entrant in (key, key + NOISE_SUFFIX)]
    columns = _FIDELITY + ((_NATIVE,) if any_gray else ()) + (_SHARP if sharp else (_GMSD,) * spoilt)
    count = len({row.image for row in rows})
    return EvaluationTable(
        task="upscale",
        dataset=dataset or data.name,
        protocol=_protocol(scale, sharp=sharp, spoilt=spoilt, any_gray=any_gray, count=count),
        model=name,
        columns=columns,
        rows=in_order(rows, order),
    )


def _judge(truth: UInt8[np.ndarray, "H W 3"], *, border: int, gmsd_too: bool, sharp: bool, is_gray: bool) -> Judge:
    target = crop(truth, border)

    def measure(result: UInt8[np.ndarray, "H W 3"]) -> dict[str, float]:
        inside = crop(result, border)
        values = {"psnr_y": psnr(luma(inside), luma(target)), "ssim_y": ssim(luma(inside), luma(target), gaussian=True)}
        values["psnr_native"] = psnr(inside.mean(axis=2), target.mean(axis=2)) if is_gray else values["psnr_y"]
        if sharp or gmsd_too:
            values["gmsd"] = gmsd(inside, target)
        if sharp:
            values |= {
                "band_correlation": band_correlation(inside, target),
                "spectrum_distance": spectrum_distance(inside, target),
            }
        return values

    return measure


def _protocol(scale: int, *, sharp: bool, spoilt: bool, any_gray: bool, count: int) -> str:
    how = (
        f"spoilt and reduced by Real-ESRGAN's second-order chain (numpy's default_rng(({CHAIN_SEED}, index)))"
        if spoilt
        else "reduced by MATLAB's antialiased bicubic"
    )
    text = (
        f"x{scale}, {count} images: the truth cropped to a multiple of {scale} and {how}, rounded to 8 bits; the "
        "result rounded to 8 bits; PSNR and SSIM (Gaussian window, as in the papers) of BT.601 studio-swing luma "
        f"without {scale} px of border; mean of the images."
    )
    if any_gray:
        text += (
            " Gray images count as RGB, so their error is scaled by 219/255; 'gray as is' measures those on their own "
            "values, as MATLAB programs do."
        )
    if spoilt and not sharp:
        text += " GMSD on full-swing luma."
    if sharp:
        text += (
            " GMSD, band correlation and spectrum distance on full-swing luma; the latter two from half Nyquist "
            "(0.25 cycles per px) up."
        )
    return text
