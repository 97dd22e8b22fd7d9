"""Nothing to do: clean images must come back nearly as they were, whatever the model is against."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from ganvas.evaluate.files import images, read_rgb
from ganvas.evaluate.protocol import INPUT, Model, Sample, rows_of
from ganvas.evaluate.table import Column, EvaluationTable
from ganvas.metrics.psnr import psnr

__all__ = ["EQUAL", "run"]

EQUAL = 100.0  # dB that an image counts as which comes back equal: its PSNR has no limit, and a mean no use for that
_COLUMNS = (
    Column(key="psnr", metric="psnr", title="PSNR to the input, mean"),
    Column(key="psnr_lowest", metric="psnr", title="lowest", of="lowest"),
)


def run(
    model: Model,
    data: Path,
    *,
    name: str,
    dataset: str | None = None,
    baselines: Mapping[str, Model] | None = None,
    limit: int | None = None,
    part: slice = slice(None),
) -> EvaluationTable:
    """Returns how little models that keep the size change clean images, in dB.

    Args:
        model: float32 (h, w, 3) in [0, 1] in and out.
        data: folder of clean images.
        name: what the model is called in the table.
        dataset: what the folder is called in the table; its own name when left out.
        baselines: models to print beside, by name, before the model.
        limit: only the first images.
        part: which of the sorted files are used, before ``limit``.

    Raises:
        ImageError: the folder holds no images, or one cannot be decoded.
        ModelError: a model returns another shape or values that are not finite.
    """
    clean = ((path.stem, read_rgb(path)[0]) for path in images(data)[part][:limit])
    samples = (Sample(name=stem, source=image, truth=image) for stem, image in clean)
    rows = [row for row in rows_of({**(baselines or {}), name: model}, samples, _judge) if row.entrant != INPUT]
    return EvaluationTable(
        task="untouched",
        dataset=dataset or data.name,
        protocol=(
            "Clean images, nothing added: PSNR of the result, rounded to 8 bits, to the input; an image that comes "
            f"back equal counts as {EQUAL:g} dB; {len({row.image for row in rows})} images."
        ),
        model=name,
        columns=_COLUMNS,
        rows=rows,
    )


def _judge(result: UInt8[np.ndarray, "h w c"], truth: UInt8[np.ndarray, "h w c"]) -> dict[str, float]:
    value = min(psnr(result, truth), EQUAL)
    return {"psnr": value, "psnr_lowest": value}
