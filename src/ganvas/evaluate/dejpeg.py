"""Removing the blocks of JPEG: clean images compressed by libjpeg at one quality."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from ganvas.core.errors import SettingsError
from ganvas.degrade.jpeg import Jpeg
from ganvas.evaluate.files import images, read_rgb
from ganvas.evaluate.protocol import Model, Sample, classical, fidelity, rows_of, to_uint8
from ganvas.evaluate.table import PSNR, SSIM, EvaluationTable

__all__ = ["CLASSICAL", "compressed", "run"]

CLASSICAL = classical("bilateral", "tv", "nlm")


def compressed(
    clean: UInt8[np.ndarray, "h w 3"], quality: int, *, half_chroma: bool = False
) -> UInt8[np.ndarray, "h w 3"]:
    """Returns the image through libjpeg at that quality, 4:4:4, or 4:2:0 with ``half_chroma``."""
    jpeg = Jpeg(quality=(quality, quality), subsampling=float(half_chroma))
    # The generator decides nothing where there is one quality and one subsampling.
    return to_uint8(jpeg(clean.astype(np.float32) / np.float32(255), np.random.default_rng(0)))


def run(
    model: Model,
    data: Path,
    *,
    name: str,
    dataset: str | None = None,
    quality: int = 10,
    half_chroma: bool = False,
    baselines: Mapping[str, Model] = CLASSICAL,
    limit: int | None = None,
) -> EvaluationTable:
    """Returns the figures of the input, of baselines and of the model on a folder of clean images.

    Args:
        model: float32 (h, w, 3) in [0, 1] in and out.
        data: folder of clean images.
        name: what the model is called in the table.
        dataset: what the folder is called in the table; its own name when left out.
        quality: JPEG's quality, 1 to 100.
        half_chroma: compress with chroma of half the size (4:2:0) rather than of the full size (4:4:4).
        baselines: models to print beside, by name, before the model.
        limit: only the first images.

    Raises:
        ImageError: the folder holds no images, or one cannot be decoded.
        ModelError: a model returns another shape or values that are not finite.
        SettingsError: a quality outside 1 to 100.
    """
    if not 1 <= quality <= 100:
        raise SettingsError(f"JPEG has no quality {quality}: give one from 1 to 100.")
    rows = rows_of({**baselines, name: model}, _samples(images(data)[:limit], quality, half_chroma), fidelity)
    return EvaluationTable(
        task="dejpeg",
        dataset=dataset or data.name,
        protocol=(
            f"JPEG by libjpeg (through OpenCV) at quality {quality}, {'4:2:0' if half_chroma else '4:4:4'}. PSNR and "
            "SSIM (scikit-image's: 7 px box) of RGB, result rounded to 8 bits; mean of "
            f"{len({row.image for row in rows})} images."
        ),
        model=name,
        columns=(PSNR, SSIM),
        rows=rows,
    )


def _samples(paths: list[Path], quality: int, half_chroma: bool) -> Iterator[Sample]:
    for path in paths:
        truth = read_rgb(path)[0]
        yield Sample(name=path.stem, source=compressed(truth, quality, half_chroma=half_chroma), truth=truth)
