"""Old photos: pairs side by side in a file, or clean images made old by seeded fading, folds, scratches and specks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from ganvas.core.errors import ImageError, SettingsError
from ganvas.degrade.bicubic import Bicubic
from ganvas.degrade.damage.folds import Folds
from ganvas.degrade.damage.scratches import Scratches
from ganvas.degrade.damage.specks import Specks
from ganvas.degrade.fading import black_and_white
from ganvas.degrade.old_photo import OldPhoto
from ganvas.evaluate.files import images, read_rgb
from ganvas.evaluate.protocol import INPUT, Model, Sample, classical, fidelity, rows_of, to_uint8
from ganvas.evaluate.table import PSNR, SSIM, EvaluationTable
from ganvas.zoo.models import find

__all__ = ["CLASSICAL", "SEEDED", "UNFADED", "aged", "halves", "run"]

Image = Float[np.ndarray, "h w c"]
_SEED = 7
_WHITE = 0.9  # of a pixel's lowest channel: what the plainest of masks takes for paper
_APART = 0.1  # from the median of its neighbours: what counts as a speck
# The damages of the seeded set, every one of them in every photo.
SEEDED = OldPhoto(
    chances=(0.0, 0.0, 1.0, 0.0), damages=(Folds(), Scratches(), Specks()), damage_chances=(1.0, 1.0, 1.0)
)
UNFADED = replace(SEEDED, chances=(0.0, 0.0, 0.0, 0.0))


def halves(path: Path) -> Sample:
    """Returns the left half of a file as the old photo, the right half as what it should be.

    Raises:
        ImageError: the file cannot be decoded, or its width is odd.
    """
    whole, _ = read_rgb(path)
    width = whole.shape[1] // 2
    if whole.shape[1] != 2 * width or width == 0:
        raise ImageError(f"{path} is {whole.shape[1]} px wide: two halves side by side need an even width.")
    return Sample(name=path.stem, source=whole[:, :width], truth=whole[:, width:])


def aged(
    truth: UInt8[np.ndarray, "h w 3"],
    name: str,
    rng: np.random.Generator,
    *,
    scale: int = 1,
    settings: OldPhoto = SEEDED,
) -> Sample:
    """Returns the image as an old photo, reduced by the scale before that; black and white, where it is that, in both.

    The truth loses the rows and columns beyond a multiple of the scale.
    """
    height, width = (side - side % scale for side in truth.shape[:2])
    whole = truth[:height, :width].astype(np.float32) / np.float32(255)
    small = whole if scale == 1 else Bicubic(scale=scale)(whole, rng)
    made = settings.example(small, rng)
    whole = whole if np.array_equal(made.clean, small) else black_and_white(whole)
    return Sample(name=name, source=to_uint8(made.damaged), truth=to_uint8(whole))


def _median(image: Image) -> Image:
    """Median of 3 x 3 px."""
    return cv2.medianBlur(np.rint(image * 255).astype(np.uint8), 3).astype(np.float32) / np.float32(255)


def _filled(image: Image, mask: np.ndarray) -> Image:
    """Telea's filling of what the mask holds."""
    return classical("telea")["classical/telea"](image, mask=mask) if mask.any() and not mask.all() else image


def _white(image: Image) -> Image:
    return _filled(image, image.min(axis=2) > _WHITE)


def _specks(image: Image) -> Image:
    return _filled(image, np.abs(image - _median(image)).max(axis=2) > _APART)


def _scratches(image: Image) -> Image:
    from ganvas.measure.scratches import scratches

    return _filled(image, scratches(image))


def _tones(image: Image) -> Image:
    """What corrects fading best of the classical methods: gray-world balance, then levels."""
    tones = classical("white_balance", "auto_levels")
    return tones["classical/auto_levels"](tones["classical/white_balance"](image))


def _enlarged(model: Model, scale: int, image: Image) -> Image:
    """What a model makes of the image, enlarged by bicubic interpolation where the model keeps the size."""
    result = model(image)
    function = find("classical/bicubic").function
    assert function is not None
    return function()(result, scale=scale) if result.shape == image.shape else result


CLASSICAL: Mapping[str, Model] = {
    "median 3 px": _median,
    "white mask, Telea": _white,
    "median mask, Telea": _specks,
    "scratch measures, Telea": _scratches,
    "median 3 px, tones": lambda image: _tones(_median(image)),
    "scratch measures, Telea, tones": lambda image: _tones(_scratches(image)),
}


def run(
    model: Model,
    data: Path,
    *,
    name: str,
    dataset: str | None = None,
    side_by_side: bool = False,
    scale: int = 1,
    faded: bool = True,
    baselines: Mapping[str, Model] = CLASSICAL,
    limit: int | None = None,
) -> EvaluationTable:
    """Returns the figures of the input, of baselines and of the model on pairs or on clean images made old.

    Args:
        model: float32 (h, w, 3) in [0, 1] in, the same or ``scale`` times as large out.
        data: folder of files with two halves, or of clean images.
        name: what the model is called in the table.
        dataset: what the folder is called in the table; its own name when left out.
        side_by_side: the files hold the old photo in their left half and the truth in their right half.
        scale: reduces clean images before they are made old; results are compared at full size.
        faded: clean images fade, too.
        baselines: models to print beside, by name, before the model.
        limit: only the first images.

    Raises:
        ImageError: the folder holds no images, one cannot be decoded, or has no two halves.
        ModelError: a model returns another shape or values that are not finite.
        SettingsError: the scale is below 1, or pairs are to be reduced.
    """
    if scale < 1 or (side_by_side and scale != 1):
        raise SettingsError(f"Old photos cannot be reduced by {scale}: use 1 or more for clean images, 1 for pairs.")
    paths = images(data)[:limit]
    samples = (halves(path) for path in paths) if side_by_side else _aged(paths, scale, SEEDED if faded else UNFADED)
    entrants = {INPUT: lambda image: image, **baselines, name: model}
    if scale > 1:
        entrants = {title: partial(_enlarged, entrant, scale) for title, entrant in entrants.items()}
    rows = rows_of(entrants, samples, fidelity)
    made = (
        "Left half of each file against its right half"
        if side_by_side
        else f"Seeded {'fading, ' if faded else ''}folds, scratches and specks (numpy's default_rng([7, index]))"
        + (
            f" on images reduced by {scale} (bicubic), results that kept the size enlarged again (bicubic)"
            if scale > 1
            else ""
        )
    )
    return EvaluationTable(
        task="old-photo",
        dataset=dataset or data.name,
        protocol=(
            f"{made}: PSNR and SSIM (scikit-image's: 7 px box) of RGB, result rounded to 8 bits; mean of "
            f"{len({row.image for row in rows})} images."
        ),
        model=name,
        columns=(PSNR, SSIM),
        rows=rows,
    )


def _aged(paths: list[Path], scale: int, settings: OldPhoto) -> Iterator[Sample]:
    for index, path in enumerate(paths):
        rng = np.random.default_rng([_SEED, index])
        yield aged(read_rgb(path)[0], path.stem, rng, scale=scale, settings=settings)
