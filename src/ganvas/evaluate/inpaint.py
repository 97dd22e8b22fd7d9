"""Filling holes: clean images with the holes of given masks; only what was missing counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Bool, UInt8

from ganvas.core.errors import ImageError, SettingsError
from ganvas.degrade.damage.holes import WHITE
from ganvas.evaluate.files import images, read_rgb
from ganvas.evaluate.protocol import Model, Sample, classical, rows_by
from ganvas.evaluate.table import Column, EvaluationTable, Row

__all__ = [
    "CLASSICAL",
    "COLUMNS",
    "hole_figures",
    "holed",
    "masks_between",
    "rows_in_holes",
    "run",
    "sample_with_hole",
]

COLUMNS = (
    Column(key="psnr", metric="psnr", title="PSNR in the hole"),
    Column(key="ssim", metric="ssim", title="SSIM in the hole"),
    Column(key="kept", metric=None, title="known pixels kept"),
)


CLASSICAL = classical("telea", "navier_stokes", "biharmonic", "patchmatch")


def sample_with_hole(name: str, truth: UInt8[np.ndarray, "h w c"], mask: Bool[np.ndarray, "h w"]) -> Sample:
    """Returns the picture with the mean colour of what is known in its hole; models are told the mask."""
    source = truth.copy()
    source[mask] = np.rint(truth[~mask].mean(axis=0))
    return Sample(name=name, source=source, truth=truth, told={"mask": mask})


def masks_between(folder: Path, least: float = 0.0, most: float = 1.0) -> list[Bool[np.ndarray, "h w"]]:
    """Returns the masks in the folder, in order of name, of which a share from ``least`` to below ``most`` is missing.

    White is missing: levels from 128. Masks that leave nothing missing, or nothing known, are left out.

    Raises:
        ImageError: the folder holds no images, none of such a share, or one that cannot be decoded.
        SettingsError: the shares are not from 0 to 1 in this order.
    """
    if not 0 <= least < most <= 1:
        raise SettingsError(f"No mask misses {least:g} to {most:g}: give shares from 0 to 1, the lower one first.")
    masks = [read_rgb(path)[0].mean(axis=2) >= WHITE for path in images(folder)]
    found = [mask for mask in masks if mask.any() and not mask.all() and least <= mask.mean() < most]
    if not found:
        raise ImageError(f"No mask in {folder} misses {least:.0%} to {most:.0%} of its pixels: give other shares.")
    return found


def holed(paths: list[Path], masks: list[Bool[np.ndarray, "h w"]]) -> Iterator[Sample]:
    """Yields the centre of image i with the hole of mask i mod n, of the mask's size.

    Raises:
        ImageError: an image cannot be decoded, or is smaller than its mask.
    """
    for index, path in enumerate(paths):
        mask = masks[index % len(masks)]
        whole, _ = read_rgb(path)
        height, width = mask.shape
        if whole.shape[0] < height or whole.shape[1] < width:
            raise ImageError(
                f"{path} is {whole.shape[1]} x {whole.shape[0]} px, smaller than its mask of {width} x {height}: leave "
                "it out or take smaller masks."
            )
        top, left = (whole.shape[0] - height) // 2, (whole.shape[1] - width) // 2
        yield sample_with_hole(path.stem, whole[top : top + height, left : left + width], mask)


def hole_figures(
    result: UInt8[np.ndarray, "h w c"], truth: UInt8[np.ndarray, "h w c"], mask: Bool[np.ndarray, "h w"]
) -> dict[str, float]:
    """Returns PSNR of the missing pixels, mean of scikit-image's SSIM map there, and 100 where all others are equal.

    A window of that map, 7 px, sees known pixels, too, where it reaches over the rim.
    """
    from skimage.metrics import structural_similarity

    from ganvas.metrics.psnr import psnr

    _, similarity = structural_similarity(truth, result, channel_axis=2, full=True)
    return {
        "psnr": psnr(result[mask], truth[mask]),
        "ssim": float(similarity[mask].mean()),
        "kept": 100.0 * bool((result[~mask] == truth[~mask]).all()),
    }


def rows_in_holes(models: Mapping[str, Model], samples: Iterable[Sample]) -> list[Row]:
    """Returns the rows of the mean colour (``input``) and of each model, one entrant after the other.

    Raises:
        ModelError: a result has another shape than the picture or values that are not finite.
    """
    return rows_by(models, samples, lambda result, sample: hole_figures(result, sample.truth, sample.told["mask"]))


def run(
    model: Model,
    data: Path,
    *,
    name: str,
    dataset: str | None = None,
    masks: Path | None = None,
    least: float = 0.0,
    most: float = 1.0,
    baselines: Mapping[str, Model] = CLASSICAL,
    limit: int | None = None,
) -> EvaluationTable:
    """Returns the figures of the mean colour, of baselines and of the model in the holes of clean images.

    Args:
        model: float32 (h, w, 3) in [0, 1] in and out, ``mask`` as a keyword, True where missing.
        data: folder of clean images.
        name: what the model is called in the table.
        dataset: what the folder is called in the table; its own name when left out.
        masks: folder of masks, white where missing; centres of the images are cut to their size.
        least: only masks of which this share or more is missing.
        most: only masks of which less than this share is missing.
        baselines: models to print beside, by name, before the model.
        limit: only the first images.

    Raises:
        ImageError: a folder holds no images or no such masks, one cannot be decoded, or an image is smaller than its
            mask.
        ModelError: a model returns another shape or values that are not finite.
        SettingsError: there is no folder of masks, or the shares are not from 0 to 1 in this order.
    """
    if masks is None:
        raise SettingsError("Holes come from masks: give their folder (masks).")
    holes = masks_between(masks, least, most)
    rows = rows_in_holes({**baselines, name: model}, holed(images(data)[:limit], holes))
    return EvaluationTable(
        task="inpaint",
        dataset=dataset or data.name,
        protocol=(
            f"Centre of image i with mask i mod {len(holes)} of those that miss {least:.0%} to {most:.0%}, in order of "
            "name. Of RGB, result rounded to 8 bits: PSNR of the missing pixels, mean of scikit-image's SSIM map (7 px "
            "box) over them, and the share of images whose known pixels are all equal; `input` has the mean colour of "
            f"the known pixels in the hole; mean of {len({row.image for row in rows})} images."
        ),
        model=name,
        columns=COLUMNS,
        rows=rows,
    )
