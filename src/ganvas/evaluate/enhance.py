"""Enhancing: clean images under a seeded loss of contrast, exposure, saturation and cast, or pairs (under water)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from ganvas.degrade.tone import ToneLoss
from ganvas.evaluate.files import Layout, images, pairs, read_rgb
from ganvas.evaluate.protocol import Model, Sample, classical, fidelity, pair_samples, rows_of, to_uint8
from ganvas.evaluate.table import PSNR, SSIM, Column, EvaluationTable
from ganvas.metrics.ciede2000 import ciede2000

__all__ = ["CLASSICAL", "LAYOUT", "run", "toned"]

_BALANCE = "classical/white_balance"
CLASSICAL: Mapping[str, Model] = {
    **classical("clahe", "auto_levels", "white_balance"),
    f"{_BALANCE}, strength 0.5": partial(classical("white_balance")[_BALANCE], strength=0.5),
}
# UFO-120 and EUVP name their folders A and GTr_A, UIEB raw and reference.
LAYOUT = Layout(
    source="degraded",
    truth="reference",
    folders=(("input", "target"), ("A", "GTr_A"), ("raw", "reference")),
    files=(r"(?P<name>.*)_(input|raw)", r"(?P<name>.*)_(target|reference)"),
)
_SEED = 7
_COLUMNS = (PSNR, SSIM, Column(key="ciede2000", metric="ciede2000", title="CIEDE2000, less is better"))


def toned(clean: UInt8[np.ndarray, "h w 3"], rng: np.random.Generator) -> UInt8[np.ndarray, "h w 3"]:
    """Returns the image after a random loss of contrast, exposure and saturation and a random cast, in 8 bits."""
    return to_uint8(ToneLoss(clean=0.0)(clean.astype(np.float32) / np.float32(255), rng))


def run(
    model: Model,
    data: Path,
    *,
    name: str,
    dataset: str | None = None,
    baselines: Mapping[str, Model] = CLASSICAL,
    limit: int | None = None,
) -> EvaluationTable:
    """Returns the figures of the input, of baselines and of the model on a folder of pairs or of clean images.

    Args:
        model: float32 (h, w, 3) in [0, 1] in and out.
        data: folder with sub-folders ``input`` and ``target`` (or ``A`` and ``GTr_A``, ``raw`` and ``reference``), or
            of clean images, whose tones are degraded.
        name: what the model is called in the table.
        dataset: what the folder is called in the table; its own name when left out.
        baselines: models to print beside, by name, before the model.
        limit: only the first images.

    Raises:
        ImageError: the folder holds no images, one has no partner or cannot be decoded, or partners differ in size.
        ModelError: a model returns another shape or values that are not finite.
    """
    found = pairs(data, LAYOUT)
    samples = pair_samples(found[:limit]) if found else _samples(images(data)[:limit])
    rows = rows_of({**baselines, name: model}, samples, _judge)
    return EvaluationTable(
        task="enhance",
        dataset=dataset or data.name,
        protocol=_protocol(is_paired=bool(found), count=len({row.image for row in rows})),
        model=name,
        columns=_COLUMNS,
        rows=rows,
    )


def _samples(paths: list[Path]) -> Iterator[Sample]:
    for index, path in enumerate(paths):
        truth = read_rgb(path)[0]
        yield Sample(name=path.stem, source=toned(truth, np.random.default_rng((_SEED, index))), truth=truth)


def _judge(result: UInt8[np.ndarray, "h w c"], truth: UInt8[np.ndarray, "h w c"]) -> dict[str, float]:
    return {**fidelity(result, truth), "ciede2000": ciede2000(result, truth)}


def _protocol(*, is_paired: bool, count: int) -> str:
    what = (
        "Pairs of 8-bit files, degraded and reference"
        if is_paired
        else (
            "Clean images with a seeded loss of contrast, exposure and saturation and a seeded colour cast (numpy's "
            f"default_rng(({_SEED}, index)))"
        )
    )
    return (
        f"{what}. PSNR and SSIM (scikit-image's: 7 px box) of RGB, mean CIEDE2000 under D65; result rounded to 8 bits; "
        f"mean of {count} images."
    )
