"""Taking specks and scratches off: clean images under a seeded sheet of scratched paper, compressed as scans are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from ganvas.core.errors import SettingsError
from ganvas.degrade.damage.overlay import Overlay
from ganvas.degrade.jpeg import Jpeg
from ganvas.evaluate.files import images, read_rgb
from ganvas.evaluate.protocol import Model, Sample, classical, fidelity, rows_of, to_uint8
from ganvas.evaluate.table import PSNR, SSIM, EvaluationTable

__all__ = ["CLASSICAL", "run", "worn"]

CLASSICAL = classical("median", "nlm")
_SEED = 7
_SHEET = Overlay(chances=(0.0, 1.0, 1.0, 0.5, 0.5), paper=0.0)


def worn(
    clean: UInt8[np.ndarray, "h w 3"], rng: np.random.Generator, *, quality: int = 90
) -> UInt8[np.ndarray, "h w 3"]:
    """Returns the image under bright scratches, specks and scuffs, then through libjpeg at that quality, 4:2:0."""
    covered = _SHEET(clean.astype(np.float32) / np.float32(255), rng)
    return to_uint8(Jpeg(quality=(quality, quality), subsampling=1.0)(covered, rng))


def run(
    model: Model,
    data: Path,
    *,
    name: str,
    dataset: str | None = None,
    quality: int = 90,
    baselines: Mapping[str, Model] = CLASSICAL,
    limit: int | None = None,
) -> EvaluationTable:
    """Returns the figures of the input, of baselines and of the model on a folder of clean images.

    Args:
        model: float32 (h, w, 3) in [0, 1] in and out.
        data: folder of clean images.
        name: what the model is called in the table.
        dataset: what the folder is called in the table; its own name when left out.
        quality: of the JPEG file that the worn image was kept in, 1 to 100.
        baselines: models to print beside, by name, before the model.
        limit: only the first images.

    Raises:
        ImageError: the folder holds no images, or one cannot be decoded.
        ModelError: a model returns another shape or values that are not finite.
        SettingsError: a quality outside 1 to 100.
    """
    if not 1 <= quality <= 100:
        raise SettingsError(f"JPEG has no quality {quality}: give one from 1 to 100.")
    rows = rows_of({**baselines, name: model}, _samples(images(data)[:limit], quality), fidelity)
    return EvaluationTable(
        task="despeckle",
        dataset=dataset or data.name,
        protocol=(
            f"Seeded bright scratches, specks and scuffs on clean images (numpy's default_rng([{_SEED}, index])), "
            f"then JPEG at quality {quality}, 4:2:0. PSNR and SSIM (scikit-image's: 7 px box) of RGB, result rounded "
            f"to 8 bits; mean of {len({row.image for row in rows})} images."
        ),
        model=name,
        columns=(PSNR, SSIM),
        rows=rows,
    )


def _samples(paths: list[Path], quality: int) -> Iterator[Sample]:
    for index, path in enumerate(paths):
        truth = read_rgb(path)[0]
        rng = np.random.default_rng([_SEED, index])
        yield Sample(name=path.stem, source=worn(truth, rng, quality=quality), truth=truth)
