"""Old photos: pairs side by side, and CBSD68 made old, by the whole chain as a user gets it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from ganvas.api.apply import apply_to
from ganvas.api.options import Options
from ganvas.api.restoration import plan_restoration
from ganvas.api.scratches import MODEL as SCRATCHES
from ganvas.api.scratches import ScratchFinder
from ganvas.evaluate import old_photo
from ganvas.evaluate.files import images, read_rgb
from ganvas.evaluate.protocol import Model
from ganvas.evaluate.table import EvaluationTable
from measures.context import Context
from measures.section import Bar, Bars, Section

OURS, FILLED, SPECKLESS = "old-photo", "old-photo, inpaint alone", "old-photo, despeckle alone"
PAIRS, SEEDED = "old photos, 36 pairs", "CBSD68 made old"
_DECIBELS, _SIMILARITY, _AHEAD = 28.4, 0.88, 2.0
# The models of the chain's steps, which extra ones of their names replace.
_OWN = {
    "inpaint": "inpaint",
    "despeckle": "despeckle",
    "denoise": "denoise",
    "enhance": "unfade",
    "colorize": "colorize",
    "faces": "faces",
    "upscale": "upscale-x2",
}
CODE = (
    *(f"degrade/damage/{name}.py" for name in ("canvas", "damage", "folds", "scratches", "specks")),
    *(f"degrade/{name}.py" for name in ("fading", "old_photo", "draw")),
    *(f"zoo/classical/{name}.py" for name in ("telea", "white_balance", "auto_levels")),
    *(f"measure/{name}.py" for name in ("scratches", "scratch_weights")),
)


def repairer(context: Context, *, without: Collection[str] = (), also: Collection[str] = ()) -> Model:
    """Returns the chain as a function; extra models called as its own are, take their place."""
    models = {task: context.extra[name] for task, name in _OWN.items() if name in context.extra}
    job = plan_restoration("old-photo", models=models, without=without, also=also)
    job.scratches = finder(context)

    def repair(image: np.ndarray) -> np.ndarray:
        return apply_to(job, image, output=None, overwrite=False)

    return repair


def pictures(context: Context) -> Iterator[list[tuple[str, np.ndarray]]]:
    """Yields a row of titled pictures for each real old photo: as it is, what is taken for scratches, what was made."""
    name = "scratch measures, Telea, tones"
    find, repair, colour = finder(context), repairer(context), repairer(context, also=["colorize"])
    for path in images(context.data / "tasks/oldphoto/real")[: context.limit]:
        given = read_rgb(path)[0].astype(np.float32) / np.float32(255)
        found = np.repeat(find(given)[:, :, None], 3, axis=2).astype(np.float32)
        row = {"input": given, "found": found, name: old_photo.CLASSICAL[name](given), OURS: repair(given)}
        if "colorize" in context.places():
            row[f"{OURS}, colorize"] = colour(given)
        yield [(f"{path.stem}: {title}", image) for title, image in row.items()]


def finder(context: Context) -> ScratchFinder:
    """Returns what finds scratches: an extra model of its name in place of the bundled one."""
    return ScratchFinder(Options(), str(context.extra[SCRATCHES]) if SCRATCHES in context.extra else None)


def tables(context: Context) -> list[EvaluationTable]:
    """Returns the tables of the pairs and of the photos made old."""
    models = {
        FILLED: repairer(context, without=["despeckle", "denoise", "enhance", "faces"]),
        SPECKLESS: repairer(context, without=["inpaint", "denoise", "enhance", "faces"]),
        OURS: repairer(context),
    }
    sets = {PAIRS: ("tasks/oldphoto/synold", True), SEEDED: ("test/cbsd68", False)}
    return [
        context.table(
            old_photo,
            place,
            dataset=dataset,
            classical=old_photo.CLASSICAL,
            models=models,
            main=OURS,
            code=CODE,
            side_by_side=side_by_side,
        )
        for dataset, (place, side_by_side) in sets.items()
    ]


def bars(found: Sequence[EvaluationTable]) -> list[Bar]:
    """Returns the bars of the pairs, and being ahead of the best classical chain on photos made old."""
    bars = Bars(found)
    bars.at_least(PAIRS, OURS, "psnr", _DECIBELS)
    bars.at_least(PAIRS, OURS, "ssim", _SIMILARITY)
    known = {name: value for name in old_photo.CLASSICAL if (value := bars.value(SEEDED, name, "psnr")) is not None}
    if known:
        bars.at_least(SEEDED, OURS, "psnr", _AHEAD, above=max(known, key=lambda name: known[name]))
    return bars.found


SECTION = Section(
    "Old photos",
    tables,
    bars,
    "The pairs' damage was made by laying textures of scratched paper over modern photos; it is none of ours. `tones` "
    "is a gray-world balance followed by automatic levels. Seconds include the measures of the chain.",
)
