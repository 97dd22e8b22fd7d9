"""Brightening dark photos: exposure brackets, judged as they are and with the overall brightness set equal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from ganvas.evaluate.files import Layout, paired
from ganvas.evaluate.protocol import Model, classical, fidelity, pair_samples, rows_of
from ganvas.evaluate.table import PSNR, SSIM, Column, EvaluationTable

__all__ = ["CLASSICAL", "LAYOUT", "aligned", "run"]

CLASSICAL = classical("histogram_equalisation", "gamma", "auto_gamma", "clahe")
# LOL names its folders low and high.
LAYOUT = Layout(
    source="dark",
    truth="normal",
    folders=(("low", "normal"), ("low", "high")),
    files=(r"(?P<name>.*)_low\d*", r"(?P<name>.*)_(normal|high)"),
    shared=True,
)
_COLUMNS = (
    PSNR,
    SSIM,
    Column(key="psnr_aligned", metric="psnr", title="PSNR, means aligned"),
    Column(key="ssim_aligned", metric="ssim", title="SSIM, means aligned"),
)


def aligned(result: UInt8[np.ndarray, "h w c"], truth: UInt8[np.ndarray, "h w c"]) -> UInt8[np.ndarray, "h w c"]:
    """Returns the result times the one number that makes its mean the truth's, clipped and rounded to 8 bits.

    A black image stays black. Clipping keeps the mean of a very bright result below the truth's.
    """
    mean = float(result.mean())
    gain = float(truth.mean()) / mean if mean else 1.0
    return np.rint(np.clip(result * gain, 0, 255)).astype(np.uint8)


def run(
    model: Model,
    data: Path,
    *,
    name: str,
    dataset: str | None = None,
    baselines: Mapping[str, Model] = CLASSICAL,
    limit: int | None = None,
) -> EvaluationTable:
    """Returns the figures of the input, of baselines and of the model on a folder of pairs.

    Args:
        model: float32 (h, w, 3) in [0, 1] in and out.
        data: folder with files ``NAME_low.*`` (or ``_low1``, ``_low2``, ...) and ``NAME_normal.*``, or with sub-folders
            ``low`` and ``normal``.
        name: what the model is called in the table.
        dataset: what the folder is called in the table; its own name when left out.
        baselines: models to print beside, by name, before the model.
        limit: only the first images.

    Raises:
        ImageError: the folder holds no pairs, an image has no partner or cannot be decoded, or partners differ in size.
        ModelError: a model returns another shape or values that are not finite.
    """
    rows = rows_of({**baselines, name: model}, pair_samples(paired(data, LAYOUT)[:limit]), _judge)
    return EvaluationTable(
        task="brighten",
        dataset=dataset or data.name,
        protocol=(
            "Pairs of 8-bit files, dark and normally exposed. PSNR and SSIM (scikit-image's: 7 px box) of RGB, result "
            "rounded to 8 bits, as it is and times the one gain that makes its mean the truth's (means aligned), for "
            f"every row; mean of {len({row.image for row in rows})} images."
        ),
        model=name,
        columns=_COLUMNS,
        rows=rows,
    )


def _judge(result: UInt8[np.ndarray, "h w c"], truth: UInt8[np.ndarray, "h w c"]) -> dict[str, float]:
    same = fidelity(aligned(result, truth), truth)
    return {**fidelity(result, truth), **{f"{key}_aligned": value for key, value in same.items()}}
