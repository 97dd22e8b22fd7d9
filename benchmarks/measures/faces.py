"""Restoring faces: alone, after the enlargement of spoilt photos; in photos of other things; and finding them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import cv2
import numpy as np

import ganvas
from ganvas.api.faces import MODEL, SHARP, faces_in, restore_faces, squares_of
from ganvas.api.load import Model
from ganvas.evaluate import faces, upscale
from ganvas.evaluate.files import images, read_rgb
from ganvas.evaluate.protocol import INPUT
from ganvas.evaluate.table import EvaluationTable
from measures.context import Context
from measures.section import Bar, Bars, Section

ENLARGED = "upscale-x4-real"
ALONE, PLACED, FOUND = "celebahq256, spoilt and reduced by 4", "celebahq256 in CBSD68, spoilt", "Finding faces"
FACE, NOBODY = "celebahq256", "CBSD68 without people"
# Photos of CBSD68 that show people, statues or carved faces, by eye: what is found in the others is no face.
PEOPLE = {6, 7, 8, 9, 18, 24, 28, 34, 38, 43, 45, 48, 55, 56, 61, 62, 63}


def cubic(image: np.ndarray) -> np.ndarray:
    """Returns the image enlarged by four."""
    size = (4 * image.shape[1], 4 * image.shape[0])
    return np.clip(cv2.resize(image, size, interpolation=cv2.INTER_CUBIC), 0, 1)


def networks(context: Context) -> dict[str, Model]:
    """Returns the networks for faces that are there, by the name of what they make: both ends and extra ones."""
    places = context.places()
    named = {name: places[name] for name in (MODEL, SHARP) if name in places}
    others = {name: place for name, place in context.extra.items() if name not in named}
    loaded = {name: ganvas.load(place) for name, place in {**named, **others}.items()}
    return {name: model for name, model in loaded.items() if model.card.task == "faces"}


def tables(context: Context) -> list[EvaluationTable]:
    """Returns the three tables."""
    nets = networks(context)
    return [*_alone(context, nets), _placed(context, nets), _found(context)]


def pictures(context: Context) -> Iterator[list[tuple[str, np.ndarray]]]:
    """Yields a row of titles and pictures for each face: spoilt, enlarged, restored with both ends, and the truth."""
    first, nets = context.model(ENLARGED), networks(context)
    for index, path in enumerate(images(context.data / "tasks/faces/celebahq256")[: context.limit]):
        truth = read_rgb(path)[0]
        small = upscale.spoilt_and_reduced(truth, 4, np.random.default_rng((upscale.CHAIN_SEED, index)))
        given = small.astype(np.float32) / np.float32(255)
        row = [(f"{path.stem}: spoilt", given.repeat(4, 0).repeat(4, 1))]
        enlarged = cubic(given) if first is None else first(given)
        row.append((ENLARGED, enlarged))
        row += [(f"+ {name}", restore_faces(enlarged, model=net)) for name, net in nets.items()]
        yield [*row, ("truth", truth.astype(np.float32) / np.float32(255))]


def _alone(context: Context, nets: dict[str, Model]) -> list[EvaluationTable]:
    first = context.model(ENLARGED)
    if first is None:
        return []
    entrants: dict[str, Any] = {ENLARGED: first}
    for name, net in nets.items():

        def chained(image: np.ndarray, net: Model = net) -> np.ndarray:
            return restore_faces(first(image), model=net)

        def on_cubic(image: np.ndarray, net: Model = net) -> np.ndarray:
            return restore_faces(cubic(image), model=net)

        entrants |= {f"{upscale.BICUBIC} + {name}": on_cubic, f"{ENLARGED} + {name}": chained}
    about = f"{ENLARGED} + {MODEL}" if MODEL in nets else next(reversed(entrants))
    model = entrants.pop(about)
    return [
        upscale.run(
            model,
            context.data / "tasks/faces/celebahq256",
            name=about,
            dataset=ALONE,
            spoilt=True,
            baselines=entrants,
            limit=context.limit,
        )
    ]


def _placed(context: Context, nets: dict[str, Model]) -> EvaluationTable:
    def squares(image: np.ndarray) -> list[faces.Rectangle]:
        return [(square.top, square.left, square.side) for square in squares_of(faces_in(image))]

    entrants = {name: partial(restore_faces, model=net) for name, net in nets.items()}
    about = MODEL if MODEL in entrants else next(reversed(entrants), "nothing")
    return faces.run(
        entrants.pop(about, lambda image: image),
        context.data / "tasks/faces/celebahq256",
        photos=context.data / "test/cbsd68",
        squares=squares,
        name=about,
        dataset=PLACED,
        baselines=entrants,
        limit=context.limit,
    )


def _found(context: Context) -> EvaluationTable:
    others = images(context.data / "test/cbsd68")
    nobody = [path for number, path in enumerate(others) if number not in PEOPLE]
    sets = {FACE: images(context.data / "tasks/faces/celebahq256"), NOBODY: nobody}
    return faces.find({name: paths[: context.limit] for name, paths in sets.items()}, dataset=FOUND, spoilt=True)


def bars(found: Sequence[EvaluationTable]) -> list[Bar]:
    """Returns being above the enlargement alone, and no border that can be seen."""
    bars = Bars(found)
    for key in ("psnr_y", "ssim_y"):
        bars.beats(ALONE, f"{ENLARGED} + {MODEL}", key, [upscale.BICUBIC, ENLARGED])
    for key in ("psnr", "ssim"):
        bars.beats(PLACED, MODEL, key, [INPUT])
    jump = bars.value(PLACED, MODEL, "border")
    if jump is not None:
        text = f"{MODEL}, {PLACED}, jump across the paste's border, of that inside"
        bars.add(text, "within 10 %: 90 to 110 %", f"{jump:.0f} %", reached=90 <= jump <= 110)
    return bars.found


SECTION = Section(
    "Restoring faces",
    tables,
    bars,
    note="The input's jump across the same lines, where nothing was pasted, is what the photos themselves have there.",
)
