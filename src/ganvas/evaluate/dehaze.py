"""Removing haze: pairs of hazy and clear images."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ganvas.evaluate.files import Layout, paired
from ganvas.evaluate.protocol import Model, classical, fidelity, pair_samples, rows_of
from ganvas.evaluate.table import PSNR, SSIM, EvaluationTable

__all__ = ["CLASSICAL", "LAYOUT", "run"]

CLASSICAL = classical("dark_channel", "auto_levels", "clahe")
LAYOUT = Layout(
    source="hazy",
    truth="clear",
    folders=(("hazy", "clear"), ("hazy", "gt"), ("hazy", "GT")),
    files=(r"(?P<name>.*)_hazy", r"(?P<name>.*)_(clear|gt|GT)"),
)


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
        data: folder with sub-folders ``hazy`` and ``clear``, or files ``NAME_hazy.*`` and ``NAME_clear.*``.
        name: what the model is called in the table.
        dataset: what the folder is called in the table; its own name when left out.
        baselines: models to print beside, by name, before the model.
        limit: only the first images.

    Raises:
        ImageError: the folder holds no pairs, an image has no partner or cannot be decoded, or partners differ in size.
        ModelError: a model returns another shape or values that are not finite.
    """
    rows = rows_of({**baselines, name: model}, pair_samples(paired(data, LAYOUT)[:limit]), fidelity)
    return EvaluationTable(
        task="dehaze",
        dataset=dataset or data.name,
        protocol=(
            "Pairs of 8-bit files, hazy and clear. PSNR and SSIM (scikit-image's: 7 px box) of RGB, result rounded to "
            f"8 bits; mean of {len({row.image for row in rows})} images."
        ),
        model=name,
        columns=(PSNR, SSIM),
        rows=rows,
    )
