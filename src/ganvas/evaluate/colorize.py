"""Colouring: photos in colour made gray at the same lightness; how far colours are off, and how vivid they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8

from ganvas.core.errors import SettingsError
from ganvas.degrade.colourless import Colourless
from ganvas.evaluate.files import images, read_rgb
from ganvas.evaluate.protocol import INPUT, Model, Sample, rows_by, to_uint8
from ganvas.evaluate.table import Column, EvaluationTable, in_order
from ganvas.metrics.ciede2000 import difference, lab

__all__ = ["COLUMNS", "MEAN", "TRUTH", "figures", "grayed", "run"]

MEAN, TRUTH = "mean colour of the others", "real colours"
COLUMNS = (
    Column(key="ciede2000", metric="ciede2000", title="CIEDE2000, less is better"),
    Column(key="chroma", metric="ciede2000", title="mean chroma"),  # of Lab, which has the same units
)


def grayed(truth: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
    """Returns the image without colour at the same lightness L, rounded to 8 bits, as three equal channels."""
    return to_uint8(Colourless(faded=0.0)(truth.astype(np.float32) / np.float32(255), np.random.default_rng(0)))


def figures(result: UInt8[np.ndarray, "h w 3"], truth: UInt8[np.ndarray, "h w 3"]) -> dict[str, float]:
    """Returns the mean CIEDE2000 difference, and the mean chroma, sqrt(a^2 + b^2), of the result."""
    made = lab(result)
    return {
        "ciede2000": float(difference(made, lab(truth)).mean()),
        "chroma": float(np.hypot(made[:, :, 1], made[:, :, 2]).mean()),
    }


def run(
    model: Model,
    data: Path,
    *,
    name: str,
    dataset: str | None = None,
    every: int = 1,
    baselines: Mapping[str, Model] | None = None,
    limit: int | None = None,
) -> EvaluationTable:
    """Returns the figures of gray, of one colour for all, of baselines and of the model, beside the real colours.

    Args:
        model: float32 (h, w, 3) in [0, 1] in and out; it is given three equal channels.
        data: folder of images in colour.
        name: what the model is called in the table.
        dataset: what the folder is called in the table; its own name when left out.
        every: take the first image and then every n-th, in order of name.
        baselines: models to print beside, by name, before the model.
        limit: only the first images of those.

    Raises:
        ImageError: the folder holds no images, or one cannot be decoded.
        ModelError: a model returns another shape or values that are not finite.
        SettingsError: ``every`` is below 1.
    """
    if every < 1:
        raise SettingsError(f"There is no {every}th image: give 1 for all images, 2 for every second one.")
    paths = images(data)[::every][:limit]
    means = [lab(read_rgb(path)[0]).mean(axis=(0, 1))[1:] for path in paths]
    rows = []
    for number, path in enumerate(paths):
        truth = read_rgb(path)[0]
        entrants = {MEAN: _tinted(_others(means, number)), TRUTH: _always(truth), **(baselines or {}), name: model}
        sample = Sample(name=path.stem, source=grayed(truth), truth=truth)
        rows += rows_by(entrants, [sample], lambda result, sample: figures(result, sample.truth))
    order = [INPUT, MEAN, TRUTH, *(baselines or {}), name]
    return EvaluationTable(
        task="colorize",
        dataset=dataset or data.name,
        protocol=(
            f"{'All images' if every == 1 else f'Images 1, {1 + every}, {1 + 2 * every} and so on'} without their "
            "colour, at the same L, in 8 bits. Mean CIEDE2000 under D65 against the image, and mean chroma of Lab, of "
            f"the result rounded to 8 bits; `{MEAN}` puts the mean a and b of all other images onto L; mean of "
            f"{len(paths)} images."
        ),
        model=name,
        columns=COLUMNS,
        rows=in_order(rows, order),
    )


def _others(means: Sequence[np.ndarray], number: int) -> Float[np.ndarray, "2"]:
    """The mean a and b of all images but one; none where there is no other."""
    others = [mean for index, mean in enumerate(means) if index != number]
    return np.mean(others, axis=0) if others else np.zeros(2)


def _always(truth: UInt8[np.ndarray, "h w 3"]) -> Model:
    return lambda image: truth.astype(np.float32) / np.float32(255)


def _tinted(colour: Float[np.ndarray, "2"]) -> Model:
    """The image with those a and b at its own L; what is out of gamut is clipped."""
    import warnings

    from skimage.color import lab2rgb

    def tint(image: Float[np.ndarray, "h w 3"]) -> Float[np.ndarray, "h w 3"]:
        shown = lab(image * 255)
        shown[:, :, 1:] = colour
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it tells of each pixel out of gamut
            return lab2rgb(shown).astype(np.float32)

    return tint
