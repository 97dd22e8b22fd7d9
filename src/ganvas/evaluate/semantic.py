"""Filling the centre of faces: what lies there can only be known from other faces.

Beside the classical fills stand two that know faces: their mean, and the one that is most alike around the hole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, UInt8

from ganvas.core.errors import SettingsError
from ganvas.data.fitted import fitted
from ganvas.data.open import open_source
from ganvas.evaluate.inpaint import COLUMNS, rows_in_holes, sample_with_hole
from ganvas.evaluate.protocol import Model, Sample, classical
from ganvas.evaluate.table import EvaluationTable

__all__ = ["CLASSICAL", "MEAN", "NEAREST", "centre", "mean_face", "nearest_face", "run"]

CLASSICAL = classical("telea", "biharmonic")
MEAN, NEAREST = "mean face", "nearest face"
_KNOWN = 1000  # faces among which the nearest one is looked for


def centre(height: int, width: int) -> Bool[np.ndarray, "h w"]:
    """Returns the mask of the middle half of the height and of the width: a quarter of the picture."""
    mask = np.zeros((height, width), bool)
    mask[height // 4 : height - height // 4, width // 4 : width - width // 4] = True
    return mask


def mean_face(faces: UInt8[np.ndarray, "n h w c"]) -> Model:
    """Returns the model that fills in the mean of the faces, brought to the level of what is known."""
    mean = faces.mean(axis=0, dtype=np.float64) / 255

    def fill(image: Float[np.ndarray, "h w c"], *, mask: Bool[np.ndarray, "h w"]) -> Float[np.ndarray, "h w c"]:
        level = (image[~mask] - mean[~mask]).mean(axis=0)
        return np.where(mask[:, :, None], np.clip(mean + level, 0, 1), image).astype(np.float32)

    return fill


def nearest_face(faces: UInt8[np.ndarray, "n h w c"]) -> Model:
    """Returns the model that fills in the face that differs least in what is known, by squared differences."""
    known = faces.astype(np.float32) / np.float32(255)

    def fill(image: Float[np.ndarray, "h w c"], *, mask: Bool[np.ndarray, "h w"]) -> Float[np.ndarray, "h w c"]:
        difference = np.square(known[:, ~mask] - image[~mask]).sum(axis=(1, 2), dtype=np.float64)
        return np.where(mask[:, :, None], known[int(difference.argmin())], image)

    return fill


def run(
    model: Model,
    data: Path,
    *,
    name: str,
    dataset: str | None = None,
    hold_out: int = 400,
    baselines: Mapping[str, Model] = CLASSICAL,
    limit: int | None = None,
) -> EvaluationTable:
    """Returns the figures of the mean colour, of baselines, of two that know faces, and of the model.

    Args:
        model: float32 (h, w, 1) in [0, 1] in and out, ``mask`` as a keyword, True where missing.
        data: folder or archive of faces, of the size of the first.
        name: what the model is called in the table.
        dataset: what the faces are called in the table; their folder's name when left out.
        hold_out: how many faces are tested: those that a training with this many held out does not see.
        baselines: models to print beside, by name, before the two that know faces.
        limit: only the first faces.

    Raises:
        ImageError: the data are not understood or damaged.
        ModelError: a model returns another shape or values that are not finite.
        SettingsError: too few faces, or none held out.
    """
    from ganvas.data.images import held_out

    if hold_out < 1:
        raise SettingsError(f"{hold_out} faces cannot be tested: hold out 1 or more.")
    source = open_source(data)
    held = held_out(len(source), hold_out)
    shape = source.read(0).shape[:2]

    def face(number: int) -> UInt8[np.ndarray, "h w 1"]:
        return fitted(source.read(number), shape, 1, "crop", source.name(number))

    seen = np.stack([face(number) for number in np.setdiff1d(np.arange(len(source)), held).tolist()])
    knowing = {MEAN: mean_face(seen), NEAREST: nearest_face(seen[:_KNOWN])}

    def samples() -> Iterator[Sample]:
        for number in held[:limit].tolist():
            yield sample_with_hole(Path(source.name(number)).name, face(number), centre(*shape))

    rows = rows_in_holes({**baselines, **knowing, name: model}, samples())
    return EvaluationTable(
        task="semantic",
        dataset=dataset or data.name,
        protocol=(
            f"Gray faces of {shape[1]} x {shape[0]} px without their centre quarter, {len(held)} held out by numpy's "
            f"default_rng({len(source)}).permutation. Result rounded to 8 bits: PSNR of the missing pixels, mean of "
            "scikit-image's SSIM map (7 px box) over them, and the share of faces whose known pixels are all equal. "
            f"`{MEAN}` is that of the {len(seen)} others at the level of the known pixels, `{NEAREST}` the one of "
            f"{min(_KNOWN, len(seen))} that differs least there; mean of {len({row.image for row in rows})} faces."
        ),
        model=name,
        columns=COLUMNS,
        rows=rows,
    )
